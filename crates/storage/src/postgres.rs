//! A store in PostgreSQL, for a fleet of processes on many machines.

mod claims;
mod columns;
mod events;
mod gates;
mod logins;
mod names;
mod open;
mod rows;
mod schema;
mod server_error;
mod session;
mod store;
#[cfg(test)]
mod tests;

use std::{fmt, time::Duration};

pub use sqlx::PgPool;

use self::{names::Names, session::Session};
pub use self::{names::SchemaName, open::PostgresStoreBuilder, server_error::ServerError};
use crate::StoreError;
pub use crate::table_prefix::TablePrefix;

/// A [`Store`](crate::Store) in a PostgreSQL database, version 13 or later, shared by a fleet.
///
/// Each change is one statement, its event in it: the server commits both or neither, and whoever asks holds no lock
/// and no transaction while it is not being answered, so that a process which freezes on the way holds up nobody. What
/// is not decided by that statement alone is decided by a look at the row before, and only holds if the row is still
/// the one that was looked at; otherwise it is looked at again. The clock is the server's.
///
/// How durable a change is when its verb returns is the server's to say: with `synchronous_commit` off, or after a
/// failover to a replica that is behind, the newest changes can be lost, renewals among them.
///
/// What was erased or replaced stays in the database's files, sealed, until they are vacuumed and overwritten, and in
/// its backups for as long as these are kept.
pub struct PostgresStore {
    pool: PgPool,
    names: Names,
    patience: Duration,
    /// Whether statements in a row may come to different servers, unless they are in one transaction.
    pooled: bool,
}

impl PostgresStore {
    /// Connects to the database at `url` (`postgres://user:password@host/database`), with tables named `mailgrant_*` in
    /// the schema `public`, which are made or migrated if need be.
    ///
    /// # Errors
    ///
    /// As [`PostgresStoreBuilder::open`].
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::builder(url)?.open().await
    }

    /// To connect to the database at `url` with other settings.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unusable`] if it is no address of PostgreSQL.
    pub fn builder(url: &str) -> Result<PostgresStoreBuilder, StoreError> {
        PostgresStoreBuilder::at(url)
    }

    /// To use connections of a pool of one's own, which stays as it is set up.
    pub fn builder_on(pool: PgPool) -> PostgresStoreBuilder {
        PostgresStoreBuilder::on(pool)
    }

    /// The SQL that makes the schema and the tables, for those who let somebody else run it, as one transaction: a store
    /// that finds them makes nothing.
    ///
    /// It ends with a comment that says what a role needs which only uses them.
    #[must_use]
    pub fn ddl(schema: &SchemaName, prefix: &TablePrefix) -> String {
        schema::ddl(&Names::new(schema.clone(), prefix.clone()))
    }

    /// Waits for what is under way, then closes the connections; those of a pool of one's own, too.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    async fn session(&self) -> Result<Session<'_>, StoreError> {
        Session::begin(&self.pool, &self.names, self.patience, self.pooled).await
    }
}

/// Without what it holds.
impl fmt::Debug for PostgresStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PostgresStore").field("names", &self.names).finish_non_exhaustive()
    }
}
