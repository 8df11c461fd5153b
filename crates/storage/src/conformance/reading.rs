//! The promises of `list` beside those of events.

use std::{sync::Arc, time::Duration};

use super::bench::{
    Bench, CLIENT, LEASE, SECOND, at_once, attempt, entry, key, lookup, refused, renewed, sealed, uncertain, untouched,
};
use crate::{AccountKey, Claim, Entry, Event, EventKind, Filter, Secret, Sharing, StatusKind, Store, Version};

/// Promise 19: rows come in order of key, filtered, without gaps or repeats across pages.
pub async fn p19_list_is_keyset_paged<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    let all = Filter::default();
    assert_eq!(bench.list(&all, None, 10).await, []);
    let mut keys = Vec::new();
    for tenant in ["a", "a b", "B", "ä", "a\u{ffff}", "a\u{10000}"] {
        for provider in ["one", "two"] {
            for account in ["2", "10", "x"] {
                keys.push(AccountKey::new(tenant, provider, account).unwrap());
            }
        }
    }
    for key in &keys {
        bench.connect(key).await;
    }
    keys.sort();
    assert_eq!(bench.list(&all, None, usize::MAX).await, keys);
    assert_eq!(bench.list(&all, None, 0).await, []);
    for size in [1, 5, 36] {
        let mut listed: Vec<AccountKey> = Vec::new();
        loop {
            let page = bench.list(&all, listed.last(), size).await;
            assert!(page.len() <= size && listed.len() <= keys.len(), "the pages never end");
            if page.is_empty() {
                break;
            }
            listed.extend(page);
        }
        assert_eq!(listed, keys, "in pages of {size}");
    }
    let between = AccountKey::new("a", "one", "3").unwrap();
    let behind: Vec<_> = keys.iter().filter(|key| **key > between).cloned().collect();
    assert_eq!(bench.list(&all, Some(&between), 100).await, behind, "behind a key that has no row");

    let of_a = Filter { tenant: Some("a".into()), ..Filter::default() };
    let two_of_a = Filter { provider: Some("two".into()), ..of_a.clone() };
    let expected = |passes: fn(&&AccountKey) -> bool| keys.iter().filter(passes).cloned().collect::<Vec<_>>();
    assert_eq!(bench.list(&of_a, None, 100).await, expected(|key| key.tenant() == "a"));
    let two = expected(|key| key.tenant() == "a" && key.provider() == "two");
    assert_eq!(bench.list(&two_of_a, None, 100).await, two);
    assert_eq!(bench.list(&two_of_a, Some(&two[0]), 1).await, two[1..2]);

    let (refusal, removed) = (&keys[3], &keys[7]);
    let version = bench.row(refusal).await.version;
    let attempt = bench.granted(refusal, version).await;
    bench.settle(refusal, version, &attempt, &refused()).await;
    bench.remove(removed, Secret::UntilRevoked).await;
    let status = |status| Filter { status: Some(status), ..Filter::default() };
    assert_eq!(bench.list(&status(StatusKind::Refused), None, 100).await, std::slice::from_ref(refusal));
    assert_eq!(bench.list(&status(StatusKind::Disconnected), None, 100).await, std::slice::from_ref(removed));
    let active: Vec<_> = keys.iter().filter(|key| *key != refusal && *key != removed).cloned().collect();
    assert_eq!(bench.list(&status(StatusKind::Active), None, 100).await, active);
    let living: Vec<_> = keys.iter().filter(|key| *key != removed).cloned().collect();
    assert_eq!(bench.list(&all, None, 100).await, living, "tombstones only if asked for");
}

/// Promise 20: every change appends its event, in order, with ids that only grow.
pub async fn p20_every_change_appends_its_event<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    let key = key("main");
    let mut expected = Vec::new();
    let mut happened = |kind, version, attempt, cause: Option<&str>| {
        expected.push((kind, version, attempt, cause.map(ToOwned::to_owned)));
    };
    bench.store.put_pending(&key, &lookup(1), &sealed(1), Sharing::Own, LEASE).await.unwrap();
    happened(EventKind::LoginBegun, None, None, None);
    bench.take(&lookup(1)).await;
    happened(EventKind::LoginReturned, None, None, None);
    let due = Entry { upkeep_in: Some(Duration::ZERO), ..entry(1) };
    let first = bench.store.put(&key, None, &due).await.unwrap();
    happened(EventKind::Connected, Some(first), None, None);
    bench.store.reseal(&key, first, &sealed(7)).await.unwrap();
    happened(EventKind::Resealed, Some(first), None, None);
    bench.store.close_gate("gate", &key, SECOND, "maintenance").await.unwrap();
    happened(EventKind::GateClosed, None, None, Some("maintenance"));
    bench.store.open_gate("gate", &key).await.unwrap();
    happened(EventKind::GateOpened, None, None, Some("maintenance"));

    let paged = bench.due(CLIENT, Duration::ZERO, 1).await.remove(0).attempt;
    happened(EventKind::Claimed, Some(first), Some(paged), None);
    bench.settle(&key, first, &paged, &untouched(Duration::ZERO)).await;
    happened(EventKind::Untouched, Some(first), Some(paged), None);
    let lost = bench.granted(&key, first).await;
    happened(EventKind::Claimed, Some(first), Some(lost), None);
    bench.settle(&key, first, &lost, &uncertain(Duration::ZERO)).await;
    happened(EventKind::Uncertain, Some(first), Some(lost), None);
    let replay = bench.took_over(&key, first, lost).await;
    happened(EventKind::Replayed, Some(first), Some(replay), None);
    bench.settle(&key, first, &replay, &renewed(2)).await;
    let second = first.next();
    happened(EventKind::Renewed, Some(second), Some(replay), None);
    let last = bench.granted(&key, second).await;
    happened(EventKind::Claimed, Some(second), Some(last), None);
    bench.settle(&key, second, &last, &refused()).await;
    happened(EventKind::Refused, Some(second), Some(last), Some("grant_refused"));
    let tombstone = bench.remove(&key, Secret::UntilRevoked).await;
    happened(EventKind::Disconnected, tombstone, None, None);
    bench.remove(&key, Secret::EraseNow).await;
    happened(EventKind::Disconnected, tombstone, None, None);

    // None of these changes anything.
    bench.remove(&key, Secret::EraseNow).await;
    bench.take(&lookup(1)).await;
    bench.take(&lookup(2)).await;
    let _ = bench.store.put(&key, None, &entry(3)).await;
    let _ = bench.store.reseal(&key, first, &sealed(3)).await;
    assert!(matches!(bench.claim(&key, &attempt(), second).await, Claim::Closed(_)));
    bench.settle(&key, second, &last, &renewed(3)).await;
    bench.due(CLIENT, SECOND, 5).await;

    let events = bench.events().await;
    assert!(events.iter().all(|event| event.key == key));
    assert!(events.windows(2).all(|pair| pair[0].id < pair[1].id));
    let heard: Vec<_> =
        events.iter().map(|event| (event.kind, event.version, event.attempt, event.cause.clone())).collect();
    assert_eq!(heard, expected);
    events_are_paged(&bench, &events).await;
    events_of_many_at_once_all_arrive(&bench, events.last().unwrap().id).await;
}

async fn events_are_paged<S: Store, A: AsyncFn(&S, Duration)>(bench: &Bench<S, A>, events: &[Event]) {
    let mut paged: Vec<Event> = Vec::new();
    loop {
        let page = bench.store.events(paged.last().map_or(0, |event| event.id), 3).await.unwrap();
        assert!(page.len() <= 3 && paged.len() <= events.len(), "the pages never end");
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, events);
    assert_eq!(bench.store.events(u64::MAX, 3).await.unwrap(), []);
    assert_eq!(bench.store.events(0, 0).await.unwrap(), []);
}

async fn events_of_many_at_once_all_arrive<S: Store, A: AsyncFn(&S, Duration)>(bench: &Bench<S, A>, after: u64) {
    let puts = (0..24).map(|number| {
        let store = Arc::clone(&bench.store);
        async move { store.put(&key(&format!("at once {number}")), None, &entry(1)).await.unwrap() }
    });
    at_once(puts).await;
    let events = bench.store.events(after, 100).await.unwrap();
    assert_eq!(events.len(), 24);
    assert!(events.windows(2).all(|pair| pair[0].id < pair[1].id));
}

/// Promise 27: `prune` drops events up to an id, and no id is used again.
pub async fn p27_pruned_events_are_gone_for_good<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    let prune = async |through| bench.store.prune(through).await.unwrap();
    assert_eq!(prune(u64::MAX).await, 0);
    for name in ["one", "two", "three", "four"] {
        bench.connect(&key(name)).await;
    }
    let events = bench.events().await;
    assert_eq!(prune(events[0].id - 1).await, 0);
    assert_eq!(prune(events[1].id).await, 2);
    assert_eq!(prune(events[1].id).await, 0, "they are gone already");
    assert_eq!(bench.events().await, events[2..]);
    assert_eq!(bench.store.events(events[0].id, 1).await.unwrap(), events[2..3], "behind an id that is gone");

    bench.granted(&key("one"), Version::FIRST).await;
    let last = bench.events().await.last().unwrap().id;
    assert!(last > events[3].id);
    assert_eq!(prune(u64::MAX).await, 3);
    assert_eq!(bench.events().await, []);
    bench.connect(&key("five")).await;
    let events = bench.store.events(last, 10).await.unwrap();
    assert_eq!(events.iter().map(|event| event.key.account()).collect::<Vec<_>>(), ["five"]);
    assert!(events[0].id > last, "an id was used again");
    let row = bench.row(&key("one")).await;
    assert!(row.attempt.is_some() && row.sealed == Some(sealed(1)), "rows do not live by their events");
}

/// Promise 21: rows whose keys differ in any one part are different rows.
pub async fn p21_keys_do_not_meet<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    let keys: Vec<_> = [
        ("t", "p", "a"),
        ("u", "p", "a"),
        ("t", "q", "a"),
        ("t", "p", "b"),
        ("p", "t", "a"),
        ("T", "p", "a"),
        ("t", "p", "A"),
        ("t", "p", "a "),
        ("t/p", "a", "x"),
        ("t", "p/a", "x"),
        ("t", "p", "a/x"),
        ("t", "p", "é"),
        ("t", "p", "e\u{301}"),
        ("t", "p", "%"),
        ("t", "p", "_"),
        ("t", "p", "'; --"),
    ]
    .into_iter()
    .map(|(tenant, provider, account)| AccountKey::new(tenant, provider, account).unwrap())
    .collect();
    for (mark, key) in (1..).zip(&keys) {
        assert_eq!(bench.store.load(key).await.unwrap(), None, "{key}");
        bench.store.put(key, None, &entry(mark)).await.unwrap();
    }
    for (mark, key) in (1..).zip(&keys) {
        assert_eq!(bench.row(key).await.sealed, Some(sealed(mark)), "{key}");
    }
    let version = bench.row(&keys[0]).await.version;
    bench.granted(&keys[0], version).await;
    bench.remove(&keys[1], Secret::EraseNow).await;
    for key in &keys[2..] {
        let row = bench.row(key).await;
        assert_eq!((row.version, row.attempt), (version, None), "{key}");
        bench.granted(key, version).await;
    }
}
