//! What SQLite adds to the promises: one file, several processes, full disks, dropped futures.

mod changes;
mod file;
mod trouble;
mod unwritable;

use std::{sync::Arc, time::Duration};

use sqlx::raw_sql;
use tempfile::TempDir;

use super::{SqliteStore, TablePrefix};
use crate::{AccountKey, Entry, Sealed};

async fn fresh() -> (Arc<SqliteStore>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("grants.db")).await.unwrap();
    (Arc::new(store), folder)
}

/// Moves every stored moment back.
async fn advance(store: &SqliteStore, by: Duration) {
    let by = by.as_millis();
    let accounts =
        ["expires_at", "due_at", "upkeep_at", "written_at", "rest_until", "attempt_claimed_at", "attempt_lease_until"]
            .map(|column| format!("{column} = {column} - {by}"))
            .join(", ");
    let script = format!(
        "UPDATE {{prefix}}accounts SET {accounts}, attempt_replayed_at = attempt_replayed_at - {by};
         UPDATE {{prefix}}logins SET expires_at = expires_at - {by};
         UPDATE {{prefix}}gates SET until = until - {by};"
    );
    raw_sql(store.prefix.sql(&script)).execute(&store.writer).await.unwrap();
}

fn key(account: &str) -> AccountKey {
    AccountKey::new("tenant", "getresponse", account).unwrap()
}

fn entry(bytes: &[u8]) -> Entry {
    Entry {
        sealed: Sealed { key_id: "key".into(), bytes: bytes.into() },
        client_key: "client".into(),
        environment: "retail".into(),
        expires_in: None,
        due_in: Some(Duration::ZERO),
        upkeep_in: Some(Duration::ZERO),
        remark: None,
    }
}

#[cfg(feature = "conformance")]
mod promises {
    use super::*;

    crate::conformance!(fresh().await, advance);
}

#[cfg(feature = "conformance")]
mod promises_of_two_processes {
    use super::*;
    use crate::apart::{self, Apart};

    async fn fresh() -> (Arc<Apart<SqliteStore>>, TempDir) {
        if let Some(path) = apart::place() {
            apart::serve(SqliteStore::open(path).await.unwrap());
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("grants.db");
        (Arc::new(Apart::new(SqliteStore::open(&path).await.unwrap(), path)), folder)
    }

    crate::conformance!(fresh().await, async |apart: &Apart<SqliteStore>, by| advance(&apart.here, by).await);
}
