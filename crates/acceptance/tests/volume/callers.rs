//! Ten thousand callers of one expired account: one request, whoever leaves.

use std::{future::poll_fn, pin::pin, task::Poll};

use crate::{
    chance::Chance,
    customers::text,
    depot::key,
    slim::First,
    world::{HOUR, MINUTE, Served, World},
};

const CALLERS: usize = 10_000;

/// One account whose token is over.
fn world() -> World {
    World::new(1, 1, |_| First { issued_at: -i64::try_from(HOUR.as_millis()).unwrap() * 2, upkeep_at: 0 })
}

#[test]
fn f01_ten_thousand_callers_of_one_expired_account_are_one_request() {
    let world = world();
    let served = Served::default();
    for _ in 0..CALLERS {
        let (account, provider, served) = (world.managers[0].account(&key(0)), world.provider.clone(), served.clone());
        world.on(1, async move {
            match account.token().await {
                Ok(bearer) if provider.takes(&text(&bearer)) => served.well(),
                Ok(_) => served.badly(),
                Err(_) => served.not_at_all(),
            }
        });
    }
    world.pass(MINUTE);
    assert_eq!((served.so_far(), world.provider.books().renewals), ([CALLERS, 0, 0], 1));
}

#[test]
fn f09_half_of_them_dropped_midway_change_nothing() {
    let world = world();
    let served = Served::default();
    let mut chance = Chance::of(3, 3);
    for number in 0..CALLERS {
        let (account, provider, served) = (world.managers[0].account(&key(0)), world.provider.clone(), served.clone());
        // The first to come is among those who leave.
        let polls = if number % 2 == 0 { 1 + chance.below(3) } else { usize::MAX };
        world.on(1, async move {
            let mut token = pin!(account.token());
            let mut left = polls;
            let answer = poll_fn(|context| match token.as_mut().poll(context) {
                Poll::Ready(answer) => Poll::Ready(Some(answer)),
                Poll::Pending if left <= 1 => Poll::Ready(None),
                Poll::Pending => {
                    left -= 1;
                    Poll::Pending
                }
            });
            match answer.await {
                Some(Ok(bearer)) if provider.takes(&text(&bearer)) => served.well(),
                Some(Ok(_)) => served.badly(),
                Some(Err(_)) => served.not_at_all(),
                None => {}
            }
        });
    }
    world.pass(MINUTE);
    let [well, badly, not_at_all] = served.so_far();
    assert!(well >= CALLERS / 2, "{well} were served");
    assert_eq!((badly, not_at_all, world.provider.books().renewals), (0, 0, 1));
}

#[test]
fn f20_ten_thousand_calls_of_a_dead_account_are_one_request_and_one_event() {
    let world = world();
    world.provider.forget(0);
    let served = Served::default();
    let (account, counted) = (world.managers[0].account(&key(0)), served.clone());
    world.on(1, async move {
        for _ in 0..CALLERS {
            let error = account.token().await.unwrap_err();
            assert_eq!(error.kind(), mailgrant_core::ErrorKind::AskUser);
            counted.not_at_all();
        }
    });
    let from = world.executor.now();
    world.pass(HOUR);
    assert_eq!(served.so_far(), [0, 0, CALLERS]);
    assert_eq!(world.provider.books().asked(from, world.executor.now()), 1);
    assert_eq!(world.depot.events_of(mailgrant_storage::EventKind::Refused), 1);
}
