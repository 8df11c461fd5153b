//! Slot, flight and tasks under every order of steps that a random scheduler finds: their own files, over its locks.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]
#![expect(dead_code, reason = "the files under test have more in them than this needs")]

#[path = "../../src/current.rs"]
mod current;
#[path = "../../src/flight.rs"]
mod flight;
#[path = "../../src/slot.rs"]
mod slot;
#[path = "../../src/tasks.rs"]
mod tasks;

mod world;

use world::{builder, login, manager, renewal, sync};

use mailgrant_storage::Version;
use shuttle::{future::block_on, thread};
use world::World;

use crate::slot::Want;

const RUNS: usize = 2_000;

#[test]
fn one_renewal_serves_all_who_come_while_it_is_under_way() {
    shuttle::check_random(
        || {
            let world = World::new();
            let callers: Vec<_> = (0..4)
                .map(|_| {
                    let world = world.clone();
                    thread::spawn(move || block_on(world.token()))
                })
                .collect();
            let versions: Vec<_> = callers.into_iter().map(|caller| caller.join().unwrap()).collect();
            // Whoever finds the flight landed and its token in memory starts no other.
            assert_eq!(world.inner.renewals(), 1);
            assert!(versions.iter().all(|version| *version == Version::FIRST));
        },
        RUNS,
    );
}

#[test]
fn a_rejected_token_is_renewed_once_whoever_comes_with_it() {
    shuttle::check_random(
        || {
            let world = World::new();
            let first = block_on(world.token());
            let callers: Vec<_> = (0..3)
                .map(|_| {
                    let world = world.clone();
                    thread::spawn(move || block_on(world.other_than(first)))
                })
                .collect();
            let plain = {
                let world = world.clone();
                thread::spawn(move || block_on(world.token()))
            };
            for caller in callers {
                assert_eq!(caller.join().unwrap(), first.next());
            }
            assert!([first, first.next()].contains(&plain.join().unwrap()));
            assert_eq!(world.inner.renewals(), 2);
        },
        RUNS,
    );
}

#[test]
fn what_was_cleared_does_not_come_back() {
    shuttle::check_random(
        || {
            let world = World::new();
            let caller = {
                let world = world.clone();
                thread::spawn(move || block_on(world.token()))
            };
            let clearer = {
                let world = world.clone();
                thread::spawn(move || {
                    let generation = world.slot.generation();
                    world.slot.clear();
                    // What somebody loaded before the account was cleared.
                    world.slot.offer(generation, world.inner.another());
                })
            };
            clearer.join().unwrap();
            caller.join().unwrap();
            let left = world.slot.current.load();
            assert!(left.as_ref().is_none_or(|current| current.version == Version::FIRST), "an old token came back");
        },
        RUNS,
    );
}

#[test]
fn a_shutdown_waits_for_what_has_begun_and_lets_nothing_begin() {
    shuttle::check_random(
        || {
            let world = World::new();
            let caller = {
                let world = world.clone();
                thread::spawn(move || block_on(world.join(Want::default())))
            };
            block_on(world.inner.tasks.close());
            let renewals = world.inner.renewals();
            match caller.join().unwrap() {
                Ok(current) => assert_eq!((current.version, renewals), (Version::FIRST, 1)),
                Err(error) => assert_eq!((error.code(), renewals), ("shutting_down", 0)),
            }
        },
        RUNS,
    );
}

#[test]
fn f09_a_caller_who_leaves_takes_no_renewal_along() {
    shuttle::check_random(
        || {
            let world = World::new();
            let leaver = {
                let world = world.clone();
                thread::spawn(move || drop(flight::join(&world.inner, &world.slot, Want::default())))
            };
            let stayer = {
                let world = world.clone();
                thread::spawn(move || block_on(world.token()))
            };
            leaver.join().unwrap();
            assert_eq!(stayer.join().unwrap(), Version::FIRST);
            block_on(world.inner.tasks.close());
            assert_eq!(world.inner.renewals(), 1);
        },
        RUNS,
    );
}
