//! What the browser takes back to the app.

use crate::ledger::{AuthorizationRequest, Flow, Issued};
use crate::redirect::{Part, back};
use crate::reply::Reply;
use crate::settings::{ImplicitOrder, Settings};

pub(super) fn back_with_code(redirect_uri: &str, code: &str, state: Option<&str>) -> Reply {
    back(redirect_uri, Part::Query, &[("code", Some(code)), ("state", state)])
}

/// A token travels in the fragment, which no server on the way gets to see.
pub(super) fn back_with_token(settings: &Settings, redirect_uri: &str, issued: &Issued, state: Option<&str>) -> Reply {
    let token = ("access_token", Some(issued.access_token.as_str()));
    let state = ("state", state);
    let lifetime = issued.lifetime.map(|lifetime| lifetime.to_string());
    let lifetime = ("expires_in", lifetime.as_deref());
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
