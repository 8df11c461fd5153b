//! A store in one SQLite file, for several processes on one machine.

mod columns;
mod events;
mod gates;
mod logins;
mod open;
mod rows;
mod schema;
mod store;
#[cfg(test)]
mod tests;

use std::{fmt, path::Path};

use sqlx::{Sqlite, SqlitePool, Transaction};

use self::columns::unavailable;
pub use self::{open::SqliteStoreBuilder, schema::TablePrefix};
use crate::{StoreError, rules::Moment};

/// A [`Store`](crate::Store) in one SQLite file: durable, and shared by the processes of one machine.
///
/// Every change is on disk, its event with it, before its verb returns (`synchronous=FULL`). A future that
/// is dropped on the way changes nothing or everything. The clock is SQLite's, which is the machine's.
///
/// What is erased is overwritten (`secure_delete`), and an erasure empties the write-ahead log, unless somebody reads
/// just then; so does a change of the sealing key, for what the old one sealed. What a renewal replaced may lie in the
/// log, sealed and spent, until the next checkpoint. Do not put the file on a network file system: its locks do not
/// hold there.
///
/// It links SQLite, which a program can do once: a rusqlite of the program's own has to be 0.39, or to be done without
/// this feature.
pub struct SqliteStore {
    /// One connection, so that the changes of this process wait in line instead of for SQLite's lock.
    writer: SqlitePool,
    readers: SqlitePool,
    prefix: TablePrefix,
}

impl SqliteStore {
    /// Opens the file at `path`, made if it is missing, with tables named `mailgrant_*`.
    ///
    /// # Errors
    ///
    /// As [`SqliteStoreBuilder::open`].
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::builder(path).open().await
    }

    /// To open the file at `path` with other settings.
    pub fn builder(path: impl AsRef<Path>) -> SqliteStoreBuilder {
        SqliteStoreBuilder::new(path.as_ref())
    }

    /// The SQL that makes the tables, for those who let somebody else run it: a store that finds them
    /// makes nothing.
    #[must_use]
    pub fn ddl(prefix: &TablePrefix) -> String {
        schema::ddl(prefix)
    }

    /// Waits for what is under way, then closes the file.
    ///
    /// Not needed for durability; it brings the write-ahead log into the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// Brings the log into the file, where what was erased is overwritten, and empties it: a log that goes on lying
    /// there would hold the erased pages. A reader in the way only puts it off until the next erasure or checkpoint.
    async fn forget_log(&self) {
        let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.writer).await;
    }

    /// Holds the file's write lock from the start: a lock taken for reading and raised later could deadlock.
    async fn begin(&self) -> Result<(Transaction<'static, Sqlite>, Moment), StoreError> {
        let mut change = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(unavailable)?;
        let now: i64 =
            sqlx::query_scalar(self.prefix.sql("SELECT {now}")).fetch_one(&mut *change).await.map_err(unavailable)?;
        Ok((change, columns::moment(now)))
    }
}

/// Without what it holds.
impl fmt::Debug for SqliteStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SqliteStore").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
