//! GetResponse as its customers' apps see it.
//!
//! One file for each endpoint, and `max` for the headers that `token` shares with `api`. Its siblings,
//! which are the other providers, have the same functions; `provider` chooses among them.

mod api;
mod authorize;
mod errors;
mod max;
mod resources;
mod token;

use bytes::Bytes;
use hyper::{Method, Request, StatusCode};

use crate::fault::{Fault, Target};
use crate::reply::{self, Reply};
use crate::world::World;

const AUTHORIZE: &str = "/oauth2_authorize.html";
const TOKEN: &str = "/v3/token";
const API: &str = "/v3/";

/// Which kind of fault may strike this request.
pub(crate) fn target<B>(request: &Request<B>) -> Option<Target> {
    match request.uri().path() {
        AUTHORIZE => Some(Target::Authorize),
        TOKEN => (request.method() == Method::POST).then_some(Target::Token),
        path if path.starts_with(API) => Some(Target::Api),
        _ => None,
    }
}

/// The commit of a request, with the answer that tells of it.
pub(crate) fn answer(world: &World, request: &Request<Bytes>) -> Reply {
    match request.uri().path() {
        AUTHORIZE => authorize::answer(world, request),
        TOKEN => token::answer(world, request),
        path if path.starts_with(API) => api::answer(world, request),
        _ => reply::text(StatusCode::NOT_FOUND, "There is nothing here.\n"),
    }
}

/// What is answered in place of a commit, if the fault is of that kind.
pub(crate) fn instead(world: &World, target: Target, fault: Fault) -> Option<Reply> {
    let state = world.lock();
    match fault {
        Fault::Html502 => Some(reply::bad_gateway()),
        Fault::RateLimit => Some(errors::rate_limited(&state.settings)),
        Fault::ErrorIn200 => Some(errors::in_success(&state.settings, target)),
        Fault::InvalidClient => Some(errors::wrong_client(&state.settings)),
        _ => None,
    }
}
