//! The gateway's token endpoint.

use bytes::Bytes;
use hyper::{HeaderMap, Method, Request, StatusCode};
use serde::Serialize;
use serde_json::Value;

use super::errors;
use crate::client_auth;
use crate::fields::Fields;
use crate::grant::{self, Grant};
use crate::ledger::{Issued, Refusal};
use crate::provider::Provider;
use crate::reply::{self, Reply};
use crate::settings::{Admission, Delegated, ExpiresIn};
use crate::verticalresponse::envelope::Problem;
use crate::world::{State, World};

pub(super) fn answer(world: &World, request: &Request<Bytes>) -> Reply {
    let mut state = world.lock();
    if request.method() != Method::POST {
        let reply = errors::told(&state.settings.delegated, &Problem::method_not_allowed());
        return reply::header(reply, "allow", "POST");
    }
    match settle(&mut state, world, request) {
        Ok(issued) => {
            let token_type = if grant::is_mac(&mut state) { "mac" } else { "Bearer" };
            success(&state.settings.delegated, &issued, token_type)
        }
        Err(refusal) => {
            state.counters.refusals += 1;
            errors::refused(&state.settings.delegated, &refusal)
        }
    }
}

fn settle(state: &mut State, world: &World, request: &Request<Bytes>) -> Result<Issued, Refusal> {
    let fields = Fields::of_form(request);
    let grant = Grant::named(fields.filled("grant_type").ok_or(Refusal::GrantTypeMissing)?)?;
    let client_id = client(state, request.headers(), &fields)?;
    if grant == Grant::Own && state.settings.delegated.client_credentials == Admission::Refused {
        return Err(Refusal::GrantTypeForbidden);
    }
    grant::settle(state, world.clock.now(), Provider::Delegated, grant, &client_id, &fields)
}

/// Which app speaks.
pub(super) fn client(state: &State, headers: &HeaderMap, fields: &Fields) -> Result<String, Refusal> {
    let (registry, any_client) = (&state.ledger.registry, state.settings.any_client);
    match state.settings.delegated.basic {
        Admission::Accepted => client_auth::of_request(headers, fields, registry, any_client),
        Admission::Refused => client_auth::of_fields(fields, registry, any_client),
    }
}

fn success(settings: &Delegated, issued: &Issued, token_type: &str) -> Reply {
    #[derive(Serialize)]
    struct Body<'a> {
        access_token: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        refresh_token: Option<&'a str>,
        token_type: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        expires_in: Option<Value>,
    }
    let body = Body {
        access_token: &issued.access_token,
        refresh_token: issued.refresh_token.as_deref(),
        token_type,
        expires_in: match settings.expires_in {
            ExpiresIn::Number => issued.lifetime.map(Value::from),
            ExpiresIn::String => issued.lifetime.map(|lifetime| lifetime.to_string().into()),
            ExpiresIn::Absent => None,
        },
    };
    let reply = reply::json(StatusCode::OK, &body);
    reply::header(reply, "cache-control", "no-store")
}
