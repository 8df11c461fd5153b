//! What the access token of an API request is worth.

use bytes::Bytes;
use hyper::Request;
use hyper::header::AUTHORIZATION;

use crate::account::Account;
use crate::fault::Fault;
use crate::ledger::Standing;
use crate::provider::Provider;
use crate::world::{State, World};

/// What is wrong with the credentials of an API request.
#[derive(Debug)]
pub(crate) enum Rejection<'a> {
    Missing,
    WrongScheme,
    Expired(&'a str),
    Unknown,
}

/// The token in the header.
pub(crate) fn token(request: &Request<Bytes>) -> Result<&str, Rejection<'_>> {
    let header = request.headers().get(AUTHORIZATION).ok_or(Rejection::Missing)?;
    let header = header.to_str().map_err(|_| Rejection::Unknown)?;
    let (scheme, token) = header.split_once(' ').ok_or(Rejection::WrongScheme)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Rejection::WrongScheme);
    }
    Ok(token.trim())
}

/// The account behind a token.
pub(crate) fn account<'a>(
    state: &mut State,
    world: &World,
    provider: Provider,
    token: &'a str,
) -> Result<Account, Rejection<'a>> {
    match state.ledger.standing(token, provider, world.clock.now()) {
        Standing::Live(account) => Ok(account.clone()),
        Standing::Expired(account) if state.faults.breaks(Fault::ExpiredAccepted) => {
            state.counters.faults += 1;
            Ok(account.clone())
        }
        Standing::Expired(_) => Err(Rejection::Expired(token)),
        Standing::Unknown => Err(Rejection::Unknown),
    }
}
