//! Events as rows of their table.

use std::time::SystemTime;

use sqlx::{SqliteConnection, query, sqlite::SqliteRow};

use super::{
    columns::{attempt, count, get, key, millis, moment, unavailable, unreadable, version, version_number},
    schema::TablePrefix,
};
use crate::{
    AccountKey, Event, EventKind, StoreError,
    rules::{Moment, Note},
};

pub(super) async fn append(
    connection: &mut SqliteConnection,
    prefix: &TablePrefix,
    key: &AccountKey,
    note: &Note,
    now: Moment,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO {prefix}events (at, tenant, provider, account, kind, version, attempt, cause) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    query(prefix.sql(sql))
        .bind(millis(now))
        .bind(key.tenant())
        .bind(key.provider())
        .bind(key.account())
        .bind(note.kind.name())
        .bind(note.version.map(version_number))
        .bind(note.attempt.as_ref().map(|attempt| attempt.as_bytes().as_slice()))
        .bind(note.cause.as_deref())
        .execute(connection)
        .await
        .map_err(unavailable)?;
    Ok(())
}

/// Ids are given under the write lock, so no event with a lower id appears after one with a higher.
pub(super) async fn list(
    connection: &mut SqliteConnection,
    prefix: &TablePrefix,
    after: u64,
    limit: usize,
) -> Result<Vec<Event>, StoreError> {
    let rows = query(prefix.sql("SELECT * FROM {prefix}events WHERE id > ?1 ORDER BY id LIMIT ?2"))
        .bind(i64::try_from(after).unwrap_or(i64::MAX))
        .bind(count(limit))
        .fetch_all(connection)
        .await
        .map_err(unavailable)?;
    rows.iter().map(read).collect()
}

/// `AUTOINCREMENT` remembers the last id beside the table, so that none is used again.
pub(super) async fn prune(
    connection: &mut SqliteConnection,
    prefix: &TablePrefix,
    through: u64,
) -> Result<u64, StoreError> {
    let pruned = query(prefix.sql("DELETE FROM {prefix}events WHERE id <= ?1"))
        .bind(i64::try_from(through).unwrap_or(i64::MAX))
        .execute(connection)
        .await
        .map_err(unavailable)?;
    Ok(pruned.rows_affected())
}

fn read(row: &SqliteRow) -> Result<Event, StoreError> {
    Ok(Event {
        id: u64::try_from(get::<i64>(row, "id")?).map_err(|_| unreadable("id"))?,
        at: SystemTime::UNIX_EPOCH + moment(get(row, "at")?),
        key: key(row)?,
        kind: EventKind::named(get(row, "kind")?).ok_or_else(|| unreadable("kind"))?,
        version: get::<Option<i64>>(row, "version")?.map(version).transpose()?,
        attempt: attempt(row, "attempt")?,
        cause: get(row, "cause")?,
    })
}
