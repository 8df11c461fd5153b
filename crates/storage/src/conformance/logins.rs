//! The promises of logins on their way.

use std::{sync::Arc, time::Duration};

use super::bench::{Bench, SECOND, at_once, key, lookup, sealed};
use crate::{Sharing, Store, StoreError, Taken};

const LIFE: Duration = Duration::from_secs(1800);

/// Promise 16: of many takers at once one gets it; the others, and later ones, hear `Spent`.
pub async fn p16_pending_is_given_out_once<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    let key = key("main");
    for mark in 0..8 {
        let lookup = lookup(mark);
        bench.store.put_pending(&key, &lookup, &sealed(mark), Sharing::Own, LIFE).await.unwrap();
        let takers = (0..12).map(|_| {
            let store = Arc::clone(&bench.store);
            async move { store.take_pending(&lookup).await.unwrap() }
        });
        let (given, others): (Vec<_>, Vec<_>) =
            at_once(takers).await.into_iter().partition(|taken| matches!(taken, Taken::Pending(_)));
        assert_eq!(given, [Taken::Pending(sealed(mark))]);
        assert!(others.iter().all(|taken| *taken == Taken::Spent), "{others:?}");
        // Putting it again, as after an answer that was lost, does not make it another login.
        for again in [mark, mark + 1] {
            let again = bench.store.put_pending(&key, &lookup, &sealed(again), Sharing::Own, LIFE).await;
            assert!(matches!(again, Err(StoreError::Conflict(None))), "{again:?}");
        }
        assert_eq!(bench.take(&lookup).await, Taken::Spent);
    }
    let twice = lookup(100);
    for _ in 0..2 {
        bench.store.put_pending(&key, &twice, &sealed(100), Sharing::Own, LIFE).await.unwrap();
    }
    assert_eq!(bench.take(&twice).await, Taken::Pending(sealed(100)));
    assert_eq!(bench.take(&twice).await, Taken::Spent);
    bench.pass(LIFE + SECOND).await;
    assert_eq!(bench.take(&twice).await, Taken::Spent, "later too");
    // Where nothing marks a login, the newest of a browser takes the place of the one before, open or given out.
    let shared = lookup(101);
    for marks in [&[102, 103][..], &[104]] {
        for mark in marks {
            bench.store.put_pending(&key, &shared, &sealed(*mark), Sharing::Shared, LIFE).await.unwrap();
        }
        assert_eq!(bench.take(&shared).await, Taken::Pending(sealed(*marks.last().unwrap())));
        assert_eq!(bench.take(&shared).await, Taken::Spent);
    }
    assert_eq!(bench.store.load(&key).await.unwrap(), None, "a login makes no row");
}

/// Promise 17: after its life a login is `Expired`; what was never put is `Unknown`.
pub async fn p17_pending_ends<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    let key = key("main");
    assert_eq!(bench.take(&lookup(1)).await, Taken::Unknown);
    for mark in [2, 3] {
        bench.store.put_pending(&key, &lookup(mark), &sealed(mark), Sharing::Own, LIFE).await.unwrap();
    }
    bench.pass(LIFE - SECOND * 600).await;
    assert_eq!(bench.take(&lookup(2)).await, Taken::Pending(sealed(2)));
    bench.pass(SECOND * 601).await;
    let events = bench.events().await;
    for _ in 0..2 {
        assert_eq!(bench.take(&lookup(3)).await, Taken::Expired);
    }
    assert_eq!(bench.take(&lookup(1)).await, Taken::Unknown);
    assert_eq!(bench.events().await, events);
}
