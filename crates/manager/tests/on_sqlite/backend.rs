//! The backend of these tests: a file, whose stored moments are moved back when time is to pass.

use std::{sync::Arc, time::Duration};

use mailgrant_storage::{Store, sqlite::SqliteStore};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection, raw_sql};
use tempfile::TempDir;

use crate::world::ShiftedHost;

pub(crate) struct Backend {
    pub(crate) store: Arc<dyn Store>,
    folder: TempDir,
}

impl Backend {
    pub(crate) async fn fresh(_: &ShiftedHost) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path().join("accounts.db")).await.unwrap();
        Self { store: Arc::new(store), folder }
    }

    /// As another process would.
    pub(crate) async fn advance(&self, by: Duration) {
        let by = by.as_millis();
        let moments = [
            "expires_at",
            "due_at",
            "upkeep_at",
            "written_at",
            "rest_until",
            "attempt_claimed_at",
            "attempt_lease_until",
            "attempt_replayed_at",
        ];
        let moments = moments.map(|column| format!("{column} = {column} - {by}")).join(", ");
        let script = format!(
            "BEGIN IMMEDIATE;
             UPDATE mailgrant_accounts SET {moments};
             UPDATE mailgrant_logins SET expires_at = expires_at - {by};
             UPDATE mailgrant_gates SET until = until - {by};
             COMMIT;"
        );
        let file = format!("sqlite://{}", self.folder.path().join("accounts.db").display());
        let mut connection = SqliteConnection::connect(&file).await.unwrap();
        raw_sql(AssertSqlSafe(script)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}
