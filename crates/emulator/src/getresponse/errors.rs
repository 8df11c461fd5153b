//! Refusals in GetResponse's two shapes.

mod envelope;
mod words;

use hyper::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

use super::max::WrongHeader;
use crate::bearer::Rejection;
use crate::fault::Target;
use crate::ledger::Refusal;
use crate::reply::{self, Reply};
use crate::settings::{Errors, Settings};
use envelope::Envelope;
use words::words;

const UNAUTHENTICATED: &str = "Unable to authenticate request. Check credentials or authentication method details";

/// A request names the wrong environment, or none: always told in an envelope.
pub(super) fn wrong_header(settings: &Settings, wrong: WrongHeader) -> Reply {
    let (status, code, message) = match wrong {
        WrongHeader::DomainMalformed => (StatusCode::BAD_REQUEST, 1021, "X-Domain header is missing or malformed"),
        WrongHeader::DomainUnknown => (StatusCode::NOT_FOUND, 1024, "Domain not found"),
        WrongHeader::ParentLoginMalformed => (StatusCode::BAD_REQUEST, 1021, "X-Parent-Login header is malformed"),
    };
    Envelope::new(status, code, message).reply(settings)
}

/// A token request is refused.
pub(super) fn refused(settings: &Settings, refusal: &Refusal) -> Reply {
    let (error, description) = words(refusal);
    match settings.errors {
        Errors::Rfc6749 => rfc6749(StatusCode::BAD_REQUEST, error, &description),
        Errors::Envelope => {
            let unauthenticated = error == "invalid_client" || error == "invalid_grant";
            let status = if unauthenticated { envelope_status(settings) } else { StatusCode::BAD_REQUEST };
            let envelope = if error == "invalid_client" {
                Envelope::new(status, 1014, UNAUTHENTICATED)
            } else if unauthenticated {
                Envelope::new(status, 1014, &description)
            } else {
                Envelope::new(status, 1000, &description)
            };
            envelope.reply(settings)
        }
    }
}

/// `error` with `error_description`.
pub(super) fn rfc6749(status: StatusCode, error: &str, description: &str) -> Reply {
    #[derive(Serialize)]
    struct Body<'a> {
        error: &'a str,
        error_description: &'a str,
    }
    let body = Body { error, error_description: description };
    reply::header(reply::json(status, &body), "cache-control", "no-store")
}

/// An API request is not authenticated.
pub(super) fn rejected(settings: &Settings, rejection: &Rejection<'_>) -> Reply {
    let (message, context) = match rejection {
        Rejection::Expired(token) => ("The access token provided is expired", json!({ "sentToken": token })),
        // The documents say so for a missing credential; the live service was seen with `[]`.
        Rejection::Missing if !settings.context_as_list => {
            (UNAUTHENTICATED, json!({ "authenticationType": "auth_token" }))
        }
        Rejection::WrongScheme => ("Unsupported authentication method", Value::Null),
        Rejection::Missing | Rejection::Unknown => (UNAUTHENTICATED, Value::Null),
    };
    let reply = Envelope::new(StatusCode::UNAUTHORIZED, 1014, message).context(context).reply(settings);
    if settings.www_authenticate {
        let challenge = "Bearer realm=\"Service\", error=\"invalid_token\"";
        return reply::header(reply, "www-authenticate", challenge);
    }
    reply
}

pub(super) fn not_found(settings: &Settings) -> Reply {
    Envelope::new(StatusCode::NOT_FOUND, 1013, "Resource not found").reply(settings)
}

pub(super) fn method_not_allowed(settings: &Settings, method: &str) -> Reply {
    Envelope::new(StatusCode::BAD_REQUEST, 100_002, "Method not allowed")
        .context(json!({ "requestMethod": method }))
        .reply(settings)
}

pub(super) fn rate_limited(settings: &Settings) -> Reply {
    let message = "The throttling limit has been reached";
    let reply = Envelope::new(StatusCode::TOO_MANY_REQUESTS, 1015, message)
        .context(json!({ "currentLimit": 30000, "timeToReset": "7 seconds" }))
        .reply(settings);
    let reply = reply::header(reply, "retry-after", "7");
    let reply = reply::header(reply, "x-ratelimit-limit", "30000");
    let reply = reply::header(reply, "x-ratelimit-remaining", "0");
    reply::header(reply, "x-ratelimit-reset", "7 seconds")
}

pub(super) fn wrong_client(settings: &Settings) -> Reply {
    refused(settings, &Refusal::ClientWrong)
}

/// An error object that claims success.
pub(super) fn in_success(settings: &Settings, target: Target) -> Reply {
    let mut reply = match target {
        Target::Api => rejected(settings, &Rejection::Unknown),
        Target::Token | Target::Authorize | Target::Revoke => refused(settings, &Refusal::RefreshTokenUnknown),
    };
    *reply.status_mut() = StatusCode::OK;
    reply
}

fn envelope_status(settings: &Settings) -> StatusCode {
    StatusCode::from_u16(settings.envelope_status)
        .ok()
        .filter(|status| status.is_client_error() || status.is_server_error())
        .unwrap_or(StatusCode::UNAUTHORIZED)
}
