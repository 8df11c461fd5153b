//! What every provider does when a customer decides.

use hyper::StatusCode;

use crate::account::Account;
use crate::consent_page::{self, Desk};
use crate::fault::Fault;
use crate::fields::Fields;
use crate::ledger::{AuthorizationRequest, Scene, hex40};
use crate::reply::{self, Reply};
use crate::settings::{Consent, Settings};
use crate::terms::Terms;
use crate::world::{State, World};

/// What the customer said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Allow,
    Deny,
}

/// What the settings say in the customer's place.
pub(crate) fn already(settings: &Settings) -> Option<Decision> {
    match settings.consent {
        Consent::Auto => Some(Decision::Allow),
        Consent::Deny => Some(Decision::Deny),
        Consent::Ask => None,
    }
}

/// Notes that a request named a known app, or one that is accepted unseen.
pub(crate) fn arrived(state: &mut State, client_id: &str) {
    state.counters.authorizations += 1;
    if state.ledger.registry.app(client_id).is_none() {
        state.ledger.registry.remember_stranger(client_id);
    }
}

/// The page with the question.
pub(crate) fn ask(state: &mut State, request: AuthorizationRequest, desk: &Desk) -> Reply {
    let account = account_for(state, &request);
    let app = state.ledger.registry.app(&request.client_id);
    let name = app.and_then(|app| app.name.clone());
    let name = name.unwrap_or_else(|| request.client_id.clone());
    let redirect_uri = request.redirect_uri.clone();
    let id = state.ledger.park(request);
    consent_page::question(
        desk,
        &consent_page::Question { app: &name, redirect_uri: &redirect_uri, account: &account.email, request: &id },
    )
}

/// The customer pressed a button: the request with the decision, unless it was decided before.
pub(crate) fn decided(state: &mut State, form: &Fields, desk: &Desk) -> Option<(AuthorizationRequest, Decision)> {
    let mut request = form.get("request").and_then(|id| state.ledger.unpark(id, desk.provider))?;
    if form.get("decision") != Some("allow") {
        return Some((request, Decision::Deny));
    }
    if let Some(account) = form.filled("account") {
        request.account = Some(account.to_owned());
    }
    Some((request, Decision::Allow))
}

/// The page for who decides twice.
pub(crate) fn over(desk: &Desk) -> Reply {
    let told = "This page was answered already. Begin again in the app that sent you here.";
    consent_page::told(desk, StatusCode::BAD_REQUEST, "The request is over", told)
}

/// A code for the customer's yes.
pub(crate) fn code(world: &World, state: &mut State, request: AuthorizationRequest) -> String {
    let account = account_for(state, &request);
    let State { settings, ledger, counters, .. } = state;
    let terms = Terms::of(request.provider, settings);
    ledger.consent(request, account, &mut Scene { now: world.clock.now(), terms, counters })
}

pub(crate) fn account_for(state: &mut State, request: &AuthorizationRequest) -> Account {
    let wanted = request.account.as_ref().or(state.settings.account.as_ref());
    match wanted {
        Some(email) => Account::new(email),
        None => state.ledger.new_account(),
    }
}

/// The `state` for the callback, if the provider returns one.
pub(crate) fn echoed_state(state: &mut State, request: &AuthorizationRequest, returned: bool) -> Option<String> {
    if state.faults.breaks(Fault::WrongState) {
        state.counters.faults += 1;
        return Some(hex40());
    }
    request.state.clone().filter(|_| returned)
}

/// The page with a method that it does not know.
pub(crate) fn method_not_allowed() -> Reply {
    reply::header(reply::empty(StatusCode::METHOD_NOT_ALLOWED), "allow", "GET, POST")
}
