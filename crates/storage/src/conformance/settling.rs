//! The promises of `settle`.

use std::{sync::Arc, time::Duration};

use super::bench::{
    Bench, LEASE, SECOND, assert_aged, assert_near, attempt, entry, is_refused, key, refused, renewed, timeless,
    uncertain, untouched,
};
use crate::{Claim, Purpose, Settled, Settlement, Status, Store, Version};

/// Promise 8: a renewal commits while the row is at the claimed version, whoever holds the attempt by now.
pub async fn p08_renewed_commits_by_version_alone<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    let main = key("main");
    let first = bench.connect(&main).await;
    let frozen = bench.granted(&main, first).await;
    bench.pass(LEASE + SECOND).await;
    let replay = bench.took_over(&main, first, frozen).await;
    assert_eq!(bench.settle(&main, first, &frozen, &renewed(2)).await, Settled::Done(first.next()));
    let row = bench.row(&main).await;
    assert_eq!((row.version, row.sealed.clone(), row.attempt.clone()), (first.next(), Some(entry(2).sealed), None));
    assert_near(row.due_in, entry(2).due_in.unwrap());
    assert_near(row.upkeep_in, entry(2).upkeep_in.unwrap());
    assert_aged(row.age, Duration::ZERO);

    // The one that took over lost: it is told by what, and changes nothing.
    for settlement in [renewed(3), untouched(SECOND), refused(), uncertain(SECOND)] {
        let Settled::Missed(Some(found)) = bench.settle(&main, first, &replay, &settlement).await else {
            panic!("{settlement:?} of a version that is gone")
        };
        assert_eq!(timeless(*found), timeless(row.clone()));
    }

    let second = first.next();
    let resting = bench.granted(&main, second).await;
    bench.settle(&main, second, &resting, &uncertain(SECOND * 600)).await;
    assert_eq!(bench.settle(&main, second, &resting, &renewed(4)).await, Settled::Done(second.next()));
    let row = bench.row(&main).await;
    assert_eq!((row.resting, row.attempt), (None, None));

    let refusal = key("refused meanwhile");
    bench.connect(&refusal).await;
    let frozen = bench.granted(&refusal, first).await;
    bench.pass(LEASE + SECOND).await;
    let replay = bench.took_over(&refusal, first, frozen).await;
    bench.settle(&refusal, first, &replay, &refused()).await;
    assert_eq!(bench.settle(&refusal, first, &frozen, &renewed(2)).await, Settled::Done(first.next()));
    assert_eq!(bench.row(&refusal).await.status, Status::Active);
}

/// Promise 9: the other outcomes change the row only if version and attempt both match.
pub async fn p09_other_outcomes_need_version_and_attempt<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    let others = [untouched(SECOND * 600), refused(), uncertain(SECOND * 600)];
    let main = key("main");
    for settlement in &others {
        assert_eq!(bench.settle(&main, Version::FIRST, &attempt(), settlement).await, Settled::Missed(None));
    }
    let seen = bench.connect(&main).await;
    for settlement in &others {
        let answer = bench.settle(&main, seen, &attempt(), settlement).await;
        assert!(matches!(answer, Settled::Missed(Some(_))), "no attempt is open: {answer:?}");
    }
    let stale = bench.granted(&main, seen).await;
    bench.pass(LEASE + SECOND).await;
    let holder = bench.took_over(&main, seen, stale).await;
    let (before, events) = (timeless(bench.row(&main).await), bench.events().await);
    for settlement in &others {
        for (version, attempt) in [(seen, &stale), (seen.next(), &holder), (seen.next(), &stale)] {
            let Settled::Missed(Some(row)) = bench.settle(&main, version, attempt, settlement).await else {
                panic!("{settlement:?} of a stale holder")
            };
            assert_eq!(timeless(*row), before);
        }
    }
    assert_eq!(timeless(bench.row(&main).await), before);
    assert_eq!(bench.events().await, events);
    // A lease that is over takes no word away as long as nobody took the attempt over.
    bench.pass(LEASE + SECOND).await;
    assert_eq!(bench.settle(&main, seen, &holder, &refused()).await, Settled::Done(seen));
}

/// Promise 10: the same settlement again answers `Done` again, and changes nothing.
pub async fn p10_settle_is_idempotent<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    for (name, settlement) in [
        ("renewed", renewed(2)),
        ("untouched", untouched(SECOND * 600)),
        ("untouched without a pause", untouched(Duration::ZERO)),
        ("refused", refused()),
        ("uncertain", uncertain(SECOND * 600)),
        ("uncertain without a pause", uncertain(Duration::ZERO)),
    ] {
        let key = key(name);
        let seen = bench.connect(&key).await;
        let attempt = bench.granted(&key, seen).await;
        let Settled::Done(version) = bench.settle(&key, seen, &attempt, &settlement).await else {
            panic!("{name} by its holder")
        };
        assert_eq!(version, if name == "renewed" { seen.next() } else { seen });
        let (row, events) = (timeless(bench.row(&key).await), bench.events().await);
        for _ in 0..2 {
            assert_eq!(bench.settle(&key, seen, &attempt, &settlement).await, Settled::Done(version), "{name}");
        }
        assert_eq!(timeless(bench.row(&key).await), row, "{name}");
        assert_eq!(bench.events().await, events, "{name}");
    }

    // Whoever asks again after a lost answer must not take his own stored pair for an orphan, whatever
    // others tried with it meanwhile.
    let key = key("asked again late");
    let first = bench.connect(&key).await;
    let winner = bench.granted(&key, first).await;
    let second = first.next();
    assert_eq!(bench.settle(&key, first, &winner, &renewed(2)).await, Settled::Done(second));
    let next = bench.granted(&key, second).await;
    assert_eq!(bench.settle(&key, first, &winner, &renewed(2)).await, Settled::Done(second));
    bench.settle(&key, second, &next, &untouched(Duration::ZERO)).await;
    assert_eq!(bench.settle(&key, first, &winner, &renewed(2)).await, Settled::Done(second));
    let next = bench.granted(&key, second).await;
    assert_eq!(bench.settle(&key, second, &next, &renewed(3)).await, Settled::Done(second.next()));
    assert!(matches!(bench.settle(&key, first, &winner, &renewed(2)).await, Settled::Missed(Some(_))));
}

/// Promise 11: after `Untouched`, claims are `Resting` until its pause is over.
pub async fn p11_untouched_rests<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    let main = key("main");
    let seen = bench.connect(&main).await;
    let paused = bench.granted(&main, seen).await;
    let pause = SECOND * 1200;
    assert_eq!(bench.settle(&main, seen, &paused, &untouched(pause)).await, Settled::Done(seen));
    let row = bench.row(&main).await;
    assert_near(row.resting, pause);
    assert_eq!((row.version, row.status, row.attempt), (seen, Status::Active, None));
    for purpose in [Purpose::Renew, Purpose::Replay(paused)] {
        let claim = bench.store.claim(&main, &attempt(), LEASE, seen, purpose).await.unwrap();
        let Claim::Resting(left) = claim else { panic!("expected Resting, heard {claim:?}") };
        assert_near(Some(left), pause);
    }
    bench.pass(pause + SECOND).await;
    let row = bench.row(&main).await;
    assert_eq!(row.resting, None);
    assert_aged(row.age, pause);
    let again = bench.granted(&main, seen).await;
    assert_eq!(bench.row(&main).await.attempt.unwrap().replays, 0);
    bench.settle(&main, seen, &again, &untouched(Duration::ZERO)).await;
    bench.granted(&main, seen).await;
    an_untouched_replay_leaves_unknown_what_was_unknown(&bench).await;
}

async fn an_untouched_replay_leaves_unknown_what_was_unknown<S: Store, A: AsyncFn(&S, Duration)>(bench: &Bench<S, A>) {
    let key = key("untouched replay");
    let seen = bench.connect(&key).await;
    let lost = bench.granted(&key, seen).await;
    bench.pass(LEASE * 3).await;
    let replay = bench.took_over(&key, seen, lost).await;
    assert_eq!(bench.settle(&key, seen, &replay, &untouched(SECOND * 1200)).await, Settled::Done(seen));
    let events = bench.events().await;
    assert_eq!(bench.settle(&key, seen, &replay, &untouched(SECOND * 1200)).await, Settled::Done(seen));
    assert_eq!(bench.events().await, events);
    assert!(matches!(bench.claim(&key, &attempt(), seen).await, Claim::Resting(_)));
    bench.pass(SECOND * 1201).await;
    let claim = bench.claim(&key, &attempt(), seen).await;
    let Claim::Unsettled(open) = claim else { panic!("expected Unsettled, heard {claim:?}") };
    assert_eq!((open.lease, open.replays), (None, 0), "the replay was none");
    assert!(open.age >= LEASE * 3, "as old as the attempt whose outcome is unknown");
    bench.took_over(&key, seen, open.id).await;
}

/// Promise 12: after `Refused`, claims are `Closed`, until a put.
pub async fn p12_refused_closes<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    let key = key("main");
    let seen = bench.connect(&key).await;
    let attempt = bench.granted(&key, seen).await;
    assert_eq!(bench.settle(&key, seen, &attempt, &refused()).await, Settled::Done(seen));
    let row = bench.row(&key).await;
    assert_eq!((row.version, row.status, row.attempt), (seen, is_refused(), None));
    bench.pass(LEASE * 2).await;
    for seen in [seen, seen.next()] {
        for purpose in [Purpose::Renew, Purpose::Replay(attempt)] {
            let claim = bench.store.claim(&key, &super::bench::attempt(), LEASE, seen, purpose).await.unwrap();
            assert_eq!(claim, Claim::Closed(is_refused()));
        }
    }
    let version = bench.store.put(&key, Some(seen), &entry(2)).await.unwrap();
    assert_eq!(bench.row(&key).await.status, Status::Active);
    bench.granted(&key, version).await;
}

/// Promise 13: after `Uncertain` the attempt is `Unsettled`, however long its lease was.
pub async fn p13_uncertain_keeps_the_attempt<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    let pause = SECOND * 1200;
    for (name, pause) in [("at once", Duration::ZERO), ("after a pause", pause)] {
        let key = key(name);
        let seen = bench.connect(&key).await;
        let lost = bench.granted(&key, seen).await;
        let settlement = Settlement::Uncertain { pause };
        assert_eq!(bench.settle(&key, seen, &lost, &settlement).await, Settled::Done(seen));
        if !pause.is_zero() {
            assert_near(bench.row(&key).await.resting, pause);
            for purpose in [Purpose::Renew, Purpose::Replay(lost)] {
                let claim = bench.store.claim(&key, &attempt(), LEASE, seen, purpose).await.unwrap();
                assert!(matches!(claim, Claim::Resting(_)), "expected Resting, heard {claim:?}");
            }
            bench.pass(pause + SECOND).await;
        }
        let open = bench.row(&key).await.attempt.expect("the attempt stays open");
        assert_eq!((open.id, open.lease, open.replays), (lost, None, 0));
        for claimant in [attempt(), lost] {
            let claim = bench.claim(&key, &claimant, seen).await;
            assert!(matches!(&claim, Claim::Unsettled(open) if open.id == lost), "heard {claim:?}");
        }
        bench.took_over(&key, seen, lost).await;
        assert_eq!(bench.row(&key).await.attempt.unwrap().replays, 1);
    }
}
