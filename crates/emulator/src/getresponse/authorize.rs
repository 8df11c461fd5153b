//! The page where a customer lets an app in.

mod redirect;
mod request;

use bytes::Bytes;
use hyper::{Method, Request, StatusCode};

use super::{consent_page, errors};
use crate::account::Account;
use crate::fault::Fault;
use crate::fields::Fields;
use crate::ledger::{AuthorizationRequest, Flow, Scene, hex40};
use crate::reply::{self, Reply};
use crate::settings::Consent;
use crate::world::{State, World};
use redirect::{back_with_code, back_with_error, back_with_token};
use request::{Wrong, destination, understood};

pub(super) fn answer(world: &World, request: &Request<Bytes>) -> Reply {
    match *request.method() {
        Method::GET => arrive(world, &Fields::of_query(request)),
        Method::POST => decide(world, &Fields::of_body(request)),
        _ => reply::empty(StatusCode::METHOD_NOT_ALLOWED),
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
            return consent_page::failure("No redirect URI", told);
        }
    };
    state.counters.authorizations += 1;
    if state.ledger.registry.app(&destination.client_id).is_none() {
        let registry = &mut state.ledger.registry;
        registry.remember_stranger(&destination.client_id);
    }
    let (request, wrong) = understood(query, destination, &state.settings);
    if let Some((error, description)) = wrong {
        let echoed = echoed_state(&mut state, &request);
        return back_with_error(&state.settings, &request, error, description, echoed.as_deref());
    }
    match state.settings.consent {
        Consent::Auto => grant(world, &mut state, request),
        Consent::Deny => deny(&mut state, &request),
        Consent::Ask => ask(&mut state, request),
    }
}

/// The customer pressed a button.
fn decide(world: &World, form: &Fields) -> Reply {
    let mut state = world.lock();
    let parked = form.get("request").and_then(|id| state.ledger.unpark(id));
    let Some(mut request) = parked else {
        let told = "This page was answered already. Begin again in the app that sent you here.";
        return consent_page::failure("The request is over", told);
    };
    if form.get("decision") != Some("allow") {
        return deny(&mut state, &request);
    }
    if let Some(account) = form.filled("account") {
        request.account = Some(account.to_owned());
    }
    grant(world, &mut state, request)
}

fn ask(state: &mut State, request: AuthorizationRequest) -> Reply {
    let account = account_for(state, &request);
    let app = state.ledger.registry.app(&request.client_id);
    let name = app.and_then(|app| app.name.clone());
    let name = name.unwrap_or_else(|| request.client_id.clone());
    let redirect_uri = request.redirect_uri.clone();
    let id = state.ledger.park(request);
    consent_page::question(&consent_page::Question {
        app: &name,
        redirect_uri: &redirect_uri,
        account: &account.email,
        request: &id,
    })
}

fn grant(world: &World, state: &mut State, request: AuthorizationRequest) -> Reply {
    let account = account_for(state, &request);
    let echoed = echoed_state(state, &request);
    let redirect_uri = request.redirect_uri.clone();
    let State { settings, ledger, counters, .. } = state;
    let mut scene = Scene { now: world.clock.now(), settings, counters };
    match request.flow {
        Flow::Code => {
            let code = ledger.consent(request, account, &mut scene);
            back_with_code(&redirect_uri, &code, echoed.as_deref())
        }
        Flow::Implicit => {
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

fn account_for(state: &mut State, request: &AuthorizationRequest) -> Account {
    let wanted = request.account.as_ref().or(state.settings.account.as_ref());
    match wanted {
        Some(email) => Account::new(email),
        None => state.ledger.new_account(),
    }
}

fn echoed_state(state: &mut State, request: &AuthorizationRequest) -> Option<String> {
    if state.faults.breaks(Fault::WrongState) {
        state.counters.faults += 1;
        return Some(hex40());
    }
    let echoed = request.state.clone();
    echoed.filter(|_| state.settings.state_returned)
}
