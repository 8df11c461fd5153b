//! Logins on their way, as rows of their table.

use mailgrant_core::Lookup;
use sqlx::{SqliteConnection, query, sqlite::SqliteRow};

use super::{
    columns::{get, key, millis, moment, sealed, unavailable},
    schema::TablePrefix,
};
use crate::{
    StoreError,
    logins::{Login, REMEMBERED},
    rules::Moment,
};

pub(super) async fn load(
    connection: &mut SqliteConnection,
    prefix: &TablePrefix,
    lookup: &Lookup,
) -> Result<Option<Login>, StoreError> {
    let row = query(prefix.sql("SELECT * FROM {prefix}logins WHERE lookup = ?1"))
        .bind(lookup.as_bytes().as_slice())
        .fetch_optional(connection)
        .await
        .map_err(unavailable)?;
    row.map(|row| read(&row)).transpose()
}

pub(super) async fn save(
    connection: &mut SqliteConnection,
    prefix: &TablePrefix,
    lookup: &Lookup,
    login: &Login,
) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO {prefix}logins (lookup, tenant, provider, account, key_id, sealed, expires_at) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    query(prefix.sql(sql))
        .bind(lookup.as_bytes().as_slice())
        .bind(login.key.tenant())
        .bind(login.key.provider())
        .bind(login.key.account())
        .bind(login.sealed.as_ref().map(|sealed| sealed.key_id.as_str()))
        .bind(login.sealed.as_ref().map(|sealed| sealed.bytes.as_slice()))
        .bind(millis(login.expires_at))
        .execute(connection)
        .await
        .map_err(unavailable)?;
    Ok(())
}

/// Deletes what is past being remembered.
pub(super) async fn sweep(
    connection: &mut SqliteConnection,
    prefix: &TablePrefix,
    now: Moment,
) -> Result<(), StoreError> {
    query(prefix.sql("DELETE FROM {prefix}logins WHERE expires_at <= ?1"))
        .bind(millis(now.saturating_sub(REMEMBERED)))
        .execute(connection)
        .await
        .map_err(unavailable)?;
    Ok(())
}

fn read(row: &SqliteRow) -> Result<Login, StoreError> {
    Ok(Login { key: key(row)?, sealed: sealed(row)?, expires_at: moment(get(row, "expires_at")?) })
}
