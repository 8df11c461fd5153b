//! The page where a customer lets an app in, in the second generation.

use bytes::Bytes;
use hyper::{Method, Request, StatusCode};

use crate::consent::{self, Decision};
use crate::consent_page::{self, Desk};
use crate::fields::Fields;
use crate::ledger::{AuthorizationRequest, Challenge, Flow};
use crate::provider::Provider;
use crate::redirect::{Part, back};
use crate::reply::Reply;
use crate::settings::RedirectCheck;
use crate::verticalresponse::front;
use crate::world::{State, World};

const DESK: Desk = Desk { provider: Provider::Delegated, name: "VerticalResponse", path: super::AUTHORIZE };

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
    let asker = match front::asker(query, &state, RedirectCheck::Exact) {
        Ok(asker) => asker,
        Err(told) => return consent_page::told(&DESK, StatusCode::BAD_REQUEST, "No app can be connected", told),
    };
    consent::arrived(&mut state, &asker.client_id);
    let challenge = Challenge::of(query, state.settings.delegated.pkce);
    let wrong = match query.filled("response_type") {
        _ if query.filled("state").is_none() || challenge.is_err() => Some("invalid_request"),
        None => Some("invalid_request"),
        Some("code") => None,
        Some(_) => Some("unsupported_response_type"),
    };
    let request = AuthorizationRequest {
        provider: Provider::Delegated,
        client_id: asker.client_id,
        flow: Flow::Code,
        redirect_uri: asker.redirect_uri,
        redirect_uri_sent: true,
        state: query.filled("state").map(str::to_owned),
        challenge: challenge.unwrap_or_default(),
        account: query.filled("login_hint").map(str::to_owned),
    };
    if let Some(error) = wrong {
        return back_with(&mut state, &request, ("error", error));
    }
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
    match decision {
        Decision::Allow => {
            let code = consent::code(world, state, request.clone());
            back_with(state, &request, ("code", &code))
        }
        Decision::Deny => {
            state.counters.denials += 1;
            back_with(state, &request, ("error", "access_denied"))
        }
    }
}

fn back_with(state: &mut State, request: &AuthorizationRequest, (name, value): (&str, &str)) -> Reply {
    let echoed = consent::echoed_state(state, request, true);
    back(&request.redirect_uri, Part::Query, &[(name, Some(value)), ("state", echoed.as_deref())])
}
