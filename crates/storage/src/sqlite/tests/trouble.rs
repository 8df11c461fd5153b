//! Trouble: dropped futures, locks, full disks, files that cannot be written.

use std::{
    error::Error as _,
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use sqlx::{AssertSqlSafe, Connection, SqliteConnection, raw_sql, sqlite::SqliteConnectOptions};

use super::*;
use crate::{Store, StoreError, Version};

/// Polls `future` at most `times` times, then drops it where it stands.
async fn abandon<T>(future: impl Future<Output = T>, times: usize) -> Option<T> {
    let mut future = pin!(future);
    for _ in 0..times {
        if let Poll::Ready(answer) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return Some(answer);
        }
        tokio::task::yield_now().await;
        std::thread::yield_now();
    }
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_future_changes_all_or_nothing_and_frees_the_connection() {
    let (store, _folder) = fresh().await;
    let mut finished = 0;
    for times in 1..250 {
        let key = key(&times.to_string());
        let answer = abandon(store.put(&key, None, &entry(b"sealed")), times).await;
        // The same connection serves whoever comes next, and shows what the dropped one left.
        let other = AccountKey::new("tenant", "other", key.account()).unwrap();
        store.put(&other, None, &entry(b"sealed")).await.unwrap();
        let row = store.load(&key).await.unwrap();
        let of_key = store.events(0, usize::MAX).await.unwrap().into_iter().filter(|event| event.key == key).count();
        assert_eq!(of_key, usize::from(row.is_some()), "a row and its event come together");
        if let Some(answer) = answer {
            assert_eq!((answer.unwrap(), row.unwrap().version), (Version::FIRST, Version::FIRST));
            finished += 1;
        }
    }
    assert!(finished < 249, "or nothing was ever dropped");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_not_freed_in_time_is_unavailable() {
    let (_, folder) = fresh().await;
    let path = folder.path().join("grants.db");
    let store = SqliteStore::builder(&path).patience(Duration::from_millis(1)).open().await.unwrap();
    let mut other = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(&path)).await.unwrap();
    let lock = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let mut impatient = StoreError::Incompatible(String::new());
    for _ in 0..3 {
        impatient = store.put(&key("main"), None, &entry(b"a payload")).await.unwrap_err();
        assert!(matches!(impatient, StoreError::Unavailable(_)), "{impatient:?}");
    }
    assert!(!format!("{impatient:?} {}", impatient.source().unwrap()).contains("payload"));
    assert_eq!(store.load(&key("main")).await.unwrap(), None, "readers do not wait");
    lock.rollback().await.unwrap();
    store.put(&key("main"), None, &entry(b"a payload")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_unavailable_until_there_is_room() {
    let (store, _folder) = fresh().await;
    pragma(&store, "max_page_count = 1").await;
    let large = entry(&b"payload ".repeat(100_000));
    let full = store.put(&key("large"), None, &large).await.unwrap_err();
    assert!(matches!(full, StoreError::Unavailable(_)), "{full:?}");
    let words = format!("{full:?} {}", full.source().unwrap());
    assert!(words.contains("full") && !words.contains("payload"), "{words}");

    // The connection that failed may have been replaced by one without this limit.
    pragma(&store, "max_page_count = 1000000").await;
    assert_eq!(store.put(&key("large"), None, &large).await.unwrap(), Version::FIRST);
    assert_eq!(store.events(0, 10).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn f25_a_file_that_cannot_be_written_is_unavailable_and_still_read() {
    let (store, _folder) = fresh().await;
    store.put(&key("main"), None, &entry(b"sealed")).await.unwrap();
    // What SQLite answers for a file without permission to write, which a test run by root has.
    pragma(&store, "query_only = ON").await;
    let refused = store.put(&key("other"), None, &entry(b"sealed")).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
    assert!(store.load(&key("main")).await.unwrap().is_some());
    pragma(&store, "query_only = OFF").await;
    store.put(&key("other"), None, &entry(b"sealed")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_opened_is_unusable() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("missing").join("grants.db")] {
        assert!(matches!(SqliteStore::open(path).await, Err(StoreError::Unusable(_))));
    }
    let text = folder.path().join("letter.txt");
    std::fs::write(&text, "Dear Sir or Madam, this is no database. ".repeat(30)).unwrap();
    assert!(matches!(SqliteStore::open(&text).await, Err(StoreError::Unusable(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_a_newer_build_is_incompatible() {
    let (store, _folder) = fresh().await;
    store.put(&key("main"), None, &entry(b"sealed")).await.unwrap();
    raw_sql(
        store.prefix.sql("UPDATE {prefix}accounts SET status = 'frozen'; UPDATE {prefix}events SET kind = 'thawed'"),
    )
    .execute(&store.writer)
    .await
    .unwrap();
    assert!(matches!(store.load(&key("main")).await, Err(StoreError::Incompatible(_))));
    assert!(matches!(store.events(0, 1).await, Err(StoreError::Incompatible(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_store_is_unavailable() {
    let (store, _folder) = fresh().await;
    store.close().await;
    assert!(matches!(store.load(&key("main")).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.put(&key("main"), None, &entry(b"sealed")).await, Err(StoreError::Unavailable(_))));
}

async fn pragma(store: &SqliteStore, pragma: &str) {
    raw_sql(AssertSqlSafe(format!("PRAGMA {pragma}"))).execute(&store.writer).await.unwrap();
}
