//! Accounts as rows of their table.

use std::time::Duration;

use sqlx::{SqliteConnection, SqlitePool, query, sqlite::SqliteRow};

use super::{
    columns::{
        attempt, count, get, key, millis, moment, moments, sealed, unavailable, unreadable, version, version_number,
    },
    schema::TablePrefix,
};
use crate::{
    AccountKey, Filter, Row, Status, StatusKind, StoreError, Version,
    rules::{Moment, Open, Stored},
};

/// The row under `key`, and the time by the same statement.
pub(super) async fn load(
    connection: &mut SqliteConnection,
    prefix: &TablePrefix,
    key: &AccountKey,
) -> Result<Option<(Stored, Moment)>, StoreError> {
    let sql = "SELECT *, {now} AS now FROM {prefix}accounts WHERE tenant = ?1 AND provider = ?2 AND account = ?3";
    let row = query(prefix.sql(sql))
        .bind(key.tenant())
        .bind(key.provider())
        .bind(key.account())
        .fetch_optional(connection)
        .await
        .map_err(unavailable)?;
    row.map(|row| read(&row)).transpose()
}

pub(super) async fn save(
    connection: &mut SqliteConnection,
    prefix: &TablePrefix,
    key: &AccountKey,
    row: &Stored,
) -> Result<(), StoreError> {
    let (status, cause) = match &row.status {
        Status::Active => (StatusKind::Active, None),
        Status::Refused { cause } => (StatusKind::Refused, Some(cause.as_str())),
        Status::Disconnected => (StatusKind::Disconnected, None),
    };
    let sealed = row.sealed.as_ref();
    let open = row.open.as_ref();
    let sql = "INSERT OR REPLACE INTO {prefix}accounts \
        (tenant, provider, account, version, status, cause, key_id, sealed, client_key, environment, \
         expires_at, due_at, upkeep_at, written_at, rest_until, attempt_id, attempt_claimed_at, \
         attempt_lease_until, attempt_replays, attempt_replayed_at, renewed_by, ended) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)";
    query(prefix.sql(sql))
        .bind(key.tenant())
        .bind(key.provider())
        .bind(key.account())
        .bind(version_number(row.version))
        .bind(status_word(status))
        .bind(cause)
        .bind(sealed.map(|sealed| sealed.key_id.as_str()))
        .bind(sealed.map(|sealed| sealed.bytes.as_slice()))
        .bind(row.client_key.as_str())
        .bind(row.environment.as_str())
        .bind(row.expires_at.map(millis))
        .bind(row.due_at.map(millis))
        .bind(row.upkeep_at.map(millis))
        .bind(millis(row.written_at))
        .bind(row.rest_until.map(millis))
        .bind(open.map(|open| open.id.as_bytes().as_slice()))
        .bind(open.map(|open| millis(open.claimed_at)))
        .bind(open.and_then(|open| open.lease_until).map(millis))
        .bind(open.map(|open| i64::from(open.replays)))
        .bind(open.and_then(|open| open.replayed_at).map(millis))
        .bind(row.renewed_by.as_ref().map(|attempt| attempt.as_bytes().as_slice()))
        .bind(row.ended.as_ref().map(|attempt| attempt.as_bytes().as_slice()))
        .execute(connection)
        .await
        .map_err(unavailable)?;
    Ok(())
}

/// [`is_due`](crate::rules::is_due) as SQL.
pub(super) const DUE: &str = "SELECT *, {now} AS now FROM {prefix}accounts \
    WHERE client_key = ?1 AND environment = ?2 AND upkeep_at <= ?3 AND status = 'active' \
        AND (rest_until IS NULL OR rest_until <= ?4) \
        AND (attempt_id IS NULL OR (attempt_lease_until IS NULL OR attempt_lease_until <= ?4) \
            AND (expires_at IS NULL OR expires_at <= ?4)) \
    ORDER BY upkeep_at, tenant, provider, account LIMIT ?5";

/// The rows that [`is_due`](crate::rules::is_due) means, the most overdue first.
pub(super) async fn due(
    connection: &mut SqliteConnection,
    prefix: &TablePrefix,
    (client_key, environment): (&str, &str),
    until: Moment,
    now: Moment,
    limit: usize,
) -> Result<Vec<(AccountKey, Stored)>, StoreError> {
    let rows = query(prefix.sql(DUE))
        .bind(client_key)
        .bind(environment)
        .bind(millis(until))
        .bind(millis(now))
        .bind(count(limit))
        .fetch_all(connection)
        .await
        .map_err(unavailable)?;
    rows.iter().map(|row| Ok((key(row)?, read(row)?.0))).collect()
}

/// What [`hasten`](crate::rules::hasten) does, in one statement.
pub(super) async fn hasten(
    writer: &SqlitePool,
    prefix: &TablePrefix,
    key: &AccountKey,
    seen: Version,
    upkeep_in: Duration,
) -> Result<(), StoreError> {
    const HASTEN: &str = "UPDATE {prefix}accounts SET upkeep_at = {now} + ?5 \
         WHERE tenant = ?1 AND provider = ?2 AND account = ?3 AND version = ?4 AND status = 'active' \
         AND (upkeep_at IS NULL OR upkeep_at > {now} + ?5)";
    query(prefix.sql(HASTEN))
        .bind(key.tenant())
        .bind(key.provider())
        .bind(key.account())
        .bind(version_number(seen))
        .bind(millis(upkeep_in))
        .execute(writer)
        .await
        .map_err(unavailable)?;
    Ok(())
}

/// The rows that [`passes`](crate::rules::passes) means, in order of key.
pub(super) async fn list(
    connection: &mut SqliteConnection,
    prefix: &TablePrefix,
    filter: &Filter,
    after: Option<&AccountKey>,
    limit: usize,
) -> Result<Vec<(AccountKey, Row)>, StoreError> {
    // A condition that is not asked for is left out, so that those that are can use the key's index. Texts
    // compare by their bytes, as keys do; a part is never empty, so the empty key is before every other.
    let tenant = if filter.tenant.is_some() { "tenant = ?4" } else { "?4 IS NULL" };
    let provider = if filter.provider.is_some() { "provider = ?5" } else { "?5 IS NULL" };
    let status = if filter.status.is_some() { "status = ?6" } else { "status <> 'disconnected' AND ?6 IS NULL" };
    let sql = format!(
        "SELECT *, {{now}} AS now FROM {{prefix}}accounts \
         WHERE (tenant, provider, account) > (?1, ?2, ?3) AND {tenant} AND {provider} AND {status} \
         ORDER BY tenant, provider, account LIMIT ?7"
    );
    let rows = query(prefix.sql(&sql))
        .bind(after.map_or("", AccountKey::tenant))
        .bind(after.map_or("", AccountKey::provider))
        .bind(after.map_or("", AccountKey::account))
        .bind(filter.tenant.as_deref())
        .bind(filter.provider.as_deref())
        .bind(filter.status.map(status_word))
        .bind(count(limit))
        .fetch_all(connection)
        .await
        .map_err(unavailable)?;
    let read = |row| read(row).map(|(stored, now)| stored.at(now));
    rows.iter().map(|row| Ok((key(row)?, read(row)?))).collect()
}

fn read(row: &SqliteRow) -> Result<(Stored, Moment), StoreError> {
    let open = attempt(row, "attempt_id")?
        .map(|id| {
            Ok(Open {
                id,
                claimed_at: moment(get(row, "attempt_claimed_at")?),
                lease_until: moments(row, "attempt_lease_until")?,
                replays: u32::try_from(get::<i64>(row, "attempt_replays")?)
                    .map_err(|_| unreadable("attempt_replays"))?,
                replayed_at: moments(row, "attempt_replayed_at")?,
            })
        })
        .transpose()?;
    let status = match get(row, "status")? {
        "active" => Status::Active,
        "refused" => Status::Refused { cause: get(row, "cause")? },
        "disconnected" => Status::Disconnected,
        _ => return Err(unreadable("status")),
    };
    let stored = Stored {
        version: version(get(row, "version")?)?,
        status,
        sealed: sealed(row)?,
        client_key: get(row, "client_key")?,
        environment: get(row, "environment")?,
        expires_at: moments(row, "expires_at")?,
        due_at: moments(row, "due_at")?,
        upkeep_at: moments(row, "upkeep_at")?,
        written_at: moment(get(row, "written_at")?),
        rest_until: moments(row, "rest_until")?,
        open,
        renewed_by: attempt(row, "renewed_by")?,
        ended: attempt(row, "ended")?,
    };
    Ok((stored, moment(get(row, "now")?)))
}

fn status_word(status: StatusKind) -> &'static str {
    match status {
        StatusKind::Active => "active",
        StatusKind::Refused => "refused",
        StatusKind::Disconnected => "disconnected",
    }
}
