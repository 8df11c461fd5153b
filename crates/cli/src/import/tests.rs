//! The hand-over, stopped around each write that it makes.

mod world;

use std::collections::BTreeSet;

use self::world::World;
use super::{hand_over::HandingOver, report::Report};
use crate::stopping::{Fuse, Stopped};

/// Imports all that the old code has; whether it came to its end.
async fn import(world: &World, fuse: &Fuse) -> bool {
    let house = world.house(fuse);
    let mut report = Report::new(false, false);
    HandingOver::new(&house, world.old(fuse), false, Default::default()).run(&mut report).await.is_ok()
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
        world.lands_late("a");
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
