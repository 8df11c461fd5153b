//! The promises of `load` beside those of `put`.

use std::{sync::Arc, time::Duration};

use super::bench::{Bench, SECOND, assert_aged, assert_near, at_once, conflict, entry, key, untouched};
use crate::{Entry, Row, Status, Store, Version};

/// Promise 1: a row comes back as it was written; a missing one is `None`.
pub async fn p01_load_returns_what_was_put<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    let key = key("main");
    assert_eq!(bench.store.load(&key).await.unwrap(), None);

    let written = entry(1);
    let version = bench.store.put(&key, None, &written).await.unwrap();
    let row = bench.row(&key).await;
    assert_near(row.expires_in, written.expires_in.unwrap());
    assert_near(row.due_in, written.due_in.unwrap());
    assert_near(row.upkeep_in, written.upkeep_in.unwrap());
    assert_aged(row.age, Duration::ZERO);
    let Row { expires_in, due_in, upkeep_in, age, .. } = row;
    let expected = Row {
        version,
        status: Status::Active,
        sealed: Some(written.sealed.clone()),
        client_key: written.client_key.clone(),
        environment: written.environment.clone(),
        expires_in,
        due_in,
        upkeep_in,
        age,
        resting: None,
        attempt: None,
    };
    assert_eq!(row, expected);

    bench.pass(SECOND * 75_000).await;
    let row = bench.row(&key).await;
    assert_near(row.expires_in, SECOND * 11_400);
    assert_eq!(row.due_in, Some(Duration::ZERO));
    assert_near(row.upkeep_in, SECOND * 5000);
    assert_aged(row.age, SECOND * 75_000);
    bench.pass(SECOND * 75_000).await;
    let row = bench.row(&key).await;
    assert_eq!((row.expires_in, row.upkeep_in), (Some(Duration::ZERO), Some(Duration::ZERO)));

    let endless = Entry { expires_in: None, due_in: None, upkeep_in: None, ..entry(2) };
    bench.store.put(&key, Some(version), &endless).await.unwrap();
    let row = bench.row(&key).await;
    assert_eq!((row.expires_in, row.due_in, row.upkeep_in), (None, None, None));
    assert_aged(row.age, Duration::ZERO);
    assert_eq!(row.sealed, Some(endless.sealed));
}

/// Promise 2: a put writes only over the version it names; of many at once, one wins.
pub async fn p02_put_compares_and_swaps<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    let main = key("main");
    assert_eq!(conflict(bench.store.put(&main, Some(Version::FIRST), &entry(1)).await), None);
    assert_eq!(bench.store.load(&main).await.unwrap(), None);

    let first = bench.connect(&main).await;
    let second = bench.store.put(&main, Some(first), &entry(2)).await.unwrap();
    let events = bench.events().await;
    for expected in [None, Some(first), Some(second.next())] {
        assert_eq!(conflict(bench.store.put(&main, expected, &entry(3)).await), Some(second));
    }
    assert_eq!(bench.row(&main).await.sealed, Some(entry(2).sealed));
    assert_eq!(bench.events().await, events);

    for round in 0..8 {
        let key = key(&format!("race-{round}"));
        let mut expected = None;
        for _ in 0..2 {
            let puts = (1..=8).map(|mark| {
                let (store, key) = (Arc::clone(&bench.store), key.clone());
                async move { (mark, store.put(&key, expected, &entry(mark)).await) }
            });
            let (won, lost): (Vec<_>, Vec<_>) = at_once(puts).await.into_iter().partition(|(_, put)| put.is_ok());
            assert_eq!(won.len(), 1, "of the puts over {expected:?}");
            let version = Version::after(expected);
            assert!(lost.into_iter().all(|(_, put)| conflict(put) == Some(version)));
            assert_eq!(bench.row(&key).await.sealed, Some(entry(won[0].0).sealed));
            expected = Some(version);
        }
    }
}

/// Promise 3: the first version is 1; each put is its predecessor's next, and over everything that was.
pub async fn p03_put_moves_the_version_by_one<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    let key = key("main");
    let first = bench.connect(&key).await;
    assert_eq!(first.get(), 1);
    let second = bench.store.put(&key, Some(first), &entry(2)).await.unwrap();
    assert_eq!(second.get(), 2);

    bench.granted(&key, second).await;
    let third = bench.store.put(&key, Some(second), &entry(3)).await.unwrap();
    let row = bench.row(&key).await;
    assert_eq!((row.version, row.attempt), (third, None));
    assert_eq!(third.get(), 3);

    let attempt = bench.granted(&key, third).await;
    bench.settle(&key, third, &attempt, &untouched(SECOND * 600)).await;
    let fourth = bench.store.put(&key, Some(third), &entry(4)).await.unwrap();
    assert_eq!((bench.row(&key).await.resting, fourth.get()), (None, 4));
    bench.granted(&key, fourth).await;
}
