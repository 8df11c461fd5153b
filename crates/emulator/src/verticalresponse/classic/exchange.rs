//! The token endpoint of the first generation, which is asked with `GET`.

use bytes::Bytes;
use hyper::{Method, Request, StatusCode};
use serde::Serialize;
use serde_json::Value;

use super::errors;
use crate::client_auth;
use crate::fields::Fields;
use crate::grant::{self, Grant};
use crate::ledger::{Issued, Refusal};
use crate::provider::Provider;
use crate::reply::{self, Reply};
use crate::settings::{Admission, Extras, TokenType, UserId, VerticalResponse};
use crate::verticalresponse::envelope::Problem;
use crate::world::{State, World};

pub(super) fn answer(world: &World, request: &Request<Bytes>) -> Reply {
    let mut state = world.lock();
    let Some((grant, fields)) = understood(&state.settings.verticalresponse, request) else {
        state.counters.refusals += 1;
        let reply = errors::told(&state.settings.verticalresponse, request, &Problem::method_not_allowed());
        return reply::header(reply, "allow", "GET");
    };
    match settle(&mut state, world, grant, &fields) {
        Ok(issued) => {
            let is_mac = grant::is_mac(&mut state);
            success(&state.settings.verticalresponse, &issued, is_mac)
        }
        Err(refusal) => {
            state.counters.refusals += 1;
            errors::refused(&state.settings.verticalresponse, request, &refusal)
        }
    }
}

/// What is asked for, unless the method is not taken.
fn understood(settings: &VerticalResponse, request: &Request<Bytes>) -> Option<(Grant, Fields)> {
    let (admission, fields) = match *request.method() {
        Method::GET => (settings.get_exchange, Fields::of_query(request)),
        Method::POST => (settings.post_exchange, Fields::of_form(request)),
        _ => return None,
    };
    let refreshes = request.method() == Method::POST && settings.extras == Extras::RefreshToken;
    if refreshes && fields.get("grant_type") == Some("refresh_token") {
        return Some((Grant::Refresh, fields));
    }
    (admission == Admission::Accepted).then_some((Grant::Code, fields))
}

fn settle(state: &mut State, world: &World, grant: Grant, fields: &Fields) -> Result<Issued, Refusal> {
    let State { settings, ledger, .. } = &*state;
    let client_id = client_auth::of_fields(fields, &ledger.registry, settings.any_client)?;
    grant::settle(state, world.clock.now(), Provider::Classic, grant, &client_id, fields)
}

fn success(settings: &VerticalResponse, issued: &Issued, is_mac: bool) -> Reply {
    #[derive(Default, Serialize)]
    struct Body<'a> {
        access_token: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        token_type: Option<Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        user_id: Option<Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        expires_in: Option<Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        refresh_token: Option<Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        scope: Option<Value>,
    }
    let number = issued.account.number();
    let mut body = Body {
        access_token: &issued.access_token,
        token_type: match settings.token_type {
            _ if is_mac => Some("mac".into()),
            TokenType::Bearer => Some("bearer".into()),
            TokenType::Capital => Some("Bearer".into()),
            TokenType::Absent => None,
            TokenType::Null => Some(Value::Null),
        },
        user_id: match settings.user_id {
            UserId::String => Some(number.to_string().into()),
            UserId::Number => Some(number.into()),
            UserId::Absent => None,
            UserId::Null => Some(Value::Null),
        },
        ..Body::default()
    };
    match settings.extras {
        Extras::None => {}
        Extras::Nulls => {
            body.expires_in = Some(Value::Null);
            body.refresh_token = Some(Value::Null);
            body.scope = Some(Value::Null);
        }
        Extras::ExpiresInZero => body.expires_in = Some(0.into()),
        Extras::ExpiresIn | Extras::RefreshToken => {
            body.expires_in = issued.lifetime.map(Value::from);
            body.refresh_token = issued.refresh_token.clone().map(Value::from);
        }
    }
    let reply = reply::json_as(StatusCode::OK, errors::content_type(settings), &body);
    if settings.no_store { reply::header(reply, "cache-control", "no-store") } else { reply }
}
