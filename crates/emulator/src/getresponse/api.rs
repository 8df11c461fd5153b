//! The API behind the tokens.

use bytes::Bytes;
use hyper::{Method, Request, StatusCode};

use super::errors;
use super::max::{self, WrongHeader};
use super::resources::{self, Collection};
use crate::account::Account;
use crate::bearer::{self, Rejection};
use crate::fields::Fields;
use crate::provider::Provider;
use crate::reply::{self, Reply};
use crate::settings::Settings;
use crate::world::{State, World};

const LIMIT: u64 = 30_000;

pub(super) fn answer(world: &World, request: &Request<Bytes>) -> Reply {
    let mut state = world.lock();
    let remaining = LIMIT.saturating_sub(state.counters.api_calls);
    let reply = match authenticated(&mut state, world, request) {
        Ok(account) => resource(&world.url(), &state.settings, &account, request),
        Err(No::Rejection(rejection)) => {
            state.counters.api_rejections += 1;
            errors::rejected(&state.settings, &rejection)
        }
        Err(No::Header(wrong)) => {
            state.counters.header_refusals += 1;
            errors::wrong_header(&state.settings, wrong)
        }
    };
    let reply = reply::header(reply, "x-ratelimit-limit", &LIMIT.to_string());
    let reply = reply::header(reply, "x-ratelimit-remaining", &remaining.to_string());
    reply::header(reply, "x-ratelimit-reset", "267 seconds")
}

/// Why a request is not let in.
#[derive(Debug)]
enum No<'a> {
    Rejection(Rejection<'a>),
    Header(WrongHeader),
}

impl<'a> From<Rejection<'a>> for No<'a> {
    fn from(rejection: Rejection<'a>) -> Self {
        Self::Rejection(rejection)
    }
}

impl From<WrongHeader> for No<'_> {
    fn from(wrong: WrongHeader) -> Self {
        Self::Header(wrong)
    }
}

/// The account that the request reaches.
fn authenticated<'a>(state: &mut State, world: &World, request: &'a Request<Bytes>) -> Result<Account, No<'a>> {
    let token = bearer::token(request)?;
    // Nobody can tell where a token belongs that was never issued; it fails below.
    if let Some(client_id) = state.ledger.issued_to(token, Provider::GetResponse) {
        max::at_api(request.headers(), state.ledger.registry.panel(client_id))?;
    }
    let own = bearer::account(state, world, Provider::GetResponse, token)?;
    let parent = max::parent(request.headers())?;
    Ok(parent.unwrap_or(own))
}

fn resource(url: &str, settings: &Settings, account: &Account, request: &Request<Bytes>) -> Reply {
    let method = request.method();
    let path = request.uri().path();
    let path = path.strip_prefix(super::API).unwrap_or(path);
    if path == "accounts" {
        return match *method {
            Method::GET | Method::POST => reply::json(StatusCode::OK, &resources::account(url, account)),
            _ => errors::method_not_allowed(settings, method.as_str()),
        };
    }
    let (name, id) = match path.split_once('/') {
        Some((name, id)) => (name, Some(id)),
        None => (path, None),
    };
    let Some(collection) = Collection::named(name) else {
        return errors::not_found(settings);
    };
    let item = collection.item(url);
    match (method, id) {
        (_, Some(id)) if id != collection.item_id() => errors::not_found(settings),
        (&Method::GET, None) => list(&Fields::of_query(request), item),
        (&Method::GET | &Method::POST, Some(_)) => reply::json(StatusCode::OK, &item),
        // Contacts are queued, which is why the answer does not show one.
        (&Method::POST, None) if collection == Collection::Contacts => reply::empty(StatusCode::ACCEPTED),
        (&Method::POST, None) => reply::json(StatusCode::CREATED, &item),
        (&Method::DELETE, Some(_)) => reply::empty(StatusCode::NO_CONTENT),
        _ => errors::method_not_allowed(settings, method.as_str()),
    }
}

/// A bare array; the numbers are in the headers.
fn list(query: &Fields, item: serde_json::Value) -> Reply {
    let page = query.get("page").and_then(|page| page.parse().ok());
    let page: u64 = page.unwrap_or(1);
    let items = if page == 1 { vec![item] } else { Vec::new() };
    let reply = reply::json(StatusCode::OK, &items);
    let reply = reply::header(reply, "totalcount", "1");
    let reply = reply::header(reply, "totalpages", "1");
    reply::header(reply, "currentpage", &page.to_string())
}
