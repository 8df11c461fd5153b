//! What PostgreSQL adds to the promises: a fleet, PgBouncer, servers in trouble.
//!
//! The servers are those of `cargo xtask with-servers`; each store has a schema of its own there.

mod fleet;
mod indexes;
mod opening;
mod order;
mod trouble;

use std::{env, sync::Arc, time::Duration};

use mailgrant_core::{Host, SystemHost};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row as _, raw_sql};

use super::*;
use crate::{AccountKey, AttemptId, Entry, Sealed};

const LEASE: Duration = Duration::from_secs(600);

/// The address of one of the servers that the tests are run beside.
fn server(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run this under `cargo xtask with-servers --`"))
}

fn direct() -> String {
    server("MAILGRANT_POSTGRES")
}

/// A name that nobody else has on the server.
fn unique(what: &str) -> String {
    let mut bytes = [0; 8];
    SystemHost.random(&mut bytes);
    format!("{what}_{}", u64::from_ne_bytes(bytes))
}

fn schema() -> SchemaName {
    SchemaName::new(&unique("test")).unwrap()
}

fn builder(schema: &SchemaName) -> PostgresStoreBuilder {
    PostgresStore::builder(&direct()).unwrap().schema(schema.clone())
}

fn builder_behind_pgbouncer(schema: &SchemaName) -> PostgresStoreBuilder {
    let url = server("MAILGRANT_PGBOUNCER");
    PostgresStore::builder(&url).unwrap().schema(schema.clone()).behind_pgbouncer()
}

async fn fresh() -> Arc<PostgresStore> {
    Arc::new(builder(&schema()).open().await.unwrap())
}

/// A connection that is none of a store's.
async fn connection() -> PgConnection {
    PgConnection::connect(&direct()).await.unwrap()
}

/// Runs SQL beside the store.
async fn beside(store: &PostgresStore, template: &str) {
    raw_sql(store.names.sql(template)).execute(&mut connection().await).await.unwrap();
}

async fn number(store: &PostgresStore, template: &str) -> i64 {
    sqlx::query(store.names.sql(template)).fetch_one(&mut connection().await).await.unwrap().get(0)
}

/// Moves every stored moment back.
async fn advance(store: &PostgresStore, by: Duration) {
    let by = by.as_micros();
    let accounts =
        ["expires_at", "due_at", "upkeep_at", "written_at", "rest_until", "attempt_claimed_at", "attempt_lease_until"]
            .map(|column| format!("{column} = {column} - {by}"))
            .join(", ");
    let script = format!(
        "UPDATE {{at}}accounts SET {accounts}, attempt_replayed_at = attempt_replayed_at - {by};
         UPDATE {{at}}logins SET expires_at = expires_at - {by};
         UPDATE {{at}}gates SET until = until - {by};"
    );
    beside(store, &script).await;
}

fn key(account: &str) -> AccountKey {
    AccountKey::new("tenant", "getresponse", account).unwrap()
}

fn attempt() -> AttemptId {
    AttemptId::draw(&SystemHost)
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

    crate::conformance!((fresh().await, ()), advance);
}

#[cfg(feature = "conformance")]
mod promises_behind_pgbouncer {
    use super::*;

    crate::conformance!((Arc::new(builder_behind_pgbouncer(&schema()).open().await.unwrap()), ()), advance);
}

#[cfg(feature = "conformance")]
mod promises_of_two_processes {
    use super::*;
    use crate::apart::{self, Apart};

    /// One connects directly, the other through PgBouncer.
    async fn fresh() -> Arc<Apart<PostgresStore>> {
        if let Some(schema) = apart::place() {
            let schema = SchemaName::new(schema.to_str().unwrap()).unwrap();
            apart::serve(builder_behind_pgbouncer(&schema).open().await.unwrap());
        }
        let schema = schema();
        Arc::new(Apart::new(builder(&schema).open().await.unwrap(), schema.as_str()))
    }

    crate::conformance!((fresh().await, ()), async |apart: &Apart<PostgresStore>, by| advance(&apart.here, by).await);
}
