//! GetResponse as its customers' apps see it.
//!
//! One file for each endpoint, and `max` for the headers that `token` shares with `api`; another
//! provider becomes a sibling of this module with the same four functions.

mod api;
mod authorize;
mod client_auth;
mod consent_page;
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
        Fault::Html502 => Some(bad_gateway()),
        Fault::RateLimit => Some(errors::rate_limited(&state.settings)),
        Fault::ErrorIn200 => Some(errors::in_success(&state.settings, target)),
        Fault::InvalidClient => Some(errors::wrong_client(&state.settings)),
        _ => None,
    }
}

/// A proxy's own words when what is behind it does not answer.
pub(crate) fn bad_gateway() -> Reply {
    let page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
        <center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n\
        </body>\r\n</html>\r\n";
    reply::html(StatusCode::BAD_GATEWAY, page.to_owned())
}
