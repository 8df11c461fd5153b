//! What was stored in format 1 loads for ever, from each backend as 0.1 left it there.
//!
//! The dumps are never written anew: a build that cannot read them would strand whoever has such rows.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]
#![expect(clippy::disallowed_methods, reason = "a test looks at what was opened")]

mod story;

use std::env;

use base64::{Engine, engine::general_purpose::STANDARD};
use mailgrant_core::{Host, SystemHost};
use mailgrant_storage::{
    postgres::{PostgresStore, SchemaName},
    redis::{KeyPrefix, RedisStore},
    sqlite::SqliteStore,
};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection, raw_sql};

#[tokio::test]
async fn rows_of_format_1_load_from_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grants.db");
    let url = format!("sqlite://{}?mode=rwc", path.display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    raw_sql(include_str!("sqlite.sql")).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    story::holds(SqliteStore::open(&path).await.unwrap()).await;
}

#[tokio::test]
async fn rows_of_format_1_load_from_postgres() {
    let url = server("MAILGRANT_POSTGRES");
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let schema = unique("golden");
    let dump = include_str!("postgres.sql").replace("golden.", &format!("{schema}."));
    let dump = dump.replace("CREATE SCHEMA golden;", &format!("CREATE SCHEMA {schema};"));
    raw_sql(AssertSqlSafe(dump)).execute(&mut connection).await.unwrap();
    let builder = PostgresStore::builder(&url).unwrap().schema(SchemaName::new(&schema).unwrap());
    story::holds(builder.open().await.unwrap()).await;
    raw_sql(AssertSqlSafe(format!("DROP SCHEMA {schema} CASCADE"))).execute(&mut connection).await.unwrap();
}

#[tokio::test]
async fn rows_of_format_1_load_from_redis() {
    const DUMPED: &str = "golden-1:";
    let url = server("MAILGRANT_REDIS");
    let mut connection = redis::Client::open(url.as_str()).unwrap().get_multiplexed_async_connection().await.unwrap();
    let prefix = unique("golden") + ":";
    for line in include_str!("redis.jsonl").lines() {
        let words: Vec<Value> = serde_json::from_str(line).unwrap();
        let mut command = redis::Cmd::new();
        for word in words {
            let bytes = match &word {
                Value::String(text) => text.clone().into_bytes(),
                word => STANDARD.decode(word["base64"].as_str().unwrap()).unwrap(),
            };
            // Names of keys are texts, whatever is in them; what is sealed begins with none of them.
            let text = str::from_utf8(&bytes).ok().filter(|text| text.starts_with(DUMPED));
            command.arg(text.map_or_else(|| bytes.clone(), |text| text.replace(DUMPED, &prefix).into_bytes()));
        }
        let () = command.query_async(&mut connection).await.unwrap();
    }
    let store = RedisStore::builder().key_prefix(KeyPrefix::new(&prefix).unwrap());
    story::holds(store.open(&url).await.unwrap()).await;
}

fn server(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run this under `cargo xtask with-servers --`"))
}

/// A name that nobody else has on the server.
fn unique(what: &str) -> String {
    let mut bytes = [0; 8];
    SystemHost.random(&mut bytes);
    format!("{what}_{}", u64::from_ne_bytes(bytes))
}
