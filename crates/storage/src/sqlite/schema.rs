//! The tables: their names, their making, their migration.

use sqlx::{AssertSqlSafe, Connection, SqliteConnection, query_scalar, raw_sql};

use super::columns::{NOW, unavailable};
use crate::StoreError;
pub use crate::table_prefix::TablePrefix;

/// In order; the schema's version is how many of them have run. One that was released never changes.
const MIGRATIONS: &[&str] = &[include_str!("../../migrations/sqlite/0001_accounts_logins_gates_events.sql")];

/// Bounds the wait for other processes that open the same new file; each round waits for SQLite's lock.
const WAL_ROUNDS: usize = 64;

impl TablePrefix {
    /// `template` with this prefix and the store's clock in it: nothing else ever enters SQL as text.
    pub(super) fn sql(&self, template: &str) -> AssertSqlSafe<String> {
        AssertSqlSafe(template.replace("{prefix}", self.as_str()).replace("{now}", NOW))
    }
}

/// What [`prepare`] would run on an empty file.
pub(super) fn ddl(prefix: &TablePrefix) -> String {
    let mut script = format!("{}\n", prefix.sql(VERSION_TABLE).0);
    for migration in MIGRATIONS {
        script.push_str(&prefix.sql(migration).0);
    }
    script + &prefix.sql(&set_version()).0
}

/// Brings the file to this build's schema; a file of a newer build is left alone.
pub(super) async fn prepare(connection: &mut SqliteConnection, prefix: &TablePrefix) -> Result<(), StoreError> {
    // Looked at first, so that a file that cannot be used is not even switched to WAL, and one that is as it should
    // be is opened without waiting for anybody's lock.
    let found = version(connection, prefix).await?;
    let mode: String = query_scalar("PRAGMA journal_mode").fetch_one(&mut *connection).await.map_err(unavailable)?;
    if found == MIGRATIONS.len() && mode == "wal" {
        return Ok(());
    }
    switch_to_wal(connection).await?;
    let mut change = connection.begin_with("BEGIN IMMEDIATE").await.map_err(unavailable)?;
    let found = version(&mut change, prefix).await?;
    if found == MIGRATIONS.len() {
        return change.rollback().await.map_err(unavailable);
    }
    let mut script = format!("{}\n", prefix.sql(VERSION_TABLE).0);
    for migration in &MIGRATIONS[found..] {
        script.push_str(&prefix.sql(migration).0);
    }
    script.push_str(&prefix.sql(&set_version()).0);
    raw_sql(AssertSqlSafe(script)).execute(&mut *change).await.map_err(unavailable)?;
    change.commit().await.map_err(unavailable)
}

const VERSION_TABLE: &str = "CREATE TABLE IF NOT EXISTS {prefix}schema (version INTEGER NOT NULL) STRICT;";

fn set_version() -> String {
    format!("DELETE FROM {{prefix}}schema;\nINSERT INTO {{prefix}}schema (version) VALUES ({});\n", MIGRATIONS.len())
}

/// How many migrations the file has seen.
async fn version(connection: &mut SqliteConnection, prefix: &TablePrefix) -> Result<usize, StoreError> {
    let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '{prefix}schema'";
    let made: i64 = query_scalar(prefix.sql(sql)).fetch_one(&mut *connection).await.map_err(unavailable)?;
    if made == 0 {
        return Ok(0);
    }
    let sql = "SELECT max(version) FROM {prefix}schema";
    let found: Option<i64> = query_scalar(prefix.sql(sql)).fetch_one(connection).await.map_err(unavailable)?;
    match usize::try_from(found.unwrap_or(0)) {
        Ok(found) if found <= MIGRATIONS.len() => Ok(found),
        _ => Err(StoreError::Incompatible(format!(
            "a schema of version {}; this build knows those up to {}",
            found.unwrap_or(0),
            MIGRATIONS.len()
        ))),
    }
}

/// SQLite does not wait for its lock when it changes the journal mode, so wait for the lock, then try again.
async fn switch_to_wal(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let mut rounds = 0;
    loop {
        let switched = query_scalar::<_, String>("PRAGMA journal_mode = WAL").fetch_one(&mut *connection).await;
        match switched {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => return Err(StoreError::unavailable(format!("the file stays in journal mode {mode}"))),
            Err(error) if is_busy(&error) && rounds < WAL_ROUNDS => rounds += 1,
            Err(error) => return Err(unavailable(error)),
        }
        let wait = connection.begin_with("BEGIN IMMEDIATE").await.map_err(unavailable)?;
        wait.rollback().await.map_err(unavailable)?;
    }
}

/// SQLITE_BUSY, whatever its extended code.
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<u32>().ok());
    code.is_some_and(|code| code & 0xff == 5)
}
