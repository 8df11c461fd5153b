//! Where an app gives up what a customer granted.

use std::io;

use bytes::Bytes;
use hyper::{Method, Request, StatusCode};
use serde_json::json;

use super::{errors, token};
use crate::fields::Fields;
use crate::ledger::Refusal;
use crate::provider::Provider;
use crate::reply::{self, Reply};
use crate::settings::Revoke;
use crate::verticalresponse::envelope::Problem;
use crate::world::{State, World};

/// An error closes the connection.
pub(super) fn answer(world: &World, request: &Request<Bytes>) -> io::Result<Reply> {
    let mut state = world.lock();
    if request.method() != Method::DELETE {
        let reply = errors::told(&state.settings.delegated, &Problem::method_not_allowed());
        return Ok(reply::header(reply, "allow", "DELETE"));
    }
    let problem = match state.settings.delegated.revoke {
        Revoke::Ok => None,
        Revoke::NotFound => Some(Problem::not_found()),
        Revoke::Error => Some(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong")),
        Revoke::Drop => return Err(io::ErrorKind::ConnectionAborted.into()),
    };
    if let Some(problem) = problem {
        return Ok(errors::told(&state.settings.delegated, &problem));
    }
    Ok(match settle(&mut state, request) {
        // Whoever asks does not learn whether there was such a token.
        Ok(()) => reply::json(StatusCode::OK, &json!({ "status": "ok" })),
        Err(refusal) => errors::refused(&state.settings.delegated, &refusal),
    })
}

fn settle(state: &mut State, request: &Request<Bytes>) -> Result<(), Refusal> {
    let fields = Fields::of_form(request);
    let client_id = token::client(state, request.headers(), &fields)?;
    let presented = fields.filled("refresh_token").ok_or(Refusal::RefreshTokenMissing)?;
    let effective = state.ledger.revoke_refresh_token(presented, &client_id, Provider::Delegated);
    state.counters.revocations += u64::from(effective);
    Ok(())
}
