//! The promise of `reseal`.

use std::{sync::Arc, time::Duration};

use super::bench::{
    Bench, LEASE, SECOND, assert_aged, assert_near, conflict, entry, key, refused, renewed, sealed, timeless,
    uncertain, untouched,
};
use crate::{AccountKey, EventKind, Row, Secret, Settled, Status, Store, Version};

/// Promise 28: the sealed bytes are others, and nothing else is.
pub async fn p28_reseal_changes_the_bytes_alone<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    let main = key("main");
    let late = async |seen, found| {
        let (before, events) = (bench.store.load(&main).await.unwrap(), bench.events().await);
        assert_eq!(conflict(bench.store.reseal(&main, seen, &sealed(9)).await), found);
        assert_eq!(bench.store.load(&main).await.unwrap().map(timeless), before.map(timeless));
        assert_eq!(bench.events().await, events);
    };
    late(Version::FIRST, None).await;
    let first = bench.connect(&main).await;
    let flying = bench.granted(&main, first).await;
    bench.pass(LEASE / 2).await;
    late(first.next(), Some(first)).await;
    reseals(&bench, &main, 9).await;
    let row = bench.row(&main).await;
    assert_aged(row.age, LEASE / 2);
    assert_near(row.expires_in, entry(1).expires_in.unwrap() - LEASE / 2);
    assert_near(row.upkeep_in, entry(1).upkeep_in.unwrap() - LEASE / 2);
    assert_near(row.attempt.unwrap().lease, LEASE / 2);

    // Whoever renews by what was sealed before holds the successor of the same secret.
    assert_eq!(bench.settle(&main, first, &flying, &renewed(2)).await, Settled::Done(first.next()));
    let second = first.next();
    late(first, Some(second)).await;
    assert_eq!(bench.settle(&main, first, &flying, &renewed(2)).await, Settled::Done(second));
    reseals(&bench, &main, 10).await;
    assert_eq!(bench.settle(&main, first, &flying, &renewed(2)).await, Settled::Done(second), "it is still known");

    for (name, settlement) in
        [("resting", untouched(SECOND * 1200)), ("unsettled", uncertain(SECOND * 1200)), ("refused", refused())]
    {
        let key = key(name);
        let seen = bench.connect(&key).await;
        let attempt = bench.granted(&key, seen).await;
        bench.settle(&key, seen, &attempt, &settlement).await;
        reseals(&bench, &key, 9).await;
        assert_eq!(bench.settle(&key, seen, &attempt, &settlement).await, Settled::Done(seen), "{name}");
    }

    let tombstone = bench.remove(&main, Secret::UntilRevoked).await.expect("a tombstone");
    late(second, Some(tombstone)).await;
    reseals(&bench, &main, 11).await;
    let row = bench.row(&main).await;
    assert_eq!((row.status.clone(), row.sealed_for()), (Status::Disconnected, second));
    bench.remove(&main, Secret::EraseNow).await;
    late(tombstone, Some(tombstone)).await;
    assert_eq!(bench.row(&main).await.sealed, None, "what was erased stays so");
}

async fn reseals<S: Store, A: AsyncFn(&S, Duration)>(bench: &Bench<S, A>, key: &AccountKey, mark: u8) {
    let before = bench.row(key).await;
    let seen = before.version;
    let last = bench.events().await.last().map_or(0, |event| event.id);
    for _ in 0..2 {
        bench.store.reseal(key, seen, &sealed(mark)).await.unwrap();
    }
    let expected = Row { sealed: Some(sealed(mark)), ..before };
    assert_eq!(timeless(bench.row(key).await), timeless(expected));
    let events = bench.store.events(last, 10).await.unwrap();
    let heard: Vec<_> = events.iter().map(|event| (&event.key, event.kind, event.version, event.attempt)).collect();
    assert_eq!(heard, [(key, EventKind::Resealed, Some(seen), None)], "once, since the second changed nothing");
}
