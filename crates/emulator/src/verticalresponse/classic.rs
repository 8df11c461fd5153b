//! VerticalResponse's first generation: an exchange by `GET`, tokens without an end.

mod api;
mod authorize;
mod errors;
mod exchange;

use bytes::Bytes;
use hyper::{Method, Request, StatusCode};

use super::envelope::Problem;
use crate::fault::Target;
use crate::ledger::Refusal;
use crate::reply::{self, Reply};
use crate::settings::Settings;
use crate::world::World;

pub(crate) const HOST: &str = "/vr1/";
pub(crate) const AUTHORIZE: &str = "/vr1/api/v1/oauth/authorize";
pub(crate) const TOKEN: &str = "/vr1/api/v1/oauth/access_token";
pub(crate) const API: &str = "/vr1/api/v1/";

/// What Mashery answers when it has no such service.
const SERVICE_NOT_FOUND: u16 = 596;

/// Which kind of fault may strike this request.
pub(crate) fn target<B>(request: &Request<B>) -> Option<Target> {
    match request.uri().path() {
        AUTHORIZE => Some(Target::Authorize),
        TOKEN => matches!(*request.method(), Method::GET | Method::POST).then_some(Target::Token),
        path if path.starts_with(API) => Some(Target::Api),
        _ => None,
    }
}

/// The commit of a request, with the answer that tells of it.
pub(crate) fn answer(world: &World, request: &Request<Bytes>) -> Reply {
    if world.lock().settings.verticalresponse.retired {
        return retired();
    }
    match request.uri().path() {
        AUTHORIZE => authorize::answer(world, request),
        TOKEN => exchange::answer(world, request),
        path if path.starts_with(API) => api::answer(world, request),
        _ => reply::text(StatusCode::NOT_FOUND, "There is nothing here.\n"),
    }
}

/// The app's credentials are called wrong.
pub(super) fn wrong_client(settings: &Settings) -> Reply {
    errors::bad_client(&settings.verticalresponse)
}

/// An error object that claims success.
pub(super) fn in_success(settings: &Settings, request: &Request<Bytes>, target: Target) -> Reply {
    let settings = &settings.verticalresponse;
    let mut reply = match target {
        Target::Token => errors::refused(settings, request, &Refusal::CodeUnknown),
        Target::Api | Target::Authorize | Target::Revoke => {
            errors::told(settings, request, &Problem::new(StatusCode::FORBIDDEN, errors::BAD_TOKEN))
        }
    };
    *reply.status_mut() = StatusCode::OK;
    reply
}

fn retired() -> Reply {
    let status = StatusCode::from_u16(SERVICE_NOT_FOUND).unwrap_or(StatusCode::BAD_GATEWAY);
    let reply = reply::xml(status, "596 Service Not Found");
    reply::header(reply, "x-mashery-error-code", "ERR_596_SERVICE_NOT_FOUND")
}
