//! VerticalResponse's second generation: a provider's host, a gateway, tokens that end.

mod api;
mod authorize;
mod errors;
mod revoke;
mod token;

use std::io;

use bytes::Bytes;
use hyper::{Method, Request, StatusCode};

use super::envelope::Problem;
use crate::fault::Target;
use crate::ledger::Refusal;
use crate::reply::{self, Reply};
use crate::settings::Settings;
use crate::world::World;

pub(crate) const HOST: &str = "/vr2/";
pub(crate) const GATEWAY: &str = "/vr2-gateway/";
pub(crate) const AUTHORIZE: &str = "/vr2/oauth/authorize";
pub(crate) const REVOKE: &str = "/vr2/api/v1/oauth/revoke";
pub(crate) const TOKEN: &str = "/vr2-gateway/api/v1/authorize";
pub(crate) const API: &str = "/vr2-gateway/api/v1/";

/// Which kind of fault may strike this request.
pub(crate) fn target<B>(request: &Request<B>) -> Option<Target> {
    match request.uri().path() {
        AUTHORIZE => Some(Target::Authorize),
        TOKEN => (request.method() == Method::POST).then_some(Target::Token),
        REVOKE => (request.method() == Method::DELETE).then_some(Target::Revoke),
        path if path.starts_with(API) => Some(Target::Api),
        _ => None,
    }
}

/// The commit of a request, with the answer that tells of it. An error closes the connection.
pub(crate) fn answer(world: &World, request: &Request<Bytes>) -> io::Result<Reply> {
    Ok(match request.uri().path() {
        AUTHORIZE => authorize::answer(world, request),
        TOKEN => token::answer(world, request),
        REVOKE => return revoke::answer(world, request),
        path if path.starts_with(API) => api::answer(world, request),
        _ => reply::text(StatusCode::NOT_FOUND, "There is nothing here.\n"),
    })
}

/// The app's credentials are called wrong.
pub(super) fn wrong_client(settings: &Settings) -> Reply {
    errors::refused(&settings.delegated, &Refusal::ClientWrong)
}

/// An error object that claims success.
pub(super) fn in_success(settings: &Settings, target: Target) -> Reply {
    let settings = &settings.delegated;
    let mut reply = match target {
        Target::Token => errors::refused(settings, &Refusal::RefreshTokenUnknown),
        Target::Api | Target::Authorize | Target::Revoke => {
            errors::told(settings, &Problem::new(StatusCode::UNAUTHORIZED, errors::INVALID))
        }
    };
    *reply.status_mut() = StatusCode::OK;
    reply
}
