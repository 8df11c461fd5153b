//! Opening a store on a server.

#[cfg(any(feature = "postgres", feature = "redis"))]
use mailgrant_core::{Error, secrecy::ExposeSecret};
#[cfg(any(feature = "postgres", feature = "redis"))]
use mailgrant_storage::StoreError;
#[cfg(feature = "postgres")]
use mailgrant_storage::postgres::{PostgresStore, SchemaName};
#[cfg(feature = "redis")]
use mailgrant_storage::redis::RedisStore;
use mailgrant_storage::{KeyRing, Vault};

use super::address::{Server, ServerKind};
#[cfg(not(all(feature = "postgres", feature = "redis")))]
use crate::exit::Exit;
use crate::exit::Stop;

impl Server {
    pub(super) fn expect_built_in(&self) -> Result<(), Stop> {
        match self.kind {
            #[cfg(feature = "postgres")]
            ServerKind::Postgres => Ok(()),
            #[cfg(feature = "redis")]
            ServerKind::Redis => Ok(()),
            #[cfg(not(all(feature = "postgres", feature = "redis")))]
            kind => Err(not_built_in(kind)),
        }
    }

    /// Opens it; what is missing there is made, if it `migrates`.
    #[cfg_attr(
        any(feature = "postgres", feature = "redis"),
        expect(clippy::disallowed_methods, reason = "door: the server's address, into what connects to it")
    )]
    #[cfg_attr(
        not(any(feature = "postgres", feature = "redis")),
        expect(clippy::unused_async, reason = "no server is built in")
    )]
    pub(super) async fn open(
        &self,
        ring: KeyRing,
        #[cfg_attr(not(feature = "postgres"), expect(unused_variables, reason = "no other one has a schema"))]
        migrates: bool,
    ) -> Result<Vault, Stop> {
        match self.kind {
            #[cfg(feature = "postgres")]
            ServerKind::Postgres => {
                let builder = PostgresStore::builder(self.url.expose_secret()).map_err(|error| self.stop(error))?;
                let builder = builder.schema(self.schema()?).table_prefix(self.naming.table_prefix()?);
                let builder = if migrates { builder } else { builder.without_migrating() };
                let builder = if self.naming.pgbouncer { builder.behind_pgbouncer() } else { builder };
                match builder.open().await {
                    Ok(store) => Ok(Vault::new(store, ring)),
                    Err(error) => Err(self.stop(error)),
                }
            }
            #[cfg(feature = "redis")]
            ServerKind::Redis => {
                let builder = RedisStore::builder().key_prefix(self.naming.key_prefix()?);
                match builder.open(self.url.expose_secret()).await {
                    Ok(store) => Ok(Vault::new(store, ring)),
                    Err(error) => Err(self.stop(error)),
                }
            }
            #[cfg(not(all(feature = "postgres", feature = "redis")))]
            kind => {
                drop(ring);
                Err(not_built_in(kind))
            }
        }
    }

    /// The SQL that makes its schema; `None` where there is no such thing.
    pub(crate) fn ddl(&self) -> Result<Option<String>, Stop> {
        match self.kind {
            #[cfg(feature = "postgres")]
            ServerKind::Postgres => Ok(Some(PostgresStore::ddl(&self.schema()?, &self.naming.table_prefix()?))),
            #[cfg(not(feature = "postgres"))]
            ServerKind::Postgres => Err(not_built_in(self.kind)),
            ServerKind::Redis => Ok(None),
        }
    }

    #[cfg(feature = "postgres")]
    fn schema(&self) -> Result<SchemaName, Error> {
        self.naming.schema.as_deref().map_or_else(|| Ok(SchemaName::default()), SchemaName::new)
    }

    /// Host with database, for people.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Where it is, with what it or the way to it says.
    #[cfg(any(feature = "postgres", feature = "redis"))]
    fn stop(&self, error: StoreError) -> Stop {
        let why = std::error::Error::source(&error).map(ToString::to_string);
        let stop = Stop::from(Error::from(error)).coming_to(&self.name);
        match why {
            Some(why) => stop.next(format!("the reason: {why}")),
            None => stop,
        }
    }
}

#[cfg(not(all(feature = "postgres", feature = "redis")))]
fn not_built_in(kind: ServerKind) -> Stop {
    let (name, feature) = match kind {
        ServerKind::Postgres => ("PostgreSQL", "postgres"),
        ServerKind::Redis => ("Redis", "redis"),
    };
    Stop::new(Exit::Configuration, format!("this build of mailgrant has no store on {name}"))
        .next(format!("build it with `--features {feature}`"))
}
