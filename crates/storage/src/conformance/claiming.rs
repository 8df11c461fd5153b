//! The promises of `claim`.

use std::{sync::Arc, time::Duration};

use super::bench::{Bench, LEASE, SECOND, assert_near, at_once, attempt, entry, key, timeless, untouched};
use crate::{Attempt, Claim, Purpose, Store};

/// Promise 4: of many claims at once one is `Granted`; the others are `Held`.
pub async fn p04_claim_is_granted_once<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    assert_eq!(bench.claim(&key("nobody"), &attempt(), crate::Version::FIRST).await, Claim::Missing);
    for round in 0..8 {
        let key = key(&format!("race-{round}"));
        let seen = bench.connect(&key).await;
        let claims = (0..12).map(|_| {
            let (store, key, attempt) = (Arc::clone(&bench.store), key.clone(), attempt());
            async move { (attempt, store.claim(&key, &attempt, LEASE, seen, Purpose::Renew).await.unwrap()) }
        });
        let (granted, others): (Vec<_>, Vec<_>) =
            at_once(claims).await.into_iter().partition(|(_, claim)| *claim == Claim::Granted);
        assert_eq!(granted.len(), 1, "claims that were granted");
        for (_, claim) in others {
            let Claim::Held(left) = claim else { panic!("expected Held, heard {claim:?}") };
            assert_near(Some(left), LEASE);
        }
        let held = bench.row(&key).await.attempt.expect("the attempt that was granted");
        assert_eq!((held.id, held.replays), (granted[0].0, 0));
        assert_near(held.lease, LEASE);
    }
}

/// Promise 5: the same attempt claiming again while its lease runs is `Granted` again.
pub async fn p05_claim_is_idempotent_by_attempt<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    let key = key("main");
    let seen = bench.connect(&key).await;
    let attempt = bench.granted(&key, seen).await;
    let events = bench.events().await;
    bench.pass(LEASE / 4).await;
    assert_eq!(bench.claim(&key, &attempt, seen).await, Claim::Granted);
    assert_eq!(bench.events().await, events);

    bench.pass(LEASE).await;
    let replay = bench.took_over(&key, seen, attempt).await;
    assert_eq!(bench.replay(&key, &replay, seen, attempt).await, Claim::Granted);
    assert_eq!(bench.row(&key).await.attempt.unwrap().replays, 1);
}

/// Promise 6: with another version in the row the answer is `Newer`, with that row.
pub async fn p06_claim_names_the_version_it_saw<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    let key = key("main");
    let first = bench.connect(&key).await;
    let second = bench.store.put(&key, Some(first), &entry(2)).await.unwrap();
    for seen in [first, second.next()] {
        for purpose in [Purpose::Renew, Purpose::Replay(attempt())] {
            let claim = bench.store.claim(&key, &attempt(), LEASE, seen, purpose).await.unwrap();
            let Claim::Newer(row) = claim else { panic!("expected Newer, heard {claim:?}") };
            assert_eq!(timeless(*row), timeless(bench.row(&key).await));
        }
    }
    let row = bench.row(&key).await;
    assert_eq!((row.version, row.attempt), (second, None));
}

/// Promise 7: a lapsed attempt is `Unsettled`, until a `Replay` that names it takes it over.
pub async fn p07_a_lapsed_attempt_is_unsettled<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    let key = key("main");
    let seen = bench.connect(&key).await;
    let lapsed = bench.granted(&key, seen).await;
    bench.pass(LEASE - SECOND * 600).await;
    assert!(matches!(bench.claim(&key, &attempt(), seen).await, Claim::Held(_)));
    assert!(matches!(bench.replay(&key, &attempt(), seen, lapsed).await, Claim::Held(_)), "its lease still runs");

    bench.pass(SECOND * 601).await;
    let (before, events) = (timeless(bench.row(&key).await), bench.events().await);
    for answer in [
        bench.claim(&key, &attempt(), seen).await,
        bench.claim(&key, &lapsed, seen).await,
        bench.replay(&key, &attempt(), seen, attempt()).await,
    ] {
        let Claim::Unsettled(open) = answer else { panic!("expected Unsettled, heard {answer:?}") };
        assert!(open.age >= LEASE);
        assert_eq!(open, Attempt { id: lapsed, lease: None, age: open.age, replays: 0 });
    }
    assert_eq!(timeless(bench.row(&key).await), before);
    assert_eq!(bench.events().await, events);

    let second = bench.took_over(&key, seen, lapsed).await;
    let open = bench.row(&key).await.attempt.unwrap();
    assert_eq!((open.id, open.replays), (second, 1));
    assert_near(open.lease, LEASE);
    assert!(matches!(bench.replay(&key, &attempt(), seen, lapsed).await, Claim::Held(_)));

    bench.pass(LEASE + SECOND).await;
    let answer = bench.replay(&key, &attempt(), seen, lapsed).await;
    assert!(matches!(answer, Claim::Unsettled(open) if open.id == second && open.replays == 1));
    let third = bench.took_over(&key, seen, second).await;
    assert_eq!(bench.row(&key).await.attempt.unwrap().replays, 2);
    assert!(matches!(bench.claim(&key, &third, seen).await, Claim::Granted));
    replaying_what_was_settled_is_a_first_attempt(&bench).await;
}

async fn replaying_what_was_settled_is_a_first_attempt<S: Store, A: AsyncFn(&S, Duration)>(bench: &Bench<S, A>) {
    let key = key("settled");
    let seen = bench.connect(&key).await;
    let settled = bench.granted(&key, seen).await;
    bench.settle(&key, seen, &settled, &untouched(Duration::ZERO)).await;
    let first = bench.took_over(&key, seen, settled).await;
    let open = bench.row(&key).await.attempt.unwrap();
    assert_eq!((open.id, open.replays), (first, 0));
}
