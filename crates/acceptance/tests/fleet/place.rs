//! Where a world's store lies: a schema, or a prefix, of its own.

use std::{env, sync::Arc};

use mailgrant_core::{Host, SystemHost};
use mailgrant_storage::{
    KeyRing, Store,
    postgres::{PostgresStore, SchemaName},
    redis::{KeyPrefix, RedisStore},
};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, Connection, PgConnection, raw_sql};

/// Which server a fleet is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Server {
    Postgres,
    Redis,
}

/// A store that nobody else has on its server.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Place {
    server: Server,
    name: String,
}

impl Server {
    fn address(self) -> String {
        let name = match self {
            Self::Postgres => "MAILGRANT_POSTGRES",
            Self::Redis => "MAILGRANT_REDIS",
        };
        env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run this under `cargo xtask with-servers --`"))
    }
}

impl Place {
    pub(crate) fn fresh(server: Server) -> Self {
        let mut bytes = [0; 8];
        SystemHost.random(&mut bytes);
        Self { server, name: format!("fleet_{}", u64::from_ne_bytes(bytes)) }
    }

    pub(crate) async fn store(&self) -> Arc<dyn Store> {
        let address = self.server.address();
        match self.server {
            Server::Postgres => {
                let builder = PostgresStore::builder(&address).unwrap().schema(SchemaName::new(&self.name).unwrap());
                Arc::new(builder.open().await.unwrap())
            }
            Server::Redis => {
                let builder = RedisStore::builder().key_prefix(KeyPrefix::new(&self.name).unwrap());
                Arc::new(builder.open(&address).await.unwrap())
            }
        }
    }

    /// A sealing key that every process has.
    pub(crate) fn ring() -> KeyRing {
        KeyRing::parse(&format!("k {}=", "A".repeat(43))).unwrap()
    }

    pub(crate) async fn remove(&self) {
        let address = self.server.address();
        match self.server {
            Server::Postgres => {
                let mut connection = PgConnection::connect(&address).await.unwrap();
                let sql = format!("DROP SCHEMA {} CASCADE", self.name);
                raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
            }
            Server::Redis => {
                let client = redis::Client::open(address).unwrap();
                let mut connection = client.get_multiplexed_async_connection().await.unwrap();
                let pattern = format!("{}*", self.name);
                let keys: Vec<String> = redis::cmd("KEYS").arg(pattern).query_async(&mut connection).await.unwrap();
                redis::cmd("DEL").arg(keys).exec_async(&mut connection).await.unwrap();
            }
        }
    }
}
