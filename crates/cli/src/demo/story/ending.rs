//! Steps 10 to 13: how a grant ends, by the provider's word or by ours.

use std::time::Duration;

use mailgrant_core::{AuthorizationCode, Error, ErrorKind, Revocation, bytes::Bytes, http::Response};
use mailgrant_storage::{EventKind, Status, Version};

use super::{consenting, using::rejected};
use crate::demo::{
    connection::requests,
    promise::{Promises, Stopped},
    world::World,
};

pub(super) async fn refuse(world: &World, told: &mut Promises) -> Result<(), Stopped> {
    world.advance(Duration::from_secs(60));
    let main = &world.accounts.main;
    let bearer = main.token(world, told).await?;
    world.emulator.revoke_grants();
    world.emulator.revoke_access_tokens();
    let answer = told.need(main.call(&bearer).await, "the API answers")?;
    rejected(told, &bearer, &answer, "a revoked token is refused with 401 and code 1014")?;
    let posts = world.posts();
    let refused = main.account(world).reject(&bearer).await.err();
    told.check(
        refused.as_ref().is_some_and(|error| error.kind() == ErrorKind::AskUser),
        "a refused refresh token means that the customer has to be asked",
        || refused.map_or_else(|| "a token".to_owned(), |error| error.to_string()),
    );
    told.check(world.posts() == posts + 1, "the provider is asked once", || requests(world.posts() - posts));
    let row = main.row(world, told).await?;
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
    let main = world.accounts.main.clone();
    let url = consenting::begin(world, told, &main, AuthorizationCode::registered()).await?;
    let callback = consenting::consent(world, told, &url).await?;
    consenting::complete(world, told, &main, &callback).await?;
    let bearer = main.token(world, told).await?;
    main.stored(world, told, &bearer, 4).await?;
    main.answers(told, &bearer).await?;
    told.kept("Unauthorized -> CodeReceived -> Authorized: version 4, and the API answers 200.");
    Ok(())
}

pub(super) async fn disconnect(world: &World, told: &mut Promises) -> Result<(), Stopped> {
    let (main, posts, calls) = (&world.accounts.main, world.posts(), world.counters().api_calls);
    let ended = told.need(world.manager.disconnect(&main.key).await, "an account can be given up")?;
    let ended = told.need(ended.ok_or("there was none"), "an account can be given up")?;
    told.check(
        matches!(ended.revocation, Ok(Revocation::LocalOnly))
            && world.posts() == posts
            && world.counters().api_calls == calls,
        "a provider without a revocation endpoint is not told",
        || "a request was sent".to_owned(),
    );
    main.ended(world, told).await?;
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
    told.check(events.iter().all(|event| event.key == world.accounts.main.key), "each event names its account", || {
        "one does not".into()
    });
    for words in in_words.chunks(7) {
        told.tell(words.join(", "));
    }
    Ok(())
}

/// What a service does: ask for a token, call, and once more if the token was rejected.
async fn used(world: &World) -> Result<Response<Bytes>, Error> {
    let main = &world.accounts.main;
    let bearer = main.account(world).token().await?;
    let answer = main.call(&bearer).await?;
    if !bearer.is_rejected_by(&answer) {
        return Ok(answer);
    }
    let bearer = main.account(world).reject(&bearer).await?;
    main.call(&bearer).await
}
