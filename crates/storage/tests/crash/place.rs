//! Where a store is that somebody is killed at: opened by the child, then by the test.

mod postgres;
mod redis;
mod sqlite;

use std::time::Duration;

use mailgrant_core::{Host, SystemHost};
use mailgrant_storage::{Store, StoreError, postgres::PostgresStore, redis::RedisStore, sqlite::SqliteStore};
use tempfile::TempDir;

/// How long anything is waited for: no lock, no connection of the dead may last as long.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
    PostgresInTransactions,
    Redis,
}

/// Who opens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// The server knows its connections from those of others.
    Child,
    Test,
}

pub(crate) struct Place {
    kind: Kind,
    /// A path, a schema or a prefix of keys.
    address: String,
    /// Goes with it.
    _folder: Option<TempDir>,
}

impl Place {
    /// Where no store is yet.
    pub(crate) fn fresh(kind: Kind) -> Self {
        if let Kind::Sqlite = kind {
            // What was written is the kernel's when a process is killed, so it need not wait for a disk.
            let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
            let address = folder.path().join("grants.db").to_str().unwrap().to_owned();
            return Self { kind, address, _folder: Some(folder) };
        }
        let mut bytes = [0; 8];
        SystemHost.random(&mut bytes);
        let place = Self::at(kind, format!("crash_{}", u64::from_ne_bytes(bytes)));
        if let Kind::Redis = kind {
            redis::admit(&place.address);
        }
        place
    }

    pub(crate) const fn at(kind: Kind, address: String) -> Self {
        Self { kind, address, _folder: None }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) async fn open(&self, who: Who) -> Result<Opened, StoreError> {
        match self.kind {
            Kind::Sqlite => sqlite::open(&self.address).await.map(Opened::Sqlite),
            Kind::Postgres => postgres::open(&self.address, who, false).await.map(Opened::Postgres),
            Kind::PostgresInTransactions => postgres::open(&self.address, who, true).await.map(Opened::Postgres),
            Kind::Redis => redis::open(&self.address, who).await.map(Opened::Redis),
        }
    }

    /// Waits until the server is through with what the dead child had sent, and has noticed that it is dead.
    pub(crate) async fn bury(&self) {
        match self.kind {
            // Its locks were the kernel's, and are gone with it.
            Kind::Sqlite => {}
            Kind::Postgres | Kind::PostgresInTransactions => postgres::bury(&self.address).await,
            Kind::Redis => redis::bury(&self.address).await,
        }
    }

    /// How many tables, indexes and the like there are.
    pub(crate) async fn things(&self) -> i64 {
        match self.kind {
            Kind::Sqlite => sqlite::things(&self.address).await,
            Kind::Postgres | Kind::PostgresInTransactions => postgres::things(&self.address).await,
            Kind::Redis => redis::things(&self.address),
        }
    }
}

/// A store that is open in this process.
pub(crate) enum Opened {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
    Redis(RedisStore),
}

impl Opened {
    pub(crate) fn store(&self) -> &dyn Store {
        match self {
            Self::Sqlite(store) => store,
            Self::Postgres(store) => store,
            Self::Redis(store) => store,
        }
    }

    pub(crate) async fn close(self) {
        match self {
            Self::Sqlite(store) => store.close().await,
            Self::Postgres(store) => store.close().await,
            Self::Redis(_) => {}
        }
    }
}

fn server(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run this under `cargo xtask with-servers --`"))
}

/// Asks again and again, for as long as anything is waited for.
async fn await_that(mut gone: impl AsyncFnMut() -> bool) {
    let began = SystemHost.monotonic();
    while !gone().await {
        assert!(SystemHost.monotonic() - began < PATIENCE, "the server still holds what the dead process had");
        SystemHost.sleep(Duration::from_millis(1)).await;
    }
}
