//! Events as rows of their table, readable in the order of their ids.
//!
//! An id is drawn while a transaction runs, so a higher one can be committed before a lower one: whoever reads on from
//! the highest would never see the lower. Those who append share a lock from before they draw an id until it is
//! committed. A reader who finds an id missing takes that lock alone for a moment: after it, every id up to what was
//! found is either committed, or of a change that never was. Where no id is missing, a reader waits for nobody.

use std::time::SystemTime;

use sqlx::{Postgres, postgres::PgArguments, postgres::PgRow, query::Query};

use super::{
    PostgresStore,
    columns::{attempt, count, get, key, moment, unreadable, version, version_number},
    session::Session,
};
use crate::{AccountKey, Event, EventKind, StoreError, rules::Note};

/// A change, its event in the same statement. `change` returns what it changed; its own values begin with `$8`.
///
/// Without a note it is the change alone.
pub(super) fn step<'q>(
    session: &Session<'_>,
    change: &str,
    key: Option<&'q AccountKey>,
    note: Option<&'q Note>,
) -> Query<'q, Postgres, PgArguments> {
    let sql = format!(
        "WITH changed AS ({change} RETURNING 1), noted AS (\
            INSERT INTO {{at}}events (id, at, tenant, provider, account, kind, version, attempt, cause) \
            SELECT {{id}}, {{now}}, $1, $2, $3, $4, $5, $6, $7 FROM changed WHERE $4 IS NOT NULL) \
         SELECT count(*) AS changed FROM changed"
    );
    session
        .query(&sql)
        .bind(key.map(AccountKey::tenant))
        .bind(key.map(AccountKey::provider))
        .bind(key.map(AccountKey::account))
        .bind(note.map(|note| note.kind.name()))
        .bind(note.and_then(|note| note.version).map(version_number))
        .bind(note.and_then(|note| note.attempt.as_ref()).map(|attempt| attempt.as_bytes().as_slice()))
        .bind(note.and_then(|note| note.cause.as_deref()))
}

pub(super) async fn list(store: &PostgresStore, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
    let found = page(store, after, u64::MAX, limit).await?;
    let Some(last) = found.last().map(|event| event.id) else { return Ok(found) };
    if u64::try_from(found.len()) == Ok(last - after) {
        return Ok(found);
    }
    // Somebody may be about to commit one that is missing. A statement for itself, so that the lock is given back at once
    // even if we freeze; it has no values, so that it is one message and PgBouncer cannot part it.
    let mut session = Session::begin(&store.pool, &store.names, store.patience, false).await?;
    session.script("SELECT pg_advisory_xact_lock({lock})").await?;
    session.finish().await?;
    page(store, after, last, limit).await
}

async fn page(store: &PostgresStore, after: u64, last: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
    let mut session = store.session().await?;
    let query = session
        .query(
            "SELECT id, at, tenant, provider, account, kind, version, attempt, cause FROM {at}events \
             WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3",
        )
        .bind(i64::try_from(after).unwrap_or(i64::MAX))
        .bind(i64::try_from(last).unwrap_or(i64::MAX))
        .bind(count(limit));
    let rows = session.rows(query).await?;
    session.finish().await?;
    rows.iter().map(read).collect()
}

pub(super) async fn prune(session: &mut Session<'_>, through: u64) -> Result<u64, StoreError> {
    let query = session.query("DELETE FROM {at}events WHERE id <= $1").bind(i64::try_from(through).unwrap_or(i64::MAX));
    session.changed(query).await
}

fn read(row: &PgRow) -> Result<Event, StoreError> {
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
