//! A file of SQLite.

use std::path::Path;

use mailgrant_storage::{StoreError, sqlite::SqliteStore};
use sqlx::{Connection, SqliteConnection, query_scalar, sqlite::SqliteConnectOptions};

use super::PATIENCE;

pub(super) async fn open(path: &str) -> Result<SqliteStore, StoreError> {
    SqliteStore::builder(path).patience(PATIENCE).open().await
}

pub(super) async fn things(path: &str) -> i64 {
    if !Path::new(path).exists() {
        return 0;
    }
    let options = SqliteConnectOptions::new().filename(path);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let things = query_scalar("SELECT count(*) FROM sqlite_schema").fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    things
}
