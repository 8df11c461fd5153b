//! Steps 6 to 9: a grant in use, through the manager.

use std::time::Duration;

use mailgrant_core::{
    AuthorizationCode, Bearer, Standing,
    bytes::Bytes,
    http::{Response, StatusCode},
};
use serde_json::Value;

use super::state;
use crate::demo::{
    connection::requests,
    promise::{Promises, Stopped},
    world::World,
};

pub(super) async fn call(world: &World, told: &mut Promises) -> Result<(), Stopped> {
    let main = &world.accounts.main;
    let bearer = main.token(world, told).await?;
    main.answers(told, &bearer).await?;
    told.kept("GET /accounts: 200, with the account's id.");
    Ok(())
}

pub(super) async fn expire(world: &World, told: &mut Promises) -> Result<(), Stopped> {
    let (main, posts) = (&world.accounts.main, world.posts());
    let session = match main.client.restore::<AuthorizationCode>(main.record(world, told).await?) {
        Ok(Standing::Live(session)) => session,
        Ok(standing) => return Err(told.stop("a token within its life is live", format!("{standing:?}"))),
        Err(error) => return Err(told.stop("a stored record can be woken", error.to_string())),
    };
    let before = state(&session);
    world.advance(Duration::from_secs(3601));
    match session.check() {
        Standing::Lapsed(session) => {
            told.tell(format!("{before} -> {}: an hour passed, and `check` says so.", state(&session)))
        }
        standing => told.check(false, "a token past its life has lapsed", || format!("{standing:?}")),
    }

    // The manager goes by the store's clock, which nobody can put forward: it hears of the end from the API.
    let bearer = main.token(world, told).await?;
    let answer = told.need(main.call(&bearer).await, "the API answers")?;
    rejected(told, &bearer, &answer, "an expired token is refused with 401 and code 1014")?;
    let body = String::from_utf8_lossy(answer.body());
    let echoed = bearer.redact(&body) != body && body.contains("sentToken");
    told.check(echoed, "the refusal of an expired token echoes it", || "it does not".to_owned());
    told.check(world.posts() == posts, "looking at the clock sends nothing", || "a request was sent".to_owned());
    told.kept("The API answers it with 401/1014, which echoes the token: `redact` takes it out again.");
    Ok(())
}

pub(super) async fn refresh(world: &World, told: &mut Promises) -> Result<(), Stopped> {
    let (main, posts) = (&world.accounts.main, world.posts());
    let before = main.record(world, told).await?;
    let bearer = main.token(world, told).await?;
    let refreshed = told.promptly(main.account(world).reject(&bearer)).await;
    let bearer = told.need(refreshed, "a good refresh token is answered with tokens")?;
    told.check(world.posts() == posts + 1, "a refresh is one request", || requests(world.posts() - posts));
    let after = main.record(world, told).await?;
    told.check(!before.same_access_token(&after), "a refresh brings a new access token", || "the same one".to_owned());
    told.check(!before.same_refresh_token(&after), "a refresh brings a new refresh token", || {
        "the same one".to_owned()
    });
    main.stored(world, told, &bearer, 2).await?;
    main.answers(told, &bearer).await?;
    told.kept("Expired -> Authorized: one request, both tokens are new, version 2 is stored.");
    told.kept("The new token works: 200.");
    Ok(())
}

pub(super) async fn reject(world: &World, told: &mut Promises) -> Result<(), Stopped> {
    // Within half a minute of a forced renewal, the manager takes a second rejection as the API's final word.
    world.advance(Duration::from_secs(60));
    world.emulator.revoke_access_tokens();
    let main = &world.accounts.main;
    let bearer = main.token(world, told).await?;
    let answer = told.need(main.call(&bearer).await, "the API answers")?;
    rejected(told, &bearer, &answer, "a revoked token is refused with 401 and code 1014")?;
    told.tell("A minute later the provider revokes the access token: the call is answered 401/1014.");

    let bearer = main.replaced(world, told, &bearer).await?;
    main.stored(world, told, &bearer, 3).await?;
    main.answers(told, &bearer).await?;
    told.kept("Three callers reject it at once: one refresh, version 3. The same call again: 200.");
    Ok(())
}

/// The API refuses this token in the documented words.
pub(super) fn rejected(
    told: &mut Promises,
    bearer: &Bearer,
    answer: &Response<Bytes>,
    promise: &str,
) -> Result<(), Stopped> {
    let envelope: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    if answer.status() == StatusCode::UNAUTHORIZED && envelope["code"] == 1014 && bearer.is_rejected_by(answer) {
        return Ok(());
    }
    Err(told.stop(promise, format!("{}, code {}", answer.status(), envelope["code"])))
}
