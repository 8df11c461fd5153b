//! The hand-over, stopped around each write that it makes.

mod world;

use std::collections::BTreeSet;

use self::world::World;
use super::{
    hand_over::HandingOver,
    report::{Outcome, Report},
};
use crate::stopping::{Fuse, Stopped};

/// Imports all that the old code has; whether it came to its end.
async fn import(world: &World, fuse: &Fuse) -> bool {
    reported(world, fuse).await.is_some()
}

/// The same; how many became what: imported, in conflict, failed, aside.
async fn reported(world: &World, fuse: &Fuse) -> Option<[u64; 4]> {
    reported_from("the old code", world, fuse).await
}

async fn reported_from(name: &'static str, world: &World, fuse: &Fuse) -> Option<[u64; 4]> {
    let house = world.house(fuse);
    let mut report = Report::new(false, false);
    let mut old = world.old(fuse);
    old.name = name;
    HandingOver::new(&house, old, false, Default::default()).run(&mut report).await.ok()?;
    let counted = [Outcome::Imported, Outcome::Conflict, Outcome::Failed, Outcome::Aside];
    Some(counted.map(|outcome| report.count(outcome)))
}

/// One account, of which nothing but the tokens aside are left: the old code has let go of it.
async fn with_one_aside() -> World {
    let world = World::new(false, ["a"]);
    // The second write tells the old code.
    assert!(!import(&world, &Fuse::of(1, Stopped::Behind)).await);
    assert_eq!(world.holders().await, ["aside"]);
    world
}

#[tokio::test]
async fn wherever_it_stops_no_token_is_lost_and_nobody_shares_one() {
    for marks in [false, true] {
        for stopped in [Stopped::Before, Stopped::Behind] {
            let mut ends = BTreeSet::new();
            for writes in 0.. {
                let world = World::new(marks, ["a", "b"]);
                let done = import(&world, &Fuse::of(writes, stopped)).await;
                ends.insert(world.holders().await);
                world.old_code_goes_on();
                // Another process, which nothing stops.
                assert!(import(&world, &Fuse::never()).await, "{writes} writes, {stopped:?}");
                assert_eq!(world.holders().await, ["here", "here"], "{writes} writes, {stopped:?}");
                world.is_clean().await;
                if done {
                    assert!(writes > 8, "each account takes several");
                    break;
                }
            }
            let seen: BTreeSet<_> = ends.iter().flatten().copied().collect();
            assert_eq!(seen, BTreeSet::from(["aside", "here", "old"]), "it stopped in each of these");
        }
    }
}

#[tokio::test]
async fn a_refresh_that_was_under_way_is_taken_over() {
    for marks in [false, true] {
        let world = World::new(marks, ["a", "b"]);
        // The second one lands while the first is taken over.
        world.lands_late("a", 2);
        assert!(import(&world, &Fuse::never()).await);
        assert_eq!(world.holders().await, ["here", "here"]);
        world.is_clean().await;
    }
}

#[tokio::test]
async fn a_refresh_just_before_is_read_again() {
    for marks in [false, true] {
        let world = World::new(marks, ["a", "b"]);
        world.refreshes_before_it_is_taken("b");
        assert!(import(&world, &Fuse::never()).await);
        assert_eq!(world.holders().await, ["here", "here"]);
        world.is_clean().await;
    }
}

#[tokio::test]
async fn two_imports_at_once_share_nothing() {
    let world = World::new(false, ["a", "b", "c"]);
    let (one, other) = (Fuse::never(), Fuse::never());
    // Whoever was too late says so.
    let _ = tokio::join!(import(&world, &one), import(&world, &other));
    assert!(import(&world, &Fuse::never()).await);
    assert_eq!(world.holders().await, ["here", "here", "here"]);
    world.is_clean().await;
}

#[tokio::test]
async fn what_was_renewed_here_since_is_done() {
    let world = World::new(true, ["a"]);
    // The account is one here, and its tokens still lie aside.
    let mut writes = 0;
    while !(import(&world, &Fuse::of(writes, Stopped::Behind)).await || world.is_here_and_aside("a").await) {
        world.begin_anew();
        writes += 1;
    }
    world.renew_here("a").await;
    assert!(import(&world, &Fuse::never()).await);
    assert_eq!(world.holders().await, ["here"]);
    world.is_clean().await;
}

#[tokio::test]
async fn code_that_never_settles_is_said_and_nothing_is_lost() {
    let world = World::new(true, ["a"]);
    world.lands_late("a", 100);
    assert_eq!(reported(&world, &Fuse::never()).await, Some([0, 0, 0, 1]));
    world.lands_late("a", 0);
    assert_eq!(reported(&world, &Fuse::never()).await, Some([1, 0, 0, 0]));
    assert_eq!(world.holders().await, ["here"]);
}

#[tokio::test]
async fn accounts_that_share_a_token_are_left_all_of_them() {
    for marks in [false, true] {
        for writes in 0.. {
            let world = World::new(marks, ["a", "b", "c"]);
            world.has_token_of("b", "a", false);
            let done = import(&world, &Fuse::of(writes, Stopped::Behind)).await;
            assert_eq!(reported(&world, &Fuse::never()).await.map(|counts| counts[2]), Some(2));
            assert_eq!(world.holders().await, ["old", "old", "here"]);
            world.old_code_forgets("b");
            assert_eq!(reported(&world, &Fuse::never()).await, Some([1, 0, 0, 0]));
            assert_eq!(world.tokens("b").await, (None, None));
            if done {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_token_that_lies_aside_is_shared_too() {
    let world = World::new(false, ["a", "b"]);
    // It lies aside, and the old code was not told yet.
    assert!(!import(&world, &Fuse::of(1, Stopped::Before)).await);
    world.has_token_of("b", "a", true);
    assert_eq!(reported(&world, &Fuse::never()).await, Some([0, 0, 1, 1]));
    assert_eq!(world.holders().await, ["aside", "old"]);
    world.old_code_forgets("b");
    assert_eq!(reported(&world, &Fuse::never()).await, Some([1, 0, 0, 0]));
    assert_eq!(world.tokens("b").await, (None, None));
}

#[tokio::test]
async fn another_account_of_the_name_is_not_taken_for_the_own() {
    let world = with_one_aside().await;
    world.connect_another("a").await;
    for _ in 0..2 {
        assert_eq!(reported(&world, &Fuse::never()).await, Some([0, 0, 0, 1]));
        let token = |token: &str| Some(token.to_owned());
        assert_eq!(world.tokens("a").await, (token("another+"), token("token-of-a")));
    }
    world.disconnect("a").await;
    assert_eq!(reported(&world, &Fuse::never()).await, Some([1, 0, 0, 0]));
    assert_eq!(world.holders().await, ["here"]);
    world.is_clean().await;
}

#[tokio::test]
async fn an_account_that_was_given_up_since_is_not_connected_again() {
    let world = World::new(false, ["a"]);
    let mut writes = 0;
    while !(import(&world, &Fuse::of(writes, Stopped::Behind)).await || world.is_here_and_aside("a").await) {
        world.begin_anew();
        writes += 1;
    }
    world.disconnect("a").await;
    assert_eq!(reported(&world, &Fuse::never()).await, Some([0, 1, 0, 0]));
    assert_eq!(world.tokens("a").await, (None, None));
}

#[tokio::test]
async fn what_lies_aside_from_elsewhere_is_said_and_left() {
    let world = with_one_aside().await;
    let before = world.tokens("a").await;
    assert_eq!(reported_from("other code", &world, &Fuse::never()).await, Some([0, 0, 1, 0]));
    assert_eq!(world.tokens("a").await, before);
    assert_eq!(reported(&world, &Fuse::never()).await, Some([1, 0, 0, 0]));
}
