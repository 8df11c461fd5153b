//! Steps 30 to 32: VerticalResponse's second generation, from a consent until it is given back.

use std::time::Duration;

use mailgrant_core::{
    AuthorizationCode, RefreshError, RenewalKind, Revocation, Standing, TokenRecord, http::StatusCode,
};

use super::{
    consenting::{begin, complete, consent, decoded, names, parameter, returning_here},
    obtaining::good_once,
};
use crate::demo::{
    book::Book,
    promise::{Promises, Stopped},
    step::Step,
    tokens::Tokens,
    world::World,
};

const HOUR: Duration = Duration::from_secs(3600);

pub(super) async fn play(world: &mut World, book: &mut Book) -> Result<(), Stopped> {
    book.step(world, Step::PostExchange, async |world, told| log_in(world, told).await).await?;
    book.step(world, Step::Rotation, async |world, told| rotate(world, told).await).await?;
    book.step(world, Step::GivenBack, async |world, told| give_back(world, told).await).await
}

async fn log_in(world: &mut World, told: &mut Promises) -> Result<(), Stopped> {
    let (delegated, grant) = (world.accounts.delegated.clone(), returning_here(world, told)?);
    let url = begin(world, told, &delegated, grant.clone()).await?;
    let (_, query) = url.as_str().split_once('?').unwrap_or_default();
    told.check(
        names(query) == ["client_id", "redirect_uri", "response_type", "state"]
            && decoded(parameter(query, "redirect_uri")) == world.callbacks.address(),
        "response_type, client_id, redirect_uri and state are sent, nothing else",
        || names(query).join(", "),
    );
    let callback = consent(world, told, &url).await?;
    complete(world, told, &delegated, &callback).await?;
    let asked = told.need(world.asked(), "the token endpoint is asked")?;
    let mut fields: Vec<_> = asked.form.iter().map(|(name, _)| name.as_str()).collect();
    fields.sort_unstable();
    told.check(
        asked.method == "POST"
            && !asked.path_and_query.contains('?')
            && asked.header("authorization").is_none()
            && fields == ["client_id", "client_secret", "code", "grant_type", "redirect_uri"],
        "the code is exchanged by POST, in its body: the app, its secret, the code, the redirect URI",
        || format!("{} with {}", asked.method, fields.join(", ")),
    );
    told.check(
        asked.field("redirect_uri") == Some(&world.callbacks.address()),
        "both requests name the same redirect URI",
        || "they differ".to_owned(),
    );
    let record = delegated.record(world, told).await?;
    let life = record.expires_at().remaining(record.obtained_at());
    told.check(
        life == Some(HOUR) && record.renewal() == RenewalKind::Refresh,
        "the token's life is 3600 seconds, and a refresh token comes with it",
        || format!("{life:?}, {:?}", record.renewal()),
    );
    let bearer = delegated.token(world, told).await?;
    delegated.stored(world, told, &bearer, 1).await?;
    delegated.answers(told, &bearer).await?;
    told.kept("One POST: a token for an hour, with a refresh token. GET /contacts: 200.");
    good_once(told, &delegated.client, grant, &callback).await;
    Ok(())
}

async fn rotate(world: &World, told: &mut Promises) -> Result<(), Stopped> {
    let (delegated, before) = (&world.accounts.delegated, world.counters());
    let old = delegated.record(world, told).await?;
    world.advance(HOUR + Duration::from_secs(1));
    let bearer = delegated.token(world, told).await?;
    delegated.rejected(told, &bearer, StatusCode::UNAUTHORIZED).await?;
    let bearer = delegated.replaced(world, told, &bearer).await?;
    let after = world.counters();
    told.check(
        after.refreshes == before.refreshes + 1 && after.reused_refresh_tokens == before.reused_refresh_tokens,
        "a refresh token is spent once",
        || format!("{} refreshes", after.refreshes - before.refreshes),
    );
    let new = delegated.record(world, told).await?;
    told.check(!old.same_access_token(&new), "a refresh brings a new access token", || "the same one".to_owned());
    told.check(!old.same_refresh_token(&new), "a refresh brings a new refresh token", || "the same one".to_owned());
    delegated.stored(world, told, &bearer, 2).await?;
    delegated.answers(told, &bearer).await?;
    told.kept("An hour later: 401. Three callers at once, one refresh, both tokens are new: version 2.");
    Ok(())
}

async fn give_back(world: &World, told: &mut Promises) -> Result<(), Stopped> {
    let (delegated, before) = (&world.accounts.delegated, world.counters());
    let copy = delegated.record(world, told).await?;
    let tokens = told.need(Tokens::of(&copy), "a record can be read")?;
    let ended = told.promptly(world.manager.disconnect(&delegated.key)).await;
    let ended = told.need(ended, "an account can be given up")?;
    let ended = told.need(ended.ok_or("there was none"), "an account can be given up")?;
    let said = told.need(ended.revocation, "the provider takes the grant back")?;
    let after = world.counters();
    told.check(
        said == Revocation::Told
            && after.revoke_requests == before.revoke_requests + 1
            && after.revocations == before.revocations + 1
            && after.token_requests == before.token_requests,
        "one request revokes the grant at the provider",
        || {
            let asked = after.revoke_requests - before.revoke_requests;
            format!("{said:?}, {asked} requests, {} revocations", after.revocations - before.revocations)
        },
    );
    let seen = told.need(world.emulator.last_revoke_request().ok_or("nothing arrived"), "the provider is told")?;
    told.check(
        seen.method == "DELETE" && seen.field("refresh_token").is_some() && !seen.path_and_query.contains('?'),
        "it is a DELETE with the refresh token in its body",
        || seen.method.clone(),
    );
    delegated.ended(world, told).await?;
    let files = told.need(world.files(), "the store's files can be read")?;
    let clear = tokens.into_secrets().filter(|secret| files.hold_secret(secret)).count();
    told.check(clear == 0, "the files hold none of its tokens", || format!("{clear} lie there in clear"));
    told.kept("One DELETE revoked the grant at the provider. A tombstone, without a secret, stands in its place.");
    refused(world, told, copy).await
}

/// What a thief copied before is dead.
async fn refused(world: &World, told: &mut Promises, copy: TokenRecord) -> Result<(), Stopped> {
    world.advance(HOUR + Duration::from_secs(1));
    let session = match world.accounts.delegated.client.restore::<AuthorizationCode>(copy) {
        Ok(Standing::Lapsed(session)) => session,
        Ok(standing) => return Err(told.stop("a token past its life has lapsed", format!("{standing:?}"))),
        Err(error) => return Err(told.stop("a record can be woken", error.to_string())),
    };
    let refusals = world.counters().refusals;
    match told.promptly(session.refresh()).await {
        Err(RefreshError::Refused { .. }) if world.counters().refusals == refusals + 1 => {
            told.kept("A copy of its refresh token, as a thief would have it: refused.")
        }
        Err(setback) => told.check(false, "a revoked refresh token is refused", || setback.to_string()),
        Ok(_) => told.check(false, "a revoked refresh token is refused", || "it brought tokens".to_owned()),
    }
    Ok(())
}
