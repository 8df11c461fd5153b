//! The promises of `remove`.

use std::{sync::Arc, time::Duration};

use super::bench::{
    Bench, LEASE, SECOND, assert_aged, attempt, conflict, entry, key, refused, renewed, timeless, uncertain, untouched,
};
use crate::{Claim, Purpose, Secret, Settled, Status, Store, Version};

/// Promise 14: a tombstone stays until a put names its version, whatever an attempt in flight says.
pub async fn p14_remove_leaves_a_tombstone<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    let main = key("main");
    assert_eq!(bench.remove(&main, Secret::EraseNow).await, None);

    let seen = bench.connect(&main).await;
    let flying = bench.granted(&main, seen).await;
    let tombstone = bench.remove(&main, Secret::EraseNow).await.expect("a tombstone");
    assert_ne!(tombstone, seen);
    let row = bench.row(&main).await;
    assert_eq!((row.version, row.status.clone(), row.sealed.clone()), (tombstone, Status::Disconnected, None));
    assert_eq!((row.attempt.clone(), row.resting), (None, None));

    for seen in [seen, tombstone] {
        for purpose in [Purpose::Renew, Purpose::Replay(flying)] {
            let claim = bench.store.claim(&main, &attempt(), LEASE, seen, purpose).await.unwrap();
            assert_eq!(claim, Claim::Closed(Status::Disconnected));
        }
        for settlement in [renewed(2), untouched(SECOND), refused(), uncertain(SECOND)] {
            let Settled::Missed(Some(found)) = bench.settle(&main, seen, &flying, &settlement).await else {
                panic!("{settlement:?} brought a tombstone back")
            };
            assert_eq!(timeless(*found), timeless(row.clone()));
        }
    }
    bench.pass(LEASE * 2).await;
    let events = bench.events().await;
    assert_eq!(bench.remove(&main, Secret::EraseNow).await, Some(tombstone));
    assert_eq!(bench.events().await, events, "nothing was left to remove");
    for expected in [None, Some(seen)] {
        assert_eq!(conflict(bench.store.put(&main, expected, &entry(2)).await), Some(tombstone));
    }
    let version = bench.store.put(&main, Some(tombstone), &entry(2)).await.unwrap();
    assert_eq!(version, tombstone.next());
    let answer = bench.settle(&main, seen, &flying, &renewed(3)).await;
    assert!(matches!(answer, Settled::Missed(Some(_))), "an attempt from before the tombstone");
    let row = bench.row(&main).await;
    assert_eq!((row.status, row.sealed), (Status::Active, Some(entry(2).sealed)));

    let refusal = key("refused");
    let seen = bench.connect(&refusal).await;
    let attempt = bench.granted(&refusal, seen).await;
    bench.settle(&refusal, seen, &attempt, &refused()).await;
    bench.pass(LEASE).await;
    assert_aged(bench.row(&refusal).await.age, LEASE);
    assert_eq!(bench.remove(&refusal, Secret::EraseNow).await, Some(seen.next()));
    assert_aged(bench.row(&refusal).await.age, Duration::ZERO);
    let answer = bench.settle(&refusal, seen, &attempt, &refused()).await;
    assert!(matches!(answer, Settled::Missed(Some(row)) if row.status == Status::Disconnected));
}

/// Promise 15: with `UntilRevoked` the sealed secret stays readable until `EraseNow`.
pub async fn p15_remove_can_keep_the_secret_for_its_revocation<S: Store>(
    store: Arc<S>,
    advance: impl AsyncFn(&S, Duration),
) {
    let bench = Bench { store, advance };
    let key = key("main");
    let seen = bench.connect(&key).await;
    let tombstone = bench.remove(&key, Secret::UntilRevoked).await.expect("a tombstone");
    assert_ne!(tombstone, seen);
    let row = bench.row(&key).await;
    assert_eq!(row.sealed_for(), seen, "the vault opens it as what it was sealed for");
    assert_eq!((row.status, row.sealed), (Status::Disconnected, Some(entry(1).sealed)));
    assert_eq!(bench.remove(&key, Secret::UntilRevoked).await, Some(tombstone));
    assert_eq!(bench.row(&key).await.sealed, Some(entry(1).sealed));
    assert_eq!(bench.claim(&key, &attempt(), tombstone).await, Claim::Closed(Status::Disconnected));

    assert_eq!(bench.remove(&key, Secret::EraseNow).await, Some(tombstone), "erasing makes no other secret");
    assert_eq!(bench.row(&key).await.sealed, None);
    assert_eq!(bench.remove(&key, Secret::UntilRevoked).await, Some(tombstone));
    let row = bench.row(&key).await;
    assert_eq!((row.version, row.status, row.sealed), (tombstone, Status::Disconnected, None));
}

/// Promise 22: what stands at another version than the one that was seen is left as it is.
pub async fn p22_remove_names_the_version_it_saw<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    let key = key("main");
    let late = async |seen, found| {
        let before = bench.store.load(&key).await.unwrap();
        for secret in [Secret::UntilRevoked, Secret::EraseNow] {
            assert_eq!(conflict(bench.store.remove(&key, seen, secret).await), found);
        }
        assert_eq!(bench.store.load(&key).await.unwrap().map(timeless), before.map(timeless));
    };
    late(Version::FIRST, None).await;
    let first = bench.connect(&key).await;
    late(first.next(), Some(first)).await;
    let attempt = bench.granted(&key, first).await;
    bench.settle(&key, first, &attempt, &renewed(2)).await;
    late(first, Some(first.next())).await;
    let tombstone = bench.remove(&key, Secret::UntilRevoked).await.expect("a tombstone");
    late(first.next(), Some(tombstone)).await;
    // A consent that was given while a provider was told of the tombstone is not erased with it.
    let consent = bench.store.put(&key, Some(tombstone), &entry(3)).await.unwrap();
    late(tombstone, Some(consent)).await;
    let row = bench.row(&key).await;
    assert_eq!((row.status, row.sealed), (Status::Active, Some(entry(3).sealed)));
}
