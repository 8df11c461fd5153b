//! Outages: of the provider, of the store, of the way between.

use std::{sync::atomic::Ordering, time::Duration};

use mailgrant_core::ErrorKind;
use mailgrant_emulator::{Fault, Target, Times};
use mailgrant_storage::{EventKind, Status};

use crate::world::World;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn f08_a_store_that_is_down_before_sending_sends_nothing() {
    let world = World::new().await;
    let account = world.connected().await;
    world.advance(HOUR).await;
    world.store.failing().claims.store(1, Ordering::SeqCst);
    let error = account.token().await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::TryLater, "store_unavailable"));
    assert_eq!(account.token().await.unwrap_err().code(), "store_unavailable", "remembered for a second");
    assert_eq!(world.refreshes(), 0);
    world.advance(Duration::from_secs(1)).await;
    assert_eq!(account.token().await.unwrap().version(), Some(2));
}

#[tokio::test]
async fn f08_a_store_that_is_down_after_the_rotation_loses_nothing() {
    let world = World::new().await;
    let account = world.connected().await;
    world.advance(HOUR).await;
    world.store.failing().settles.store(4, Ordering::SeqCst);
    assert_eq!(account.token().await.unwrap().version(), Some(2), "served from memory");
    assert_eq!(world.row().await.version.get(), 1, "and not stored yet");
    assert!(world.manager.shutdown().await, "saved before the end");
    assert_eq!(world.row().await.version.get(), 2);
    let elsewhere = world.another_manager().account(&world.key);
    assert_eq!(world.call(&elsewhere).await.unwrap().0, 200);
    assert_eq!(world.refreshes(), 1);
}

#[tokio::test]
async fn a_good_token_is_served_while_the_store_is_down() {
    let world = World::new().await;
    let account = world.connected().await;
    world.advance(HOUR * 995 / 1000).await;
    world.store.failing().loads.store(1, Ordering::SeqCst);
    assert_eq!(account.token().await.unwrap().version(), Some(1));
}

#[tokio::test]
async fn silence_ends_no_grant() {
    for (fault, recovers) in [
        (Fault::DropBeforeCommit, true),
        (Fault::Html502, true),
        (Fault::DropAfterCommit, false),
        (Fault::Html502AfterCommit, false),
        (Fault::TruncatedBody, false),
    ] {
        let world = World::new().await;
        let account = world.connected().await;
        world.advance(HOUR).await;
        world.emulator.fault(fault, Target::Token, Times::Next(1));
        let error = account.token().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TryLater, "{fault}: {error}");
        let row = world.row().await;
        assert_eq!(row.status, Status::Active, "{fault}");
        assert!(row.attempt.is_some_and(|attempt| attempt.lease.is_none()), "{fault}: it is remembered as unknown");
        let elsewhere = world.another_manager().account(&world.key);
        assert_eq!(elsewhere.token().await.unwrap_err().code(), "resting", "{fault}");
        assert!(world.manager.status(&world.key).await.unwrap().unwrap().unsettled);

        world.advance(Duration::from_secs(2)).await;
        let replayed = account.token().await;
        assert!(world.kinds().await.contains(&EventKind::Replayed), "{fault}");
        if recovers {
            assert_eq!(replayed.unwrap().version(), Some(2), "{fault}");
            assert_eq!(world.emulator.counters().family_revocations, 0, "{fault}");
        } else {
            assert_eq!(
                replayed.unwrap_err().code(),
                "grant_refused",
                "{fault}: the answer was lost, and nobody has its successor"
            );
            assert_eq!(world.row().await.status, Status::Refused { cause: "grant_refused".into() });
        }
    }
}

#[tokio::test]
async fn doubt_is_not_acted_upon_while_the_old_token_is_good() {
    let world = World::new().await;
    let account = world.connected().await;
    world.advance(HOUR * 85 / 100).await;
    world.emulator.fault(Fault::DropBeforeCommit, Target::Token, Times::Next(1));
    account.token().await.unwrap();
    while world.row().await.attempt.is_none_or(|attempt| attempt.lease.is_some()) {
        tokio::task::yield_now().await;
    }
    world.advance(Duration::from_secs(5)).await;
    for _ in 0..3 {
        assert_eq!(world.another_manager().account(&world.key).token().await.unwrap().version(), Some(1));
    }
    assert_eq!(world.emulator.counters().token_requests, 2, "the exchange and the lost refresh");
    world.advance(HOUR).await;
    assert_eq!(account.token().await.unwrap().version(), Some(2));
}

#[tokio::test]
async fn a_pause_that_the_provider_asks_for_holds_for_every_process() {
    let world = World::new().await;
    let account = world.connected().await;
    world.advance(HOUR).await;
    world.emulator.fault(Fault::RateLimit, Target::Token, Times::Next(1));
    assert_eq!(account.token().await.unwrap_err().code(), "rate_limited");
    let elsewhere = world.another_manager().account(&world.key);
    for account in [&account, &elsewhere] {
        let error = account.token().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TryLater);
        assert!(error.retry_after().is_some_and(|pause| pause <= Duration::from_secs(7)), "{error}");
    }
    assert_eq!(world.refreshes(), 0);
    world.advance(Duration::from_secs(8)).await;
    assert_eq!(elsewhere.token().await.unwrap().version(), Some(2));
}

#[tokio::test]
async fn an_unreachable_provider_leaves_the_account_as_it_was() {
    let world = World::new().await;
    let account = world.connected().await;
    world.advance(HOUR).await;
    world.emulator.shutdown().await;
    let error = account.token().await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::TryLater, "provider_unreachable"));
}

#[tokio::test]
async fn a_process_that_died_between_sending_and_saving_is_found_out() {
    use mailgrant_storage::{AttemptId, Claim, Purpose, Store};
    let world = World::new().await;
    let account = world.connected().await;
    world.advance(HOUR).await;
    let row = world.row().await;
    let dead = AttemptId::draw(&world.host);
    let claim =
        world.store.claim(&world.key, &dead, Duration::from_secs(30), row.version, Purpose::Renew).await.unwrap();
    assert_eq!(claim, Claim::Granted);
    world.advance(Duration::from_secs(31)).await;
    assert_eq!(account.token().await.unwrap().version(), Some(2));
    let events = world.manager.events(0, 100).await.unwrap();
    assert!(events.iter().any(|event| event.kind == EventKind::Replayed));
}

#[tokio::test]
async fn a_token_that_cannot_be_stored_is_not_served_past_its_end_and_the_row_tells_its_true_life() {
    let world = World::new().await;
    let account = world.connected().await;
    world.advance(HOUR).await;
    world.store.failing().settles.store(3, Ordering::SeqCst);
    account.token().await.unwrap();
    world.advance(HOUR / 2).await;
    assert!(world.manager.shutdown().await);
    let left = world.row().await.expires_in.unwrap();
    assert!(left <= HOUR / 2, "counted anew when it was saved at last: {left:?}");
}
