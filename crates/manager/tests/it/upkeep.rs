//! Upkeep: what is due is renewed although nobody asks, and what nobody uses is kept.

use std::time::Duration;

use mailgrant_emulator::{Fault, Target, Times};
use mailgrant_storage::{EventKind, Status};

use crate::world::World;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

async fn until_refreshes(world: &World, count: u64) {
    while world.refreshes() < count || world.row().await.attempt.is_some() {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.refreshes(), count);
}

#[tokio::test]
async fn what_is_due_is_renewed_although_nobody_asks() {
    let world = World::new().await;
    let account = world.connected().await;
    world.manager.start_upkeep();
    world.advance(HOUR * 81 / 100).await;
    until_refreshes(&world, 1).await;
    // It is in memory a moment after it is in the store.
    while account.try_token().unwrap().version() != Some(2) {
        tokio::task::yield_now().await;
    }
    assert!(world.row().await.upkeep_in.unwrap() <= HOUR, "somebody had asked");
    // Nobody asks from here on: once more ahead of the end, then no more than is needed to keep the grant.
    world.advance(HOUR * 81 / 100).await;
    until_refreshes(&world, 2).await;
    let kept = world.row().await.upkeep_in.unwrap();
    assert!((DAY * 5..=DAY * 7).contains(&kept), "{kept:?}");
    world.advance(DAY * 5).await;
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.refreshes(), 2);
    world.advance(DAY * 2).await;
    until_refreshes(&world, 3).await;
    assert_eq!(world.emulator.counters().reused_refresh_tokens, 0);
}

#[tokio::test]
async fn of_many_processes_one_renews() {
    let world = World::new().await;
    world.connected().await;
    let others: Vec<_> = (0..6).map(|_| world.another_manager()).collect();
    others.iter().for_each(mailgrant_manager::Manager::start_upkeep);
    world.advance(HOUR * 81 / 100).await;
    until_refreshes(&world, 1).await;
    for other in &others {
        assert!(other.shutdown().await);
    }
    assert_eq!((world.refreshes(), world.emulator.counters().peak_parallel_token_requests), (1, 1));
}

#[tokio::test]
async fn a_doubt_is_settled_once_the_token_is_over() {
    let world = World::new().await;
    world.connected().await;
    world.manager.start_upkeep();
    world.emulator.fault(Fault::DropBeforeCommit, Target::Token, Times::Next(1));
    world.advance(HOUR * 81 / 100).await;
    while !world.kinds().await.contains(&EventKind::Uncertain) {
        tokio::task::yield_now().await;
    }
    let requests = world.emulator.counters().token_requests;
    world.advance(HOUR / 10).await;
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.emulator.counters().token_requests, requests, "the old token is good: time costs nothing");
    world.advance(HOUR / 10).await;
    until_refreshes(&world, 1).await;
    assert!(world.kinds().await.contains(&EventKind::Replayed));
}

#[tokio::test]
async fn what_has_ended_is_left_alone() {
    let world = World::new().await;
    world.connected().await;
    world.manager.start_upkeep();
    world.manager.disconnect(&world.key).await.unwrap();
    let requests = world.emulator.counters().token_requests;
    world.advance(DAY * 30).await;
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.row().await.status, Status::Disconnected);
    assert_eq!(world.emulator.counters().token_requests, requests);
}

#[tokio::test]
async fn it_ends_with_a_shutdown() {
    let world = World::new().await;
    world.connected().await;
    world.manager.start_upkeep();
    assert!(world.manager.shutdown().await);
    world.advance(HOUR * 2).await;
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.refreshes(), 0);
}

#[tokio::test]
async fn a_token_lasts_as_long_as_it_is_needed() {
    let world = World::new().await;
    let account = world.connected().await;
    world.advance(HOUR / 2).await;
    assert_eq!(account.token_for(HOUR * 2 / 5).await.unwrap().version(), Some(1));
    assert_eq!(account.token_for(HOUR * 3 / 5).await.unwrap().version(), Some(2));
    assert_eq!(account.token_for(HOUR * 3 / 5).await.unwrap().version(), Some(2));
    let error = account.token_for(HOUR * 9 / 10).await.unwrap_err();
    assert_eq!(error.code(), "life_too_short");
    assert_eq!(account.token().await.unwrap().version(), Some(2), "others are served");
    assert_eq!(world.refreshes(), 1);
}
