//! The way back to the app.

use form_urlencoded::Serializer;
use hyper::StatusCode;

use crate::ledger::{AuthorizationRequest, Flow, Issued};
use crate::reply::{self, Reply};
use crate::settings::{ImplicitOrder, Settings};

/// Where the parameters go.
#[derive(Clone, Copy, Debug)]
enum Part {
    Query,
    Fragment,
}

pub(super) fn back_with_code(redirect_uri: &str, code: &str, state: Option<&str>) -> Reply {
    back(redirect_uri, Part::Query, &[("code", Some(code)), ("state", state)])
}

/// A token travels in the fragment, which no server on the way gets to see.
pub(super) fn back_with_token(settings: &Settings, redirect_uri: &str, issued: &Issued, state: Option<&str>) -> Reply {
    let token = ("access_token", Some(issued.access_token.as_str()));
    let state = ("state", state);
    let lifetime = issued.lifetime.to_string();
    let lifetime = ("expires_in", Some(lifetime.as_str()));
    let parameters = match settings.implicit_order {
        ImplicitOrder::Documented => [token, state, ("token_type", Some("bearer")), lifetime],
        ImplicitOrder::Bshaffer => [token, lifetime, ("token_type", Some("Bearer")), state],
    };
    back(redirect_uri, Part::Fragment, &parameters)
}

/// Sends the browser back with bad news.
pub(super) fn back_with_error(
    settings: &Settings,
    request: &AuthorizationRequest,
    error: &str,
    description: &str,
    state: Option<&str>,
) -> Reply {
    let part = match request.flow {
        Flow::Implicit if settings.implicit_errors_in_fragment => Part::Fragment,
        Flow::Code | Flow::Implicit => Part::Query,
    };
    let parameters = [("error", Some(error)), ("error_description", Some(description)), ("state", state)];
    back(&request.redirect_uri, part, &parameters)
}

fn back(redirect_uri: &str, part: Part, parameters: &[(&str, Option<&str>)]) -> Reply {
    let mut encoded = Serializer::new(String::new());
    for (name, value) in parameters {
        if let Some(value) = value {
            encoded.append_pair(name, value);
        }
    }
    let joint = match part {
        Part::Fragment => '#',
        Part::Query if redirect_uri.contains('?') => '&',
        Part::Query => '?',
    };
    let location = format!("{redirect_uri}{joint}{}", encoded.finish());
    let reply = reply::header(reply::empty(StatusCode::FOUND), "location", &location);
    reply::header(reply, "cache-control", "no-store")
}
