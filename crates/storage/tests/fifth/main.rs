//! A backend that is not ours: the one that `docs/adding-a-store.md` walks through.
#![cfg(feature = "conformance")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

pub mod redb_shelf;

use std::{path::Path, sync::Arc, time::Duration};

use mailgrant_core::SystemHost;
use mailgrant_storage::{
    AccountKey, AttemptId, Claim, Entry, EventKind, Filter, Purpose, Sealed, Status, Store, StoreError, Version,
    conformance,
};
use redb_shelf::{RedbShelf, RedbStore};
use tempfile::TempDir;

mod promises {
    use super::*;

    async fn fresh() -> (Arc<RedbStore>, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let store = RedbShelf::open(&folder.path().join("grants.redb"), SystemHost::shared()).await.unwrap();
        (Arc::new(store), folder)
    }

    conformance!(fresh().await, async |store: &RedbStore, by| store.shelf().advance(by));
}

async fn open(path: &Path) -> Result<RedbStore, StoreError> {
    RedbShelf::open(path, SystemHost::shared()).await
}

#[tokio::test]
async fn what_was_answered_is_there_when_the_file_is_opened_again() {
    const LEASE: Duration = Duration::from_secs(3600);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grants.redb");
    let key = AccountKey::new("tenant", "getresponse", "main").unwrap();
    let attempt = AttemptId::from_bytes([7; 16]);
    let entry = Entry {
        sealed: Sealed { key_id: "key".into(), bytes: vec![1, 2, 3] },
        client_key: "client".into(),
        environment: "retail".into(),
        expires_in: None,
        due_in: None,
        upkeep_in: Some(Duration::ZERO),
        remark: None,
    };

    let store = open(&path).await.unwrap();
    store.put(&key, None, &entry).await.unwrap();
    let claim = store.claim(&key, &attempt, LEASE, Version::FIRST, Purpose::Renew).await.unwrap();
    assert_eq!(claim, Claim::Granted);
    drop(store);

    let store = open(&path).await.unwrap();
    let row = store.load(&key).await.unwrap().unwrap();
    assert_eq!((row.version, row.status, row.sealed), (Version::FIRST, Status::Active, Some(entry.sealed)));
    assert!(row.attempt.is_some_and(|open| open.id == attempt && open.lease.is_some()));
    assert_eq!(store.list(&Filter::default(), None, 9).await.unwrap().len(), 1);
    let events = store.events(0, 9).await.unwrap();
    assert_eq!(events.iter().map(|event| event.kind).collect::<Vec<_>>(), [EventKind::Connected, EventKind::Claimed]);

    store.shelf().advance(LEASE * 2);
    let due = store.claim_due("client", "retail", Duration::ZERO, &[AttemptId::from_bytes([8; 16])], LEASE).await;
    assert_eq!(due.unwrap()[0].before.as_ref().map(|before| before.id), Some(attempt));
    assert!(store.events(events[1].id, 9).await.unwrap().len() == 1, "ids go on where they were");
}

#[tokio::test]
async fn one_at_a_time_has_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grants.redb");
    let store = open(&path).await.unwrap();
    assert!(matches!(open(&path).await, Err(StoreError::Unavailable(_))));
    drop(store);
    open(&path).await.unwrap();
    std::fs::write(folder.path().join("notes"), "no file of redb's").unwrap();
    assert!(matches!(open(&folder.path().join("notes")).await, Err(StoreError::Unusable(_))));
}
