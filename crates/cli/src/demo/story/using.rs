//! Steps 6 to 9: a grant in use, through the manager.

use std::time::Duration;

use mailgrant_core::{
    AuthorizationCode, Bearer, Host, Standing, TokenRecord,
    bytes::Bytes,
    http::{Response, StatusCode},
};
use mailgrant_storage::{Status, Version};
use serde_json::Value;

use super::{requests, state};
use crate::demo::{
    promise::{Promises, Stopped},
    world::World,
};

pub(super) async fn call(world: &World, told: &mut Promises) -> Result<(), Stopped> {
    let bearer = told.need(world.account().token().await, "a connected account has a token")?;
    let asked_at = world.host.monotonic();
    let answered = answers(world, told, &bearer).await;
    told.prompt(world.host.monotonic() - asked_at);
    answered?;
    told.kept("GET /accounts: 200, with the account's id.");
    Ok(())
}

pub(super) async fn expire(world: &World, told: &mut Promises) -> Result<(), Stopped> {
    let posts = world.posts();
    let session = match world.client.restore::<AuthorizationCode>(record(world, told).await?) {
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
    let bearer = told.need(world.account().token().await, "a connected account has a token")?;
    let answer = told.need(world.call(&bearer).await, "the API answers")?;
    rejected(told, &bearer, &answer, "an expired token is refused with 401 and code 1014")?;
    let body = String::from_utf8_lossy(answer.body());
    let echoed = bearer.redact(&body) != body && body.contains("sentToken");
    told.check(echoed, "the refusal of an expired token echoes it", || "it does not".to_owned());
    told.check(world.posts() == posts, "looking at the clock sends nothing", || "a request was sent".to_owned());
    told.kept("The API answers it with 401/1014, which echoes the token: `redact` takes it out again.");
    Ok(())
}

pub(super) async fn refresh(world: &World, told: &mut Promises) -> Result<(), Stopped> {
    let before = record(world, told).await?;
    let bearer = told.need(world.account().token().await, "a connected account has a token")?;
    let (posts, asked_at) = (world.posts(), world.host.monotonic());
    let refreshed = world.account().reject(&bearer).await;
    told.prompt(world.host.monotonic() - asked_at);
    let bearer = told.need(refreshed, "a good refresh token is answered with tokens")?;
    told.check(world.posts() == posts + 1, "a refresh is one request", || requests(world.posts() - posts));
    let after = record(world, told).await?;
    told.check(!before.same_access_token(&after), "a refresh brings a new access token", || "the same one".to_owned());
    told.check(!before.same_refresh_token(&after), "a refresh brings a new refresh token", || {
        "the same one".to_owned()
    });
    stored(world, told, &bearer, Version::FIRST.next()).await?;
    answers(world, told, &bearer).await?;
    told.kept("Expired -> Authorized: one request, both tokens are new, version 2 is stored.");
    told.kept("The new token works: 200.");
    Ok(())
}

pub(super) async fn reject(world: &World, told: &mut Promises) -> Result<(), Stopped> {
    // Within half a minute of a forced renewal, the manager takes a second rejection as the API's final word.
    world.advance(Duration::from_secs(60));
    world.emulator.revoke_access_tokens();
    let account = world.account();
    let bearer = told.need(account.token().await, "a connected account has a token")?;
    let answer = told.need(world.call(&bearer).await, "the API answers")?;
    rejected(told, &bearer, &answer, "a revoked token is refused with 401 and code 1014")?;
    told.tell("A minute later the provider revokes the access token: the call is answered 401/1014.");

    let posts = world.posts();
    let other = world.account();
    let (one, two) = tokio::join!(account.reject(&bearer), other.reject(&bearer));
    let one = told.need(one, "a rejected token is replaced")?;
    let two = told.need(two, "a rejected token is replaced for all who ask")?;
    told.check(world.posts() == posts + 1, "two rejections at once make one request", || {
        requests(world.posts() - posts)
    });
    told.check(one.version() == two.version(), "all who ask get the same token", || "they differ".to_owned());
    stored(world, told, &one, Version::FIRST.next().next()).await?;
    answers(world, told, &two).await?;
    told.kept("Two callers reject it at once: one refresh, version 3. The same call again: 200.");
    Ok(())
}

/// The API takes this token.
pub(super) async fn answers(world: &World, told: &mut Promises, bearer: &Bearer) -> Result<(), Stopped> {
    let answer = told.need(world.call(bearer).await, "GET /accounts is answered")?;
    let account: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    let named = account["accountId"].as_str().is_some_and(|id| !id.is_empty());
    if answer.status() == StatusCode::OK && named {
        return Ok(());
    }
    let seen = format!("{}, {} account id", answer.status(), if named { "with an" } else { "without" });
    Err(told.stop("GET /accounts answers 200 with the account's id", seen))
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

/// The row is active at this version, and so is the token.
pub(super) async fn stored(
    world: &World,
    told: &mut Promises,
    bearer: &Bearer,
    version: Version,
) -> Result<(), Stopped> {
    let row = told.need(world.row().await, "the account is in the store")?;
    told.check(
        row.version == version && row.status == Status::Active && bearer.version() == Some(version.get()),
        format!("what was renewed is stored, as version {}", version.get()),
        || format!("{:?} at version {}", row.status, row.version.get()),
    );
    Ok(())
}

async fn record(world: &World, told: &mut Promises) -> Result<TokenRecord, Stopped> {
    let kept = told.need(world.vault.load(&world.key).await, "what is stored can be opened")?;
    told.need(kept.and_then(|kept| kept.record).ok_or("there is none"), "the account has a record")
}
