//! Failures that other systems were seen to die of, each by the number that it has in docs/failure-modes.md.

use std::{sync::atomic::Ordering, time::Duration};

use futures_util::future::join_all;
use mailgrant_core::{Binding, Callback, ErrorKind, Host};
use mailgrant_emulator::{Fault, Target, Times};
use mailgrant_storage::{AccountKey, AttemptId, Claim, EventKind, Purpose, Status, Store};

use crate::world::World;

const HOUR: Duration = Duration::from_secs(3600);

/// Another account, connected beside those that there are, by another process.
async fn another(world: &mut World, name: &str) -> AccountKey {
    let before = std::mem::replace(&mut world.key, AccountKey::new("tenant", "getresponse", name).unwrap());
    let callback = Callback::parse(&world.consent(&Binding::terminal()).await).unwrap();
    world.another_manager().complete(callback, &Binding::terminal()).await.unwrap();
    std::mem::replace(&mut world.key, before)
}

#[tokio::test]
async fn f05_a_refusal_that_comes_too_late_ends_nothing_and_is_told_to_nobody() {
    let world = World::new().await;
    let account = world.connected().await;
    world.advance(HOUR).await;
    world.emulator.revoke_grants();
    // The refusal is on its way for as long as it takes the customer to consent again.
    world.emulator.fault(Fault::Delay(Duration::from_secs(3)), Target::Token, Times::Next(1));
    let consent = async {
        while world.emulator.counters().refusals == 0 {
            tokio::task::yield_now().await;
        }
        let callback = Callback::parse(&world.consent(&Binding::terminal()).await).unwrap();
        world.another_manager().complete(callback, &Binding::terminal()).await.unwrap();
        assert_eq!(world.row().await.version.get(), 2, "it is there before the refusal is");
    };
    let (token, ()) = tokio::join!(account.token(), consent);
    assert_eq!(token.unwrap().version(), Some(2));
    assert_eq!(world.row().await.status, Status::Active);
    assert!(!world.kinds().await.contains(&EventKind::Refused));
    assert_eq!(world.call(&account).await.unwrap().0, 200);
}

#[tokio::test]
async fn f11_a_provider_that_hangs_holds_nothing_of_the_store() {
    let mut world = World::new().await;
    world.connected().await;
    let mut hanging = Vec::new();
    for number in 0..20 {
        hanging.push(another(&mut world, &format!("hanging-{number}")).await);
    }
    world.advance(HOUR).await;
    let (read, written) = (another(&mut world, "read").await, another(&mut world, "written").await);
    world.emulator.fault(Fault::Delay(Duration::from_secs(60)), Target::Token, Times::Always);
    let before = world.emulator.counters().token_requests;
    let accounts: Vec<_> = hanging.iter().map(|key| world.manager.account(key)).collect();
    let others = async {
        // As many as its profile lets be under way.
        while world.emulator.counters().token_requests - before < 10 {
            tokio::task::yield_now().await;
        }
        let unrelated = async {
            for _ in 0..20 {
                assert!(world.another_manager().account(&read).token().await.is_ok());
            }
            assert!(world.another_manager().disconnect(&written).await.unwrap().is_some());
        };
        tokio::time::timeout(Duration::from_secs(5), unrelated).await.expect("nobody waits for the provider");
    };
    tokio::select! {
        biased;
        _ = join_all(accounts.iter().map(|account| account.token())) => panic!("they are to hang meanwhile"),
        () = others => {}
    }
}

#[tokio::test]
async fn f13_a_lease_that_outlasts_every_patience_is_waited_for_and_never_passed_by() {
    let world = World::new().await;
    let account = world.connected().await;
    world.advance(HOUR).await;
    let (stranger, row) = (AttemptId::draw(&world.host), world.row().await);
    let lease = Duration::from_secs(100);
    let claim = world.store.claim(&world.key, &stranger, lease, row.version, Purpose::Renew).await.unwrap();
    assert_eq!(claim, Claim::Granted);
    let asked = world.emulator.counters().token_requests;
    // Twice the patience of a caller.
    for _ in 0..2 {
        let pass = async {
            for _ in 0..9 {
                world.advance(Duration::from_secs(5)).await;
                world.host.sleep(Duration::from_millis(5)).await;
            }
        };
        let (told, ()) = tokio::join!(account.token(), pass);
        let error = told.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::TryLater, "busy"));
        assert!(error.retry_after().is_some());
    }
    assert_eq!(world.emulator.counters().token_requests, asked, "nobody renews without a claim");
    world.advance(Duration::from_secs(20)).await;
    let elsewhere = world.another_manager().account(&world.key);
    assert_eq!(elsewhere.token().await.unwrap().version(), Some(2), "the lease is over");
    assert_eq!(world.emulator.counters().token_requests, asked + 1);
}

#[tokio::test]
async fn f16_whatever_becomes_of_an_answer_it_is_asked_for_once() {
    let faults = [
        Fault::Delay(Duration::from_millis(100)),
        Fault::DropBeforeCommit,
        Fault::DropAfterCommit,
        Fault::Html502,
        Fault::Html502AfterCommit,
        Fault::RateLimit,
        Fault::TruncatedBody,
        Fault::Empty200,
        Fault::ErrorIn200,
        Fault::InvalidClient,
        Fault::NoRotation,
        Fault::RefreshRefused,
        Fault::TokenTypeMac,
    ];
    for fault in faults {
        let world = World::new().await;
        let account = world.connected().await;
        world.advance(HOUR).await;
        let before = world.emulator.counters().token_requests;
        world.emulator.fault(fault, Target::Token, Times::Next(1));
        let told = join_all((0..20).map(|_| account.token())).await;
        let counters = world.emulator.counters();
        assert_eq!(counters.faults, 1, "{fault}");
        assert_eq!(counters.token_requests - before, 1, "{fault}: {:?}", told[0].as_ref().err());
    }
}

#[tokio::test]
async fn f21_an_error_is_forgotten_when_its_pause_is_over() {
    for fault in [Fault::InvalidClient, Fault::Html502, Fault::DropBeforeCommit, Fault::RateLimit] {
        let world = World::new().await;
        let account = world.connected().await;
        world.advance(HOUR).await;
        world.emulator.fault(fault, Target::Token, Times::Next(1));
        account.token().await.unwrap_err();
        let asked = world.emulator.counters().token_requests;
        for _ in 0..20 {
            account.token().await.unwrap_err();
        }
        assert_eq!(world.emulator.counters().token_requests, asked, "{fault}: it is remembered");
        world.advance(Duration::from_secs(8)).await;
        assert_eq!(account.token().await.map(|bearer| bearer.version()).ok(), Some(Some(2)), "{fault}: and forgotten");
        assert_eq!(world.call(&account).await.unwrap().0, 200, "{fault}");
    }
}

#[tokio::test]
async fn f24_secrets_that_changed_places_open_for_nobody() {
    let mut world = World::new().await;
    world.connected().await;
    let (one, other) = (world.key.clone(), another(&mut world, "other").await);
    let rows = [&one, &other].map(async |key| world.store.load(key).await.unwrap().unwrap());
    let [of_one, of_other] = join_all(rows).await.try_into().unwrap();
    // Whoever writes to the store can do so.
    world.store.reseal(&one, of_one.version, &of_other.sealed.unwrap()).await.unwrap();
    world.store.reseal(&other, of_other.version, &of_one.sealed.unwrap()).await.unwrap();
    let asked = world.emulator.counters().token_requests;
    for key in [&one, &other] {
        let account = world.another_manager().account(key);
        assert_eq!(account.token().await.unwrap_err().code(), "seal_broken");
        assert_eq!(account.refresh().await.unwrap_err().code(), "seal_broken");
        assert!(account.try_token().is_none());
    }
    assert_eq!(world.emulator.counters().token_requests, asked);
}

#[tokio::test]
async fn f25_over_a_store_that_can_only_be_read_nothing_is_sent() {
    let mut world = World::new().await;
    world.connected().await;
    world.advance(HOUR).await;
    let fresh = another(&mut world, "fresh").await;
    let failing = world.store.failing();
    failing.claims.store(usize::MAX, Ordering::SeqCst);
    failing.settles.store(usize::MAX, Ordering::SeqCst);
    let asked = world.emulator.counters().token_requests;
    for _ in 0..5 {
        let manager = world.another_manager();
        let account = manager.account(&world.key);
        for told in [account.token().await, account.refresh().await] {
            let error = told.unwrap_err();
            assert_eq!((error.kind(), error.code()), (ErrorKind::TryLater, "store_unavailable"));
        }
        assert_eq!(manager.account(&fresh).token().await.unwrap().version(), Some(1), "what is there is served");
        world.advance(Duration::from_secs(2)).await;
    }
    assert_eq!(world.emulator.counters().token_requests, asked);
}
