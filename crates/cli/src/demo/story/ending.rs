//! Steps 10 to 13: how a grant ends, by the provider's word or by ours.

use std::time::Duration;

use mailgrant_core::{AuthorizationCode, Callback, Error, ErrorKind, Revocation, bytes::Bytes, http::Response};
use mailgrant_storage::{EventKind, Status, Version};

use super::{
    connecting, requests,
    using::{answers, rejected, stored},
};
use crate::demo::{
    promise::{Promises, Stopped},
    world::World,
};

pub(super) async fn refuse(world: &World, told: &mut Promises) -> Result<(), Stopped> {
    world.advance(Duration::from_secs(60));
    let account = world.account();
    let bearer = told.need(account.token().await, "a connected account has a token")?;
    world.emulator.revoke_grants();
    world.emulator.revoke_access_tokens();
    let answer = told.need(world.call(&bearer).await, "the API answers")?;
    rejected(told, &bearer, &answer, "a revoked token is refused with 401 and code 1014")?;
    let posts = world.posts();
    let refused = account.reject(&bearer).await.err();
    told.check(
        refused.as_ref().is_some_and(|error| error.kind() == ErrorKind::AskUser),
        "a refused refresh token means that the customer has to be asked",
        || refused.map_or_else(|| "a token".to_owned(), |error| error.to_string()),
    );
    told.check(world.posts() == posts + 1, "the provider is asked once", || requests(world.posts() - posts));
    let row = told.need(world.row().await, "the account is in the store")?;
    told.check(matches!(row.status, Status::Refused { .. }), "a grant that was refused is stored as such", || {
        format!("{:?}", row.status)
    });
    told.kept("The customer took the app's access away: 401/1014, then the refresh token is refused.");

    let posts = world.posts();
    for _ in 0..3 {
        let used = used(world).await;
        told.check(
            used.as_ref().is_err_and(|error| error.kind() == ErrorKind::AskUser),
            "whoever uses the account hears that the customer has to be asked",
            || used.map_or_else(|error| error.to_string(), |answer| answer.status().to_string()),
        );
    }
    told.check(world.posts() == posts, "a refused grant is left alone", || requests(world.posts() - posts));
    told.kept("Expired -> Unauthorized: three more callers hear \"ask the customer\"; nothing is sent for them.");
    Ok(())
}

pub(super) async fn reconnect(world: &mut World, told: &mut Promises) -> Result<(), Stopped> {
    let (grant, posts) = (AuthorizationCode::registered(), world.posts());
    let begun = world.manager.begin(&world.key, &world.client, grant, &world.binding).await;
    let url = told.need(begun, "a refused account can be connected again")?;
    let query = connecting::consent(world, told, &url).await?;
    let callback = told.need(Callback::parse(connecting::open(&query)), "the callback can be read")?;
    let completed = world.manager.complete(callback.clone(), &world.binding).await;
    let account = told.need(completed, "a new consent connects the account")?;
    let again = world.manager.complete(callback, &world.binding).await.err().map(|error| error.code());
    told.check(again == Some("login_used"), "a callback serves once", || again.unwrap_or("it served twice").to_owned());
    told.check(world.posts() == posts + 1, "a login is one request", || requests(world.posts() - posts));
    let bearer = told.need(account.token().await, "a connected account has a token")?;
    stored(world, told, &bearer, Version::FIRST.next().next().next()).await?;
    answers(world, told, &bearer).await?;
    told.kept("Unauthorized -> CodeReceived -> Authorized: version 4, and the API answers 200.");
    Ok(())
}

pub(super) async fn disconnect(world: &World, told: &mut Promises) -> Result<(), Stopped> {
    let (account, posts, calls) = (world.account(), world.posts(), world.emulator.counters().api_calls);
    let ended = told.need(world.manager.disconnect(&world.key).await, "an account can be given up")?;
    let ended = told.need(ended.ok_or("there was none"), "an account can be given up")?;
    told.check(
        matches!(ended.revocation, Ok(Revocation::LocalOnly))
            && world.posts() == posts
            && world.emulator.counters().api_calls == calls,
        "a provider without a revocation endpoint is not told",
        || "a request was sent".to_owned(),
    );
    let row = told.need(world.row().await, "a tombstone is left")?;
    told.check(row.status == Status::Disconnected && row.sealed.is_none(), "the tombstone holds no secret", || {
        format!("{:?}, sealed secret: {}", row.status, row.sealed.is_some())
    });
    let asked = account.token().await;
    let heard = asked.as_ref().err().map(|error| error.code());
    told.check(heard == Some("account_disconnected"), "a disconnected account has no token", || {
        asked.map_or_else(|error| error.to_string(), |_| "a token".to_owned())
    });
    told.kept("Authorized -> Unauthorized: a tombstone, without a secret, stands in the account's place.");
    told.kept("GetResponse has no revocation endpoint: the customer can remove the app in the panel.");
    Ok(())
}

pub(super) async fn recount(world: &World, told: &mut Promises) -> Result<(), Stopped> {
    use EventKind::{Claimed, Connected, Disconnected, LoginBegun, LoginReturned, Refused, Renewed};
    const STORY: [(EventKind, Option<u64>); 13] = [
        (LoginBegun, None),
        (LoginReturned, None),
        (Connected, Some(1)),
        (Claimed, Some(1)),
        (Renewed, Some(2)),
        (Claimed, Some(2)),
        (Renewed, Some(3)),
        (Claimed, Some(3)),
        (Refused, Some(3)),
        (LoginBegun, None),
        (LoginReturned, None),
        (Connected, Some(4)),
        (Disconnected, Some(5)),
    ];
    let events = told.need(world.manager.events(0, 100).await, "the events can be read")?;
    let recorded: Vec<_> = events.iter().map(|event| (event.kind, event.version.map(Version::get))).collect();
    let in_words: Vec<_> = recorded.iter().map(|(kind, _)| kind.name()).collect();
    told.check(recorded == STORY, "the events are those of the story, in its order", || in_words.join(", "));
    told.check(events.iter().all(|event| event.key == world.key), "each event names its account", || {
        "one does not".into()
    });
    for words in in_words.chunks(7) {
        told.tell(words.join(", "));
    }
    Ok(())
}

/// What a service does: ask for a token, call, and once more if the token was rejected.
async fn used(world: &World) -> Result<Response<Bytes>, Error> {
    let bearer = world.account().token().await?;
    let answer = world.call(&bearer).await?;
    if !bearer.is_rejected_by(&answer) {
        return Ok(answer);
    }
    let bearer = world.account().reject(&bearer).await?;
    world.call(&bearer).await
}
