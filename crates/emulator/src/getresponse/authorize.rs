//! The page where a customer lets an app in.

mod redirect;
mod request;

use bytes::Bytes;
use hyper::{Method, Request, StatusCode};

use super::errors;
use crate::consent::{self, Decision, account_for};
use crate::consent_page::{self, Desk};
use crate::fields::Fields;
use crate::ledger::{AuthorizationRequest, Flow, Scene};
use crate::provider::Provider;
use crate::reply::Reply;
use crate::terms::Terms;
use crate::world::{State, World};
use redirect::{back_with_code, back_with_error, back_with_token};
use request::{Wrong, destination, understood};

const DESK: Desk = Desk { provider: Provider::GetResponse, name: "GetResponse", path: super::AUTHORIZE };

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
    // Until it is known who asks, nobody is redirected.
    let destination = match destination(query, &state.ledger.registry, &state.settings) {
        Ok(destination) => destination,
        Err(Wrong::Request(error, description)) => {
            return errors::rfc6749(StatusCode::BAD_REQUEST, error, description);
        }
        Err(Wrong::NoDestination) => {
            let told = "The app has no redirect URI registered here, nor does its request name \
                one, so there is nowhere to send you back to. Register one with the emulator, or \
                let the app send redirect_uri.";
            return consent_page::told(&DESK, StatusCode::BAD_REQUEST, "No redirect URI", told);
        }
    };
    consent::arrived(&mut state, &destination.client_id);
    let (request, wrong) = understood(query, destination, &state.settings);
    if let Some((error, description)) = wrong {
        let echoed = echoed_state(&mut state, &request);
        return back_with_error(&state.settings, &request, error, description, echoed.as_deref());
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
        Decision::Allow => grant(world, state, request),
        Decision::Deny => deny(state, &request),
    }
}

fn grant(world: &World, state: &mut State, request: AuthorizationRequest) -> Reply {
    let echoed = echoed_state(state, &request);
    let redirect_uri = request.redirect_uri.clone();
    match request.flow {
        Flow::Code => {
            let code = consent::code(world, state, request);
            back_with_code(&redirect_uri, &code, echoed.as_deref())
        }
        Flow::Implicit => {
            let account = account_for(state, &request);
            let State { settings, ledger, counters, .. } = state;
            let terms = Terms::of(Provider::GetResponse, settings);
            let mut scene = Scene { now: world.clock.now(), terms, counters };
            let issued = ledger.consent_implicitly(&request.client_id, account, &mut scene);
            back_with_token(settings, &redirect_uri, &issued, echoed.as_deref())
        }
    }
}

fn deny(state: &mut State, request: &AuthorizationRequest) -> Reply {
    state.counters.denials += 1;
    let echoed = echoed_state(state, request);
    let description = "The user denied access to your application";
    back_with_error(&state.settings, request, "access_denied", description, echoed.as_deref())
}

fn echoed_state(state: &mut State, request: &AuthorizationRequest) -> Option<String> {
    let returned = state.settings.state_returned;
    consent::echoed_state(state, request, returned)
}
