//! Refusals of the second generation, whose endpoints do not agree on a shape.

use hyper::StatusCode;
use serde::Serialize;
use serde_json::json;

use crate::bearer::Rejection;
use crate::ledger::Refusal;
use crate::reply::{self, Reply};
use crate::settings::{Delegated, InvalidGrant, Settings};
use crate::verticalresponse::envelope::Problem;

pub(super) const INVALID: &str = "The access token is invalid";
const EXPIRED: &str = "The access token has expired";

/// A request at the token endpoint, or at the one for revocation, is refused.
pub(super) fn refused(settings: &Delegated, refusal: &Refusal) -> Reply {
    #[derive(Serialize)]
    struct Body<'a> {
        error: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        error_description: Option<&'a str>,
    }
    let (error, description) = words(settings, refusal);
    // A wrong client is told so without another word.
    let is_client = error == "invalid_client";
    let described = settings.error_description && !is_client;
    let status = if is_client { client_status(settings) } else { StatusCode::BAD_REQUEST };
    let body = Body { error, error_description: described.then_some(description) };
    reply::header(reply::json(status, &body), "cache-control", "no-store")
}

/// An API request is not authenticated.
pub(super) fn rejected(settings: &Settings, rejection: &Rejection<'_>) -> Reply {
    let message = if matches!(rejection, Rejection::Expired(_)) { EXPIRED } else { INVALID };
    let reply = told(&settings.delegated, &Problem::new(StatusCode::UNAUTHORIZED, message));
    if settings.www_authenticate {
        return reply::header(reply, "www-authenticate", "Bearer error=\"invalid_token\"");
    }
    reply
}

/// Anything that the API cannot do.
pub(super) fn told(settings: &Delegated, problem: &Problem) -> Reply {
    reply::json(problem.status, &json!({ "error": problem.error(settings.code_as_string) }))
}

/// `error`, then `error_description`.
fn words(settings: &Delegated, refusal: &Refusal) -> (&'static str, &'static str) {
    let dead = match settings.invalid_grant {
        InvalidGrant::InvalidGrant => "invalid_grant",
        InvalidGrant::AccessRevoked => "access_revoked",
    };
    match refusal {
        Refusal::ClientMissing | Refusal::ClientWrong => ("invalid_client", ""),
        Refusal::GrantTypeMissing => ("invalid_request", "grant_type is missing"),
        Refusal::GrantTypeUnknown(_) => ("unsupported_grant_type", "grant_type is not supported"),
        Refusal::GrantTypeForbidden => ("unauthorized_client", "The app may not use this grant_type"),
        Refusal::CodeMissing => ("invalid_request", "code is missing"),
        Refusal::CodeUnknown | Refusal::CodeForeign => ("invalid_grant", "The code is invalid"),
        Refusal::CodeExpired => ("invalid_grant", "The code has expired"),
        Refusal::RedirectUriMismatch => ("invalid_grant", "redirect_uri does not match"),
        Refusal::VerifierMissing | Refusal::VerifierWrong => ("invalid_grant", "code_verifier does not match"),
        Refusal::RefreshTokenMissing => ("invalid_request", "refresh_token is missing"),
        Refusal::RefreshTokenUnknown | Refusal::RefreshTokenForeign => (dead, "The refresh token is invalid"),
        Refusal::RefreshTokenExpired => (dead, "The refresh token has expired"),
        Refusal::ScopeUnsupported => ("invalid_scope", "scope is not supported"),
    }
}

fn client_status(settings: &Delegated) -> StatusCode {
    StatusCode::from_u16(settings.invalid_client_status)
        .ok()
        .filter(|status| status.is_client_error() || status.is_server_error())
        .unwrap_or(StatusCode::UNAUTHORIZED)
}
