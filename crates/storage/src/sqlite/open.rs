//! Opening the file.

use std::{
    fs::OpenOptions,
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use sqlx::{
    ConnectOptions, Connection,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous},
};

use super::{
    SqliteStore,
    columns::unavailable,
    schema::{self, TablePrefix},
};
use crate::StoreError;

/// How to open a [`SqliteStore`]; made by [`SqliteStore::builder`].
#[derive(Clone, Debug)]
#[must_use = "it opens nothing until `open`"]
pub struct SqliteStoreBuilder {
    path: PathBuf,
    prefix: TablePrefix,
    patience: Duration,
}

impl SqliteStoreBuilder {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.into(), prefix: TablePrefix::default(), patience: Duration::from_secs(10) }
    }

    /// What the names of the tables begin with, so that several stores, or other tables, share the file.
    pub fn table_prefix(mut self, prefix: TablePrefix) -> Self {
        self.prefix = prefix;
        self
    }

    /// How long to wait for another process's change before [`StoreError::Unavailable`]; 10 seconds unless
    /// told otherwise.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Opens the file. A missing one is made, readable by its owner only.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unusable`] if the file cannot be made, or is none of SQLite's;
    /// [`StoreError::Unavailable`] if it cannot be opened or written now;
    /// [`StoreError::Incompatible`] if a newer build made its tables, which are left as they are.
    pub async fn open(self) -> Result<SqliteStore, StoreError> {
        make_missing(&self.path).map_err(|error| StoreError::Unusable(error.into()))?;
        let options = SqliteConnectOptions::new()
            .filename(&self.path)
            .busy_timeout(self.patience)
            .synchronous(SqliteSynchronous::Full)
            .pragma("secure_delete", "ON")
            .pragma("temp_store", "MEMORY")
            .disable_statement_logging();
        let mut first = options.connect().await.map_err(unusable)?;
        let prepared = schema::prepare(&mut first, &self.prefix).await;
        let closed = first.close().await.map_err(unavailable);
        prepared.and(closed)?;
        let pool = |connections| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                // In line behind a change that itself waits for another process.
                .acquire_timeout(self.patience.saturating_mul(3))
                .after_release(|connection, _| {
                    Box::pin(async move {
                        // A rollback that was asked for by a dropped future comes first. A full disk makes
                        // SQLite roll back by itself, which leaves the driver counting on a transaction.
                        connection.ping().await?;
                        Ok(!connection.is_in_transaction())
                    })
                })
        };
        Ok(SqliteStore {
            writer: pool(1).connect_lazy_with(options.clone()),
            readers: pool(4).connect_lazy_with(options.pragma("query_only", "ON")),
            prefix: self.prefix,
        })
    }
}

/// What no waiting cures: a file that cannot be opened (14), or is no database (26).
fn unusable(error: sqlx::Error) -> StoreError {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    match code.as_deref() {
        Some("14" | "26") => StoreError::Unusable(error.into()),
        _ => unavailable(error),
    }
}

/// Made before SQLite sees it, for its mode; the files that SQLite puts beside it take the same.
fn make_missing(path: &Path) -> io::Result<()> {
    // Closing a file gives up this process's locks on it, those of SQLite included: nobody in this process
    // may have it open yet, and whoever wants to comes through here first.
    static MAKING: Mutex<()> = Mutex::new(());
    let _making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
