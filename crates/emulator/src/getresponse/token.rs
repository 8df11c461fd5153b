//! The token endpoint.

use bytes::Bytes;
use hyper::{Method, Request, StatusCode};
use serde::Serialize;

use super::max::WrongHeader;
use super::{errors, max};
use crate::client_auth;
use crate::clock::Moment;
use crate::fields::Fields;
use crate::grant::{self, Grant};
use crate::ledger::{Issued, Refusal};
use crate::provider::Provider;
use crate::reply::{self, Reply};
use crate::world::{State, World};

pub(super) fn answer(world: &World, request: &Request<Bytes>) -> Reply {
    match *request.method() {
        Method::POST => asked(world, request),
        Method::OPTIONS => reply::header(reply::empty(StatusCode::OK), "allow", "POST, OPTIONS"),
        _ => {
            let description = "The request method must be POST when requesting an access token";
            let reply = errors::rfc6749(StatusCode::METHOD_NOT_ALLOWED, "invalid_request", description);
            reply::header(reply, "allow", "POST, OPTIONS")
        }
    }
}

fn asked(world: &World, request: &Request<Bytes>) -> Reply {
    let mut state = world.lock();
    let now = world.clock.now();
    let fields = Fields::of_body(request);
    match settle(&mut state, request, &fields, now) {
        Ok(issued) => success(&issued, if grant::is_mac(&mut state) { "mac" } else { "Bearer" }),
        Err(No::Refusal(refusal)) => {
            state.counters.refusals += 1;
            errors::refused(&state.settings, &refusal)
        }
        Err(No::Header(wrong)) => {
            state.counters.refusals += 1;
            state.counters.header_refusals += 1;
            errors::wrong_header(&state.settings, wrong)
        }
    }
}

/// Why there are no tokens: the two are told in different shapes.
#[derive(Debug)]
enum No {
    Refusal(Refusal),
    Header(WrongHeader),
}

impl From<Refusal> for No {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl From<WrongHeader> for No {
    fn from(wrong: WrongHeader) -> Self {
        Self::Header(wrong)
    }
}

fn settle(state: &mut State, request: &Request<Bytes>, fields: &Fields, now: Moment) -> Result<Issued, No> {
    let grant_type = fields.filled("grant_type").ok_or(Refusal::GrantTypeMissing)?;
    let grant = Grant::named(grant_type)?;
    let State { settings, ledger, .. } = state;
    let client_id = client_auth::of_request(request.headers(), fields, &ledger.registry, settings.any_client)?;
    max::at_token_endpoint(request.headers(), ledger.registry.panel(&client_id))?;
    if fields.filled("scope").is_some() && !settings.scope_accepted {
        return Err(Refusal::ScopeUnsupported.into());
    }
    Ok(grant::settle(state, now, Provider::GetResponse, grant, &client_id, fields)?)
}

/// The documented body, its keys in the documented order.
fn success(issued: &Issued, token_type: &str) -> Reply {
    #[derive(Serialize)]
    struct Body<'a> {
        access_token: &'a str,
        expires_in: Option<u64>,
        token_type: &'a str,
        scope: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        refresh_token: Option<&'a str>,
    }
    let body = Body {
        access_token: &issued.access_token,
        expires_in: issued.lifetime,
        token_type,
        scope: None,
        refresh_token: issued.refresh_token.as_deref(),
    };
    let reply = reply::json(StatusCode::OK, &body);
    let reply = reply::header(reply, "cache-control", "no-store");
    reply::header(reply, "pragma", "no-cache")
}
