//! The token endpoint.

use bytes::Bytes;
use hyper::{Method, Request, StatusCode};
use serde::Serialize;

use super::max::WrongHeader;
use super::{client_auth, errors, max};
use crate::clock::Moment;
use crate::fault::Fault;
use crate::fields::Fields;
use crate::ledger::{Exchange, Issued, Refusal, Scene};
use crate::reply::{self, Reply};
use crate::world::{State, World};

pub(super) fn answer(world: &World, request: &Request<Bytes>) -> Reply {
    match *request.method() {
        Method::POST => grant(world, request),
        Method::OPTIONS => reply::header(reply::empty(StatusCode::OK), "allow", "POST, OPTIONS"),
        _ => {
            let description = "The request method must be POST when requesting an access token";
            let reply = errors::rfc6749(StatusCode::METHOD_NOT_ALLOWED, "invalid_request", description);
            reply::header(reply, "allow", "POST, OPTIONS")
        }
    }
}

fn grant(world: &World, request: &Request<Bytes>) -> Reply {
    let mut state = world.lock();
    let now = world.clock.now();
    let fields = Fields::of_body(request);
    match settle(&mut state, request, &fields, now) {
        Ok(issued) => {
            let mac = strikes(&mut state, Fault::TokenTypeMac);
            success(&issued, if mac { "mac" } else { "Bearer" })
        }
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
    if !matches!(grant_type, "authorization_code" | "refresh_token" | "client_credentials") {
        return Err(Refusal::GrantTypeUnknown(grant_type.to_owned()).into());
    }
    let State { settings, ledger, faults, counters, .. } = state;
    let client_id = client_auth::client(request.headers(), fields, &ledger.registry, settings)?;
    max::at_token_endpoint(request.headers(), ledger.registry.panel(&client_id))?;
    if fields.filled("scope").is_some() && !settings.scope_accepted {
        return Err(Refusal::ScopeUnsupported.into());
    }
    let mut broken = 0;
    let mut breaks = |promise| {
        let struck = faults.breaks(promise);
        broken += u64::from(struck);
        struck
    };
    let mut scene = Scene { now, settings, counters };
    let outcome = match grant_type {
        "authorization_code" => {
            let presented = Exchange {
                client_id: &client_id,
                code: fields.filled("code").ok_or(Refusal::CodeMissing)?,
                redirect_uri: fields.filled("redirect_uri"),
                verifier: fields.filled("code_verifier"),
            };
            ledger.exchange(&presented, || breaks(Fault::CodeAcceptedTwice), &mut scene)
        }
        "refresh_token" => {
            let token = fields.filled("refresh_token").ok_or(Refusal::RefreshTokenMissing)?;
            if breaks(Fault::RefreshRefused) {
                Err(Refusal::RefreshTokenUnknown)
            } else {
                ledger.refresh(token, &client_id, || breaks(Fault::NoRotation), &mut scene)
            }
        }
        _ => Ok(ledger.client_credentials(&client_id, &mut scene)),
    };
    counters.faults += broken;
    Ok(outcome?)
}

fn strikes(state: &mut State, promise: Fault) -> bool {
    let struck = state.faults.breaks(promise);
    state.counters.faults += u64::from(struck);
    struck
}

/// The documented body, its keys in the documented order.
fn success(issued: &Issued, token_type: &str) -> Reply {
    #[derive(Serialize)]
    struct Body<'a> {
        access_token: &'a str,
        expires_in: u64,
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
