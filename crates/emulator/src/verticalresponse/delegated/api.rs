//! The API behind the gateway.

use bytes::Bytes;
use hyper::{Method, Request, StatusCode};
use serde_json::json;

use super::errors;
use crate::account::Account;
use crate::bearer::{self, Rejection};
use crate::provider::Provider;
use crate::reply::{self, Reply};
use crate::verticalresponse::envelope::Problem;
use crate::verticalresponse::resources::{self, View};
use crate::world::{State, World};

pub(super) fn answer(world: &World, request: &Request<Bytes>) -> Reply {
    let mut state = world.lock();
    let path = request.uri().path();
    let path = path.strip_prefix(super::API).unwrap_or(path);
    match path {
        "status/is_alive" if request.method() == Method::GET => return alive(world),
        // The gateway does not know the way to the revocation endpoint, whoever asks.
        "oauth/revoke" => return errors::told(&state.settings.delegated, &Problem::not_found()),
        _ => {}
    }
    let account = match authenticated(&mut state, world, request) {
        Ok(account) => account,
        Err(rejection) => {
            state.counters.api_rejections += 1;
            return errors::rejected(&state.settings, &rejection);
        }
    };
    let settings = &state.settings.delegated;
    let view = View {
        base: format!("{}{}", world.url(), super::API),
        elsewhere: settings.next_origin.as_ref().map(|origin| format!("{origin}{}", super::API)),
        counted: true,
        path,
    };
    let answer = resources::answer(&view, &account, request);
    answer.unwrap_or_else(|problem| errors::told(settings, &problem))
}

fn authenticated<'a>(state: &mut State, world: &World, request: &'a Request<Bytes>) -> Result<Account, Rejection<'a>> {
    let token = bearer::token(request)?;
    bearer::account(state, world, Provider::Delegated, token)
}

fn alive(world: &World) -> Reply {
    let url = format!("{}{}status/is_alive", world.url(), super::API);
    reply::json(StatusCode::OK, &json!({ "url": url, "success": { "code": 200, "message": "The API is alive" } }))
}
