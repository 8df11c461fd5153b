//! The way back to the app.

use form_urlencoded::Serializer;
use hyper::StatusCode;

use crate::ledger::AuthorizationRequest;
use crate::reply::{self, Reply};

/// Sends the browser back with these parameters in the query.
pub(super) fn back(redirect_uri: &str, parameters: &[(&str, Option<&str>)]) -> Reply {
    let mut query = Serializer::new(String::new());
    for (name, value) in parameters {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let joint = if redirect_uri.contains('?') { '&' } else { '?' };
    let location = format!("{redirect_uri}{joint}{}", query.finish());
    let reply = reply::header(reply::empty(StatusCode::FOUND), "location", &location);
    reply::header(reply, "cache-control", "no-store")
}

/// Sends the browser back with bad news.
pub(super) fn back_with_error(
    request: &AuthorizationRequest,
    error: &str,
    description: &str,
    state: Option<&str>,
) -> Reply {
    back(&request.redirect_uri, &[("error", Some(error)), ("error_description", Some(description)), ("state", state)])
}
