//! The page where a customer lets an app in, in the first generation.

use bytes::Bytes;
use hyper::{Method, Request, StatusCode};

use crate::consent::{self, Decision};
use crate::consent_page::{self, Desk};
use crate::fields::Fields;
use crate::ledger::{AuthorizationRequest, Flow};
use crate::provider::Provider;
use crate::redirect::{Part, back};
use crate::reply::Reply;
use crate::settings::{Admission, Denial};
use crate::verticalresponse::front;
use crate::world::{State, World};

const DESK: Desk = Desk { provider: Provider::Classic, name: "VerticalResponse", path: super::AUTHORIZE };

pub(super) fn answer(world: &World, request: &Request<Bytes>) -> Reply {
    match *request.method() {
        Method::GET => arrive(world, &Fields::of_query(request)),
        Method::POST => decide(world, &Fields::of_body(request)),
        _ => consent::method_not_allowed(),
    }
}

/// The app sent the browser here.
fn arrive(world: &World, query: &Fields) -> Reply {
    let mut state = world.lock();
    let own = &state.settings.verticalresponse;
    let unwelcome = own.response_type == Admission::Refused && query.get("response_type").is_some();
    let asker = match front::asker(query, &state, own.redirect_uri) {
        Ok(_) if unwelcome => Err("The request has a parameter that nobody knows here."),
        asker => asker,
    };
    let asker = match asker {
        Ok(asker) => asker,
        Err(told) => return consent_page::told(&DESK, StatusCode::BAD_REQUEST, "No app can be connected", told),
    };
    consent::arrived(&mut state, &asker.client_id);
    let request = AuthorizationRequest {
        provider: Provider::Classic,
        client_id: asker.client_id,
        flow: Flow::Code,
        redirect_uri: asker.redirect_uri,
        redirect_uri_sent: true,
        state: query.get("state").map(str::to_owned),
        challenge: None,
        account: query.filled("login_hint").map(str::to_owned),
    };
    match consent::already(&state.settings) {
        Some(decision) => settle(world, &mut state, request, decision),
        None => consent::ask(&mut state, request, &DESK),
    }
}

/// The customer pressed a button.
fn decide(world: &World, form: &Fields) -> Reply {
    let mut state = world.lock();
    match consent::decided(&mut state, form, &DESK) {
        Some((request, decision)) => settle(world, &mut state, request, decision),
        None => consent::over(&DESK),
    }
}

fn settle(world: &World, state: &mut State, request: AuthorizationRequest, decision: Decision) -> Reply {
    let redirect_uri = request.redirect_uri.clone();
    if decision == Decision::Allow {
        let echoed = echoed_state(state, &request);
        let code = consent::code(world, state, request);
        return back(&redirect_uri, Part::Query, &[("code", Some(&code)), ("state", echoed.as_deref())]);
    }
    state.counters.denials += 1;
    match state.settings.verticalresponse.denial {
        Denial::Error => {
            let echoed = echoed_state(state, &request);
            back(&redirect_uri, Part::Query, &[("error", Some("access_denied")), ("state", echoed.as_deref())])
        }
        Denial::Bare => back(&redirect_uri, Part::Query, &[]),
        Denial::Page => consent_page::told(&DESK, StatusCode::OK, "Nothing was connected", "You may close this page."),
    }
}

fn echoed_state(state: &mut State, request: &AuthorizationRequest) -> Option<String> {
    let returned = state.settings.verticalresponse.state_returned;
    consent::echoed_state(state, request, returned)
}
