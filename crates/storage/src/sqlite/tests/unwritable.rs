//! What nobody can write just now: each change fails whole, with a typed error, until it can be made again.

use sqlx::{AssertSqlSafe, Connection, SqliteConnection, raw_sql, sqlite::SqliteConnectOptions};

use super::{
    changes::{Change, Ready},
    *,
};
use crate::StoreError;

/// Enough of any change to fill the pages that are there.
const MANY: u8 = 60;

#[tokio::test(flavor = "multi_thread")]
async fn each_change_of_a_full_file_is_made_whole_or_not_at_all() {
    for change in Change::ALL {
        let (store, _folder) = fresh().await;
        set(&store, "synchronous = OFF").await;
        let mut changes = Vec::new();
        for number in 0..MANY {
            changes.push(Ready::prepare(&store, change, number).await);
        }
        let mut refused = Vec::new();
        for ready in changes {
            // As many as there are. The connection that failed may have been replaced by one without this limit.
            set(&store, "synchronous = OFF; PRAGMA max_page_count = 1").await;
            let before = ready.seen(&store).await;
            match ready.make(&store).await {
                Ok(made) => assert!(made, "{change:?}"),
                Err(error) => {
                    assert!(is_unavailable(&error, "full"), "{change:?}: {error:?}");
                    assert_eq!(ready.seen(&store).await, before, "{change:?}");
                    refused.push(ready);
                }
            }
        }
        assert_eq!(!refused.is_empty(), change.takes_room(), "{change:?}: {} were refused", refused.len());
        set(&store, "max_page_count = 1000000").await;
        for ready in refused {
            assert!(ready.make(&store).await.unwrap(), "{change:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_change_of_a_file_that_can_only_be_read_is_refused() {
    let (store, _folder) = fresh().await;
    for change in Change::ALL {
        let ready = Ready::prepare(&store, change, 0).await;
        // What SQLite answers for a file without permission to write, which a test run by root has.
        set(&store, "query_only = ON").await;
        let before = ready.seen(&store).await;
        let error = ready.make(&store).await.unwrap_err();
        assert!(is_unavailable(&error, "readonly"), "{change:?}: {error:?}");
        assert_eq!(ready.seen(&store).await, before, "{change:?}");
        set(&store, "query_only = OFF").await;
        assert!(ready.make(&store).await.unwrap(), "{change:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_change_of_a_locked_file_is_refused_in_time() {
    let (_, folder) = fresh().await;
    let path = folder.path().join("grants.db");
    let store = SqliteStore::builder(&path).patience(Duration::from_millis(50)).open().await.unwrap();
    let mut other = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(&path)).await.unwrap();
    for change in Change::ALL {
        let ready = Ready::prepare(&store, change, 0).await;
        let lock = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
        let before = ready.seen(&store).await;
        let error = ready.make(&store).await.unwrap_err();
        assert!(is_unavailable(&error, "locked"), "{change:?}: {error:?}");
        assert_eq!(ready.seen(&store).await, before, "{change:?}");
        lock.rollback().await.unwrap();
        assert!(ready.make(&store).await.unwrap(), "{change:?}");
    }
}

/// With this word in what is told, so that it is this trouble and no other.
fn is_unavailable(error: &StoreError, why: &str) -> bool {
    matches!(error, StoreError::Unavailable(source) if source.to_string().contains(why))
}

async fn set(store: &SqliteStore, pragma: &str) {
    raw_sql(AssertSqlSafe(format!("PRAGMA {pragma}"))).execute(&store.writer).await.unwrap();
}
