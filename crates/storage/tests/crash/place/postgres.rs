//! A schema on the PostgreSQL of `cargo xtask with-servers`.

use mailgrant_storage::{
    StoreError,
    postgres::{PostgresStore, SchemaName},
};
use sqlx::{Connection, PgConnection, query_scalar};

use super::{PATIENCE, Who, await_that, server};

/// A child's sessions have the name of the schema.
pub(super) async fn open(schema: &str, who: Who, in_transactions: bool) -> Result<PostgresStore, StoreError> {
    let url = match who {
        Who::Child => format!("{}?application_name={schema}", url()),
        Who::Test => url(),
    };
    let schema = SchemaName::new(schema).unwrap();
    let builder = PostgresStore::builder(&url)?.schema(schema).patience(PATIENCE).max_connections(3);
    if in_transactions { builder.behind_pgbouncer() } else { builder }.open().await
}

pub(super) async fn bury(schema: &str) {
    let mut connection = PgConnection::connect(&url()).await.unwrap();
    await_that(async || {
        let sql = "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = $1)";
        query_scalar(sql).bind(schema).fetch_one(&mut connection).await.unwrap()
    })
    .await;
    connection.close().await.unwrap();
}

pub(super) async fn things(schema: &str) -> i64 {
    let mut connection = PgConnection::connect(&url()).await.unwrap();
    let sql = "SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = $1";
    let things = query_scalar(sql).bind(schema).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    things
}

fn url() -> String {
    server("MAILGRANT_POSTGRES")
}
