//! A shelf in memory, which is moody when it is told to be.

use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Included},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use mailgrant_core::Lookup;

use super::{Shelf, ShelfStore, Write};
use crate::{AccountKey, AttemptId, Entry, Purpose, Sealed, Sharing, Store, StoreError, Taken, Version};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Clones share what lies there.
#[derive(Clone, Default)]
struct Map {
    records: Arc<Mutex<BTreeMap<Vec<u8>, Vec<u8>>>>,
    /// The time of this world.
    now: Arc<Mutex<Duration>>,
    swaps: Arc<AtomicUsize>,
    mood: Mood,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Mood {
    #[default]
    Sound,
    /// Others are faster now and then.
    Busy,
    /// It does not look at what stands there.
    Blind,
}

#[async_trait]
impl Shelf for Map {
    async fn now(&self) -> Result<Duration, StoreError> {
        Ok(*self.now.lock().unwrap())
    }

    async fn scan(&self, from: &[u8], until: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        assert!(from < until && limit > 0, "asked for nothing");
        let found = {
            let records = self.records.lock().unwrap();
            let range = records.range::<[u8], _>((Included(from), Excluded(until))).take(limit);
            range.map(|(name, value)| (name.clone(), value.clone())).collect()
        };
        // Others run between a look and what comes of it.
        tokio::task::yield_now().await;
        Ok(found)
    }

    async fn swap(&self, name: &[u8], was: Option<&[u8]>, writes: &[Write]) -> Result<bool, StoreError> {
        let mut records = self.records.lock().unwrap();
        let faster = self.mood == Mood::Busy && self.swaps.fetch_add(1, Ordering::Relaxed) % 3 == 1;
        if faster || self.mood != Mood::Blind && records.get(name).map(Vec::as_slice) != was {
            return Ok(false);
        }
        assert!(writes.len() < 100 && writes.iter().any(|(other, _)| other == name), "{} writes", writes.len());
        for (at, (name, value)) in writes.iter().enumerate() {
            assert!(writes[..at].iter().all(|(other, _)| other != name), "a record that is written twice");
            match value {
                Some(value) => drop(records.insert(name.clone(), value.clone())),
                None => drop(records.remove(name)),
            }
        }
        Ok(true)
    }
}

impl Map {
    async fn in_mood(mood: Mood) -> ShelfStore<Self> {
        ShelfStore::open(Self { mood, ..Self::default() }).await.unwrap()
    }

    fn names(&self, front: &str) -> usize {
        self.records.lock().unwrap().keys().filter(|name| name.starts_with(front.as_bytes())).count()
    }
}

async fn advance(store: &ShelfStore<Map>, by: Duration) {
    *store.shelf().now.lock().unwrap() += by;
}

fn key(account: &str) -> AccountKey {
    AccountKey::new("tenant", "getresponse", account).unwrap()
}

fn entry(upkeep_in: Option<Duration>) -> Entry {
    Entry {
        sealed: Sealed { key_id: "key".into(), bytes: vec![0, 255] },
        client_key: "client".into(),
        environment: "retail".into(),
        expires_in: None,
        due_in: None,
        upkeep_in,
        remark: None,
    }
}

#[cfg(feature = "conformance")]
mod sound {
    use super::*;

    crate::conformance!((Arc::new(Map::in_mood(Mood::Sound).await), ()), advance);
}

#[cfg(feature = "conformance")]
mod busy {
    use super::*;

    crate::conformance!((Arc::new(Map::in_mood(Mood::Busy).await), ()), advance);
}

/// On one thread, where all of those who race have looked before the first of them writes.
#[cfg(feature = "conformance")]
#[tokio::test]
async fn a_shelf_that_does_not_compare_is_found_out() {
    use std::panic::AssertUnwindSafe;

    use futures_util::FutureExt;

    use crate::conformance;

    let put = conformance::p02_put_compares_and_swaps(Arc::new(Map::in_mood(Mood::Blind).await), advance);
    let claim = conformance::p04_claim_is_granted_once(Arc::new(Map::in_mood(Mood::Blind).await), advance);
    assert!(AssertUnwindSafe(put).catch_unwind().await.is_err());
    assert!(AssertUnwindSafe(claim).catch_unwind().await.is_err());
}

#[tokio::test]
async fn two_stores_on_one_shelf_number_their_events_in_one_row() {
    let one = Map::in_mood(Mood::Sound).await;
    let two = ShelfStore::open(one.shelf().clone()).await.unwrap();
    for (store, account) in [(&one, "a"), (&two, "b"), (&one, "c")] {
        store.put(&key(account), None, &entry(None)).await.unwrap();
    }
    let ids: Vec<_> = two.events(0, 9).await.unwrap().into_iter().map(|event| event.id).collect();
    assert!(ids.len() == 3 && ids.is_sorted(), "{ids:?}");
    assert_eq!(one.prune(ids[2]).await.unwrap(), 3);
    let (main, attempt) = (key("a"), AttemptId::from_bytes([1; 16]));
    two.claim(&main, &attempt, DAY, Version::FIRST, Purpose::Renew).await.unwrap();
    assert!(one.events(0, 9).await.unwrap()[0].id > ids[2]);
}

#[tokio::test]
async fn what_is_not_needed_any_more_is_not_there_any_more() {
    let store = Map::in_mood(Mood::Sound).await;
    let shelf = store.shelf();
    let mut version = None;
    for upkeep in [1, 2, 3] {
        version = Some(store.put(&key("a"), version, &entry(Some(DAY * upkeep))).await.unwrap());
        assert_eq!(shelf.names("due/"), 1);
    }
    store.hasten(&key("a"), version.unwrap(), DAY).await.unwrap();
    assert_eq!(shelf.names("due/"), 1);
    store.put(&key("a"), version, &entry(None)).await.unwrap();
    assert_eq!(shelf.names("due/"), 0);

    let begin = async |mark: u8, ttl| {
        let (lookup, sealed) = (Lookup::from_bytes([mark; 32]), entry(None).sealed);
        store.put_pending(&key("a"), &lookup, &sealed, Sharing::Shared, ttl).await.unwrap();
    };
    begin(1, DAY).await;
    begin(1, DAY * 2).await;
    begin(2, DAY).await;
    assert_eq!((shelf.names("login/"), shelf.names("forget/")), (2, 2));
    advance(&store, DAY * 2).await;
    begin(3, DAY).await;
    assert_eq!((shelf.names("login/"), shelf.names("forget/")), (2, 2), "a day after its end one is forgotten");
    assert_eq!(store.take_pending(&Lookup::from_bytes([1; 32])).await.unwrap(), Taken::Expired);
    assert_eq!(store.take_pending(&Lookup::from_bytes([2; 32])).await.unwrap(), Taken::Unknown);
}

#[tokio::test]
async fn more_than_a_page_is_read_to_its_end() {
    let store = Map::in_mood(Mood::Sound).await;
    for number in 0..600 {
        store.put(&key(&format!("{number:03}")), None, &entry(Some(Duration::ZERO))).await.unwrap();
    }
    assert_eq!(store.list(&Default::default(), None, usize::MAX).await.unwrap().len(), 600);
    assert_eq!(store.list(&Default::default(), Some(&key("009")), 300).await.unwrap()[299].0, key("309"));
    let attempts: Vec<_> = (0..700_u128).map(|number| AttemptId::from_bytes(number.to_be_bytes())).collect();
    let claim = async |attempts| store.claim_due("client", "retail", DAY, attempts, DAY).await.unwrap().len();
    assert_eq!(claim(&attempts[..300]).await, 300, "behind them are the others");
    assert_eq!(claim(&attempts[300..]).await, 300);
    assert_eq!(store.events(0, 2000).await.unwrap().len(), 1200);
    assert_eq!(store.prune(1100).await.unwrap(), 1100);
    assert_eq!(store.events(0, 2000).await.unwrap().len(), 100);
}

#[tokio::test]
async fn what_a_newer_build_wrote_is_left_alone() {
    let store = Map::in_mood(Mood::Sound).await;
    store.put(&key("a"), None, &entry(None)).await.unwrap();
    let shelf = store.shelf().clone();
    let record = |name: &str| shelf.records.lock().unwrap()[name.as_bytes()].clone();
    let set = |name: &str, value: &str| drop(shelf.records.lock().unwrap().insert(name.into(), value.into()));

    let name = format!("account/{}", key("a").joined());
    let row = String::from_utf8(record(&name)).unwrap();
    for newer in [row.replacen('{', r#"{"mood":"fine","#, 1), row.replace("active", "dormant"), "{}".into()] {
        set(&name, &newer);
        assert!(matches!(store.load(&key("a")).await, Err(StoreError::Incompatible(_))), "{newer}");
        assert!(matches!(store.put(&key("a"), None, &entry(None)).await, Err(StoreError::Incompatible(_))), "{newer}");
        assert_eq!(record(&name), newer.as_bytes());
    }
    set("format", "2");
    let error = ShelfStore::open(shelf.clone()).await.unwrap_err();
    assert!(matches!(&error, StoreError::Incompatible(what) if what.contains("\"2\"")), "{error:?}");
    assert_eq!(record("format"), b"2");
}
