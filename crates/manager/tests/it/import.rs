//! Grants that other code obtained.

use std::time::Duration;

use mailgrant_core::{AuthorizationCode, Callback, Expiry, Standing, TokenRecord, Tokens};
use mailgrant_storage::{AccountKey, EventKind, Secret, Status, Store};

use crate::world::World;

/// What other code holds after a login of its own.
async fn elsewhere(world: &World) -> Tokens {
    let login = world.client.begin(AuthorizationCode::registered());
    let query = world.browse(login.authorize_url().as_str()).await;
    let login = login.receive(Callback::parse(&query).unwrap()).unwrap();
    login.exchange().await.unwrap().into_record().into_tokens()
}

fn record(world: &World, tokens: Tokens) -> TokenRecord {
    match world.client.import(AuthorizationCode::registered(), tokens).unwrap() {
        Standing::Live(session) => session.into_record(),
        Standing::Lapsed(session) => session.into_record(),
        standing => panic!("{standing:?}"),
    }
}

#[tokio::test]
async fn what_comes_in_is_used_and_renewed_when_that_is_due() {
    let world = World::new().await;
    let tokens = elsewhere(&world).await;
    let before = world.emulator.counters();
    let account = world.manager.import(&world.key, record(&world, tokens)).await.unwrap();
    let after = world.emulator.counters();
    assert_eq!((after.token_requests, after.api_calls), (before.token_requests, before.api_calls), "nothing is sent");
    let event = world.manager.events(0, 10).await.unwrap().pop().unwrap();
    assert_eq!((event.kind, event.cause.as_deref()), (EventKind::Connected, Some("imported")));
    assert_eq!(world.call(&account).await.unwrap().0, 200);
    assert_eq!(world.refreshes(), 0);
    let row = world.row().await;
    assert!(row.upkeep_in < row.expires_in && row.due_in <= row.expires_in, "{row:?}");
    world.advance(row.expires_in.unwrap()).await;
    assert_eq!(world.call(&account).await.unwrap().0, 200);
    assert_eq!(world.refreshes(), 1);
}

#[tokio::test]
async fn a_refresh_token_alone_is_renewed_by_whoever_asks_first() {
    let world = World::new().await;
    let tokens = elsewhere(&world).await;
    let alone = Tokens { refresh_token: tokens.refresh_token, ..Tokens::default() };
    let account = world.manager.import(&world.key, record(&world, alone)).await.unwrap();
    assert_eq!(world.row().await.expires_in, Some(Duration::ZERO));
    assert_eq!(world.refreshes(), 0);
    let (status, bearer) = world.call(&account).await.unwrap();
    assert_eq!((status, world.refreshes()), (200, 1));
    assert!(matches!(bearer.expires_at(), Expiry::At(_)));
}

#[tokio::test]
async fn nothing_is_replaced_and_the_same_is_no_matter() {
    let world = World::new().await;
    let (first, second) = (record(&world, elsewhere(&world).await), record(&world, elsewhere(&world).await));
    world.manager.import(&world.key, first.clone()).await.unwrap();
    let there = world.row().await;
    world.manager.import(&world.key, first.clone()).await.unwrap();
    let error = world.another_manager().import(&world.key, second.clone()).await.unwrap_err();
    assert_eq!(error.code(), "account_connected");
    assert_eq!(world.row().await.version, there.version);

    let tombstone = world.store.remove(&world.key, there.version, Secret::UntilRevoked).await.unwrap();
    let error = world.manager.import(&world.key, second.clone()).await.unwrap_err();
    assert_eq!(error.code(), "revocation_owed");
    world.store.remove(&world.key, tombstone, Secret::EraseNow).await.unwrap();
    let account = world.manager.import(&world.key, second).await.unwrap();
    assert_eq!(world.row().await.status, Status::Active);
    assert_eq!(world.call(&account).await.unwrap().0, 200);
    let foreign = AccountKey::new("tenant", "verticalresponse", "main").unwrap();
    assert_eq!(world.manager.import(&foreign, first).await.unwrap_err().code(), "provider_mismatch");
}
