//! The API behind the tokens of the first generation.

use bytes::Bytes;
use hyper::Request;

use super::errors;
use crate::account::Account;
use crate::bearer::{self, Rejection};
use crate::fields::Fields;
use crate::provider::Provider;
use crate::reply::Reply;
use crate::verticalresponse::resources::{self, View};
use crate::world::{State, World};

pub(super) fn answer(world: &World, request: &Request<Bytes>) -> Reply {
    let mut state = world.lock();
    let Some(account) = authenticated(&mut state, world, request) else {
        state.counters.api_rejections += 1;
        return errors::rejected(&state.settings.verticalresponse, request);
    };
    let settings = &state.settings.verticalresponse;
    let path = request.uri().path();
    let view = View {
        base: format!("{}{}", world.url(), super::API),
        elsewhere: settings.next_origin.as_ref().map(|origin| format!("{origin}{}", super::API)),
        counted: false,
        path: path.strip_prefix(super::API).unwrap_or(path),
    };
    let answer = resources::answer(&view, &account, request);
    answer.unwrap_or_else(|problem| errors::told(settings, request, &problem))
}

/// The token may be in the query too.
fn authenticated(state: &mut State, world: &World, request: &Request<Bytes>) -> Option<Account> {
    let query = Fields::of_query(request);
    let token = match bearer::token(request) {
        Err(Rejection::Missing) => query.filled("access_token")?,
        token => token.ok()?,
    };
    bearer::account(state, world, Provider::Classic, token).ok()
}
