//! Gates: what one process hears of the provider, all of them know.

use std::time::Duration;

use mailgrant_core::{Binding, Callback, Error, ErrorKind};
use mailgrant_emulator::{Fault, Target, Times};
use mailgrant_manager::Manager;
use mailgrant_storage::{AccountKey, Event, EventKind, Status};

use crate::world::{SECRET, World};

const HOUR: Duration = Duration::from_secs(3600);

/// So many accounts in a world, none of them in memory.
async fn with_accounts(count: usize) -> (World, Vec<AccountKey>) {
    let mut world = World::new().await;
    let mut keys = Vec::new();
    for number in 0..count {
        world.key = AccountKey::new("tenant", "getresponse", &format!("account-{number:04}")).unwrap();
        let callback = Callback::parse(&world.consent(&Binding::terminal()).await).unwrap();
        world.manager.complete(callback, &Binding::terminal()).await.unwrap();
        keys.push(world.key.clone());
    }
    (world, keys)
}

async fn gate_events(manager: &Manager) -> Vec<(EventKind, Option<String>)> {
    let events = manager.events(0, 100_000).await.unwrap().into_iter();
    let of_gates = |event: &Event| matches!(event.kind, EventKind::GateClosed | EventKind::GateOpened);
    events.filter(of_gates).map(|event| (event.kind, event.cause)).collect()
}

/// A probe is answered before the others are let in.
async fn opened(manager: &Manager) {
    while gate_events(manager).await.last().is_some_and(|(kind, _)| *kind != EventKind::GateOpened) {
        tokio::task::yield_now().await;
    }
}

fn told(error: &Error) -> (ErrorKind, &str) {
    (error.kind(), error.code())
}

#[tokio::test]
async fn f19_a_pause_that_the_provider_asked_for_holds_in_every_process() {
    let (world, keys) = with_accounts(3).await;
    let elsewhere = world.manager_with_secret(SECRET);
    world.emulator.fault(Fault::RateLimit, Target::Token, Times::Next(1));
    let error = world.manager.account(&keys[0]).refresh().await.unwrap_err();
    assert_eq!(told(&error), (ErrorKind::TryLater, "rate_limited"));
    let requests = world.emulator.counters().token_requests;
    let error = elsewhere.account(&keys[1]).refresh().await.unwrap_err();
    assert_eq!(told(&error), (ErrorKind::TryLater, "provider_paused"));
    assert!(error.retry_after().is_some_and(|pause| pause <= Duration::from_secs(7)));
    assert_eq!(world.emulator.counters().token_requests, requests, "nothing was sent");
    world.advance(Duration::from_secs(8)).await;
    elsewhere.account(&keys[1]).refresh().await.unwrap();
    opened(&elsewhere).await;
    elsewhere.account(&keys[2]).refresh().await.unwrap();
    let throttled = Some("throttled".to_owned());
    let expected = [(EventKind::GateClosed, throttled.clone()), (EventKind::GateOpened, throttled)];
    assert_eq!(gate_events(&elsewhere).await, expected);
}

#[tokio::test]
async fn a_wrong_secret_is_one_alarm_and_marks_nobody() {
    let (world, keys) = with_accounts(60).await;
    world.advance(HOUR).await;
    let before = world.emulator.counters().token_requests;
    let wrong = [world.manager_with_secret("not it"), world.manager_with_secret("not it")];
    for round in 0..3 {
        for key in &keys {
            let error = wrong[round % 2].account(key).token().await.unwrap_err();
            assert_eq!(told(&error), (ErrorKind::Configuration, "client_misconfigured"));
        }
        world.advance(Duration::from_secs(40)).await;
    }
    let asked = world.emulator.counters().token_requests - before;
    assert!((3..=20).contains(&asked), "{asked} requests for 180 calls");
    let misconfigured = Some("client_misconfigured".to_owned());
    assert_eq!(gate_events(&world.manager).await, [(EventKind::GateClosed, misconfigured.clone())]);
    for key in &keys {
        assert_eq!(world.manager.status(key).await.unwrap().unwrap().status, Status::Active);
    }

    // Somebody put the right one in.
    world.advance(Duration::from_secs(40)).await;
    let mended = world.manager_with_secret(SECRET);
    mended.account(&keys[0]).token().await.unwrap();
    opened(&mended).await;
    mended.account(&keys[1]).token().await.unwrap();
    assert_eq!(gate_events(&world.manager).await.pop(), Some((EventKind::GateOpened, misconfigured)));
}

#[tokio::test]
async fn a_provider_that_fails_is_asked_by_one_at_a_time() {
    let (world, keys) = with_accounts(40).await;
    world.advance(HOUR).await;
    world.emulator.fault(Fault::Html502, Target::Token, Times::Always);
    let before = world.emulator.counters().token_requests;
    let two = [world.manager_with_secret(SECRET), world.manager_with_secret(SECRET)];
    for (number, key) in keys.iter().enumerate() {
        two[number % 2].account(key).token().await.unwrap_err();
    }
    let asked = world.emulator.counters().token_requests - before;
    assert!((3..=6).contains(&asked), "{asked} requests: each process needs three failures to believe it");
    world.emulator.clear_faults();
    world.advance(Duration::from_secs(60)).await;
    two[0].account(&keys[0]).token().await.unwrap();
    opened(&two[0]).await;
    for key in &keys {
        assert!(two[0].account(key).token().await.is_ok());
    }
    assert_eq!(world.emulator.counters().family_revocations, 0);
}

#[tokio::test]
async fn one_accounts_trouble_is_not_everybodys() {
    let (world, keys) = with_accounts(2).await;
    for _ in 0..4 {
        world.emulator.fault(Fault::Html502, Target::Token, Times::Next(1));
        world.manager.account(&keys[0]).refresh().await.unwrap_err();
        world.manager.account(&keys[1]).refresh().await.unwrap();
        world.advance(Duration::from_secs(300)).await;
    }
    assert_eq!(gate_events(&world.manager).await, []);
}
