//! Logins on their way, as rows of their table.

use mailgrant_core::Lookup;
use sqlx::postgres::PgRow;

use super::{
    columns::{get, key, micros, moment, sealed},
    events,
    rows::Seen,
    session::Session,
};
use crate::{
    StoreError,
    logins::{Login, REMEMBERED},
    rules::{Moment, Note},
};

/// The login, and the time by the same statement.
pub(super) async fn load(
    session: &mut Session<'_>,
    lookup: &Lookup,
) -> Result<(Option<Seen<Login>>, Moment), StoreError> {
    let sql = "SELECT clock.now, logins.xmin::text AS seen, tenant, provider, account, key_id, sealed, expires_at \
        FROM (SELECT {now} AS now) clock LEFT JOIN {at}logins logins ON lookup = $1";
    let row = session.row(session.query(sql).bind(lookup.as_bytes().as_slice())).await?;
    let there = get::<Option<i64>>(&row, "expires_at")?.is_some();
    let login = there.then(|| Seen::new(&row, read(&row)?)).transpose()?;
    Ok((login, moment(get(&row, "now")?)))
}

const INSERT: &str = "INSERT INTO {at}logins (tenant, provider, account, lookup, key_id, sealed, expires_at) \
    VALUES ($1, $2, $3, $8, $9, $10, $11) ON CONFLICT DO NOTHING";
const UPDATE: &str = "UPDATE {at}logins SET (tenant, provider, account, key_id, sealed, expires_at) = \
    ROW($1, $2, $3, $9, $10, $11) WHERE lookup = $8 AND xmin::text = $12";

/// Writes `login` in the place of what was seen there, if that is still so.
pub(super) async fn save(
    session: &mut Session<'_>,
    lookup: &Lookup,
    seen: Option<&Seen<Login>>,
    login: &Login,
    note: &Note,
) -> Result<bool, StoreError> {
    let query = events::step(session, if seen.is_some() { UPDATE } else { INSERT }, Some(&login.key), Some(note))
        .bind(lookup.as_bytes().as_slice())
        .bind(login.sealed.as_ref().map(|sealed| sealed.key_id.as_str()))
        .bind(login.sealed.as_ref().map(|sealed| sealed.bytes.as_slice()))
        .bind(micros(login.expires_at));
    let query = match seen {
        Some(seen) => query.bind(seen.by()),
        None => query,
    };
    session.saved(query).await
}

/// Deletes what is past being remembered, a few at a time, without waiting for whoever is at it too.
pub(super) async fn sweep(session: &mut Session<'_>) -> Result<(), StoreError> {
    let query = session
        .query(
            "DELETE FROM {at}logins WHERE lookup IN (SELECT lookup FROM {at}logins \
             WHERE expires_at <= {now} - $1 ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED)",
        )
        .bind(micros(REMEMBERED));
    session.changed(query).await.map(drop)
}

fn read(row: &PgRow) -> Result<Login, StoreError> {
    Ok(Login { key: key(row)?, sealed: sealed(row)?, expires_at: moment(get(row, "expires_at")?) })
}
