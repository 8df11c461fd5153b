//! An authorization request, read or found wanting.

use crate::fields::Fields;
use crate::ledger::{AuthorizationRequest, Challenge, Flow, Registry};
use crate::provider::Provider;
use crate::redirect::{is_loopback, is_usable};
use crate::settings::{RedirectUri, Settings};

/// Why the browser cannot be sent anywhere.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// The error with its description.
    Request(&'static str, &'static str),
    /// Nobody said where to.
    NoDestination,
}

/// Who asks, with where to go back to.
#[derive(Debug)]
pub(super) struct Destination {
    pub(super) client_id: String,
    flow: Flow,
    redirect_uri: String,
    sent: bool,
}

/// Finds the app with its redirect URI.
pub(super) fn destination(query: &Fields, registry: &Registry, settings: &Settings) -> Result<Destination, Wrong> {
    let client_id = query.filled("client_id").ok_or(Wrong::Request("invalid_client", "No client id supplied"))?;
    let registered = match registry.app(client_id) {
        Some(app) => Some(app.redirect_uris.as_slice()),
        None if settings.any_client => None,
        None => {
            let description = "The client id supplied is invalid";
            return Err(Wrong::Request("invalid_client", description));
        }
    };
    let flow = match query.filled("response_type") {
        Some("token") => Flow::Implicit,
        _ => Flow::Code,
    };
    let sent = match (settings.redirect_uri, query.filled("redirect_uri")) {
        // The only place where the documents send one.
        (_, sent) if flow == Flow::Implicit => Some(sent.ok_or_else(mismatch)?),
        (RedirectUri::Refused, Some(_)) => {
            let description = "The redirect URI is registered with the app, leave it out";
            return Err(Wrong::Request("invalid_request", description));
        }
        (RedirectUri::Ignored, _) => None,
        (_, sent) => sent,
    };
    let redirect_uri = match (sent, registered) {
        (Some(sent), Some(known)) if known.is_empty() || known.iter().any(|uri| uri == sent) => sent,
        (Some(sent), None) if is_loopback(sent) => sent,
        (Some(_), _) => return Err(mismatch()),
        (None, Some([only])) => only,
        (None, Some([_, ..])) => {
            let description = "A redirect URI must be supplied when multiple redirect URIs are registered";
            return Err(Wrong::Request("redirect_uri_mismatch", description));
        }
        (None, Some([]) | None) => return Err(Wrong::NoDestination),
    };
    if !is_usable(redirect_uri) {
        return Err(mismatch());
    }
    Ok(Destination {
        client_id: client_id.to_owned(),
        flow,
        redirect_uri: redirect_uri.to_owned(),
        sent: sent.is_some(),
    })
}

/// Reads the rest, with what is wrong with it: that is told to the app.
pub(super) fn understood(
    query: &Fields,
    destination: Destination,
    settings: &Settings,
) -> (AuthorizationRequest, Option<(&'static str, &'static str)>) {
    let challenge = Challenge::of(query, settings.pkce);
    let wrong = match query.filled("response_type") {
        Some("code" | "token") => match challenge {
            Err(description) => Some(("invalid_request", description)),
            _ if query.filled("scope").is_some() && !settings.scope_accepted => {
                Some(("invalid_scope", "An unsupported scope was requested"))
            }
            _ => None,
        },
        _ => Some(("invalid_request", "Invalid or missing response type")),
    };
    let request = AuthorizationRequest {
        provider: Provider::GetResponse,
        client_id: destination.client_id,
        flow: destination.flow,
        redirect_uri: destination.redirect_uri,
        redirect_uri_sent: destination.sent,
        state: query.get("state").map(str::to_owned),
        challenge: challenge.unwrap_or_default(),
        account: query.filled("login_hint").map(str::to_owned),
    };
    (request, wrong)
}

fn mismatch() -> Wrong {
    Wrong::Request("redirect_uri_mismatch", "The redirect URI provided is missing or does not match")
}
