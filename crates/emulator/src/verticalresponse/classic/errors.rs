//! Refusals of the first generation.

use bytes::Bytes;
use hyper::header::HOST;
use hyper::{Request, StatusCode};
use serde_json::{Value, json};

use crate::ledger::Refusal;
use crate::reply::{self, Reply};
use crate::settings::{ApiErrors, BadClient, ExchangeErrors, ReplyType, VerticalResponse};
use crate::verticalresponse::envelope::Problem;

const INVALID_TOKEN: &str = "invalid token result";
/// There are clients that look for its last four words.
pub(super) const BAD_TOKEN: &str = "The access token is an invalid or expired token";
const REALM: &str = "Bearer realm=\"api.verticalresponse.com\", error=\"invalid_token\"";

/// A token request is refused.
pub(super) fn refused(settings: &VerticalResponse, request: &Request<Bytes>, refusal: &Refusal) -> Reply {
    if matches!(refusal, Refusal::ClientMissing | Refusal::ClientWrong) {
        return bad_client(settings);
    }
    let problem = Problem::new(status(settings.exchange_status, StatusCode::BAD_REQUEST), INVALID_TOKEN);
    let body = match settings.exchange_errors {
        ExchangeErrors::Error => enveloped(settings, ApiErrors::Error, request, &problem),
        ExchangeErrors::Status => enveloped(settings, ApiErrors::Status, request, &problem),
        ExchangeErrors::Flat => json!({ "error": "invalid_token", "error_description": INVALID_TOKEN }),
        ExchangeErrors::Html => return page(problem.status, INVALID_TOKEN),
    };
    reply::json_as(problem.status, content_type(settings), &body)
}

/// A token request is from nobody that is known here.
pub(super) fn bad_client(settings: &VerticalResponse) -> Reply {
    let code = match settings.bad_client {
        BadClient::Html => return page(StatusCode::UNAUTHORIZED, "invalid client"),
        BadClient::Flat => "ERR_403_NOT_AUTHORIZED",
        BadClient::Inactive => "ERR_403_DEVELOPER_INACTIVE",
    };
    let reply = reply::json_as(StatusCode::UNAUTHORIZED, content_type(settings), &json!({ "error": "invalid_client" }));
    let reply = reply::header(reply, "www-authenticate", "Basic realm=\"api.verticalresponse.com\"");
    reply::header(reply, "x-mashery-error-code", code)
}

/// An API request is not authenticated.
pub(super) fn rejected(settings: &VerticalResponse, request: &Request<Bytes>) -> Reply {
    let problem = Problem::new(status(settings.rejection_status, StatusCode::FORBIDDEN), BAD_TOKEN);
    let reply = told(settings, request, &problem);
    if settings.mashery_headers {
        let reply = reply::header(reply, "x-mashery-error-code", "ERR_403_NOT_AUTHORIZED");
        return reply::header(reply, "www-authenticate", REALM);
    }
    reply
}

/// Anything that the API cannot do.
pub(super) fn told(settings: &VerticalResponse, request: &Request<Bytes>, problem: &Problem) -> Reply {
    reply::json(problem.status, &enveloped(settings, settings.api_errors, request, problem))
}

/// What the token endpoint says its JSON is.
pub(super) const fn content_type(settings: &VerticalResponse) -> &'static str {
    match settings.content_type {
        ReplyType::Json => "application/json",
        ReplyType::Html => "text/html; charset=utf-8",
        ReplyType::Javascript => "text/javascript; charset=utf-8",
    }
}

fn enveloped(settings: &VerticalResponse, shape: ApiErrors, request: &Request<Bytes>, problem: &Problem) -> Value {
    // Without its query, which holds the app's secret at the token endpoint.
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let url = format!("http://{host}{}", request.uri().path());
    match shape {
        ApiErrors::Error => json!({ "url": url, "links": {}, "error": problem.error(settings.code_as_string) }),
        ApiErrors::Status => {
            let status = problem.status(settings.code_as_string, request.method().as_str());
            json!({ "url": url, "links": {}, "status": status })
        }
    }
}

fn page(status: StatusCode, told: &str) -> Reply {
    reply::html(status, format!("<html><head><title>Error</title></head><body><h1>{told}</h1></body></html>\n"))
}

fn status(wanted: u16, otherwise: StatusCode) -> StatusCode {
    let answers = |status: &StatusCode| !status.is_informational() && !status.is_redirection();
    StatusCode::from_u16(wanted).ok().filter(answers).unwrap_or(otherwise)
}
