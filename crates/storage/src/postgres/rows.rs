//! Accounts as rows of their table.

use std::time::Duration;

use sqlx::postgres::PgRow;

use super::{
    columns::{attempt, count, get, key, micros, moment, moments, sealed, unreadable, version, version_number},
    events,
    session::Session,
};
use crate::{
    AccountKey, Filter, Row, Status, StatusKind, StoreError, Version,
    rules::{Moment, Note, Open, Stored},
};

/// Named one by one, so that a column which a later build adds changes no statement of this one.
pub(super) const COLUMNS: &str = "version, status, cause, key_id, sealed, client_key, environment, expires_at, due_at, \
    upkeep_at, written_at, rest_until, attempt_id, attempt_claimed_at, attempt_lease_until, attempt_replays, \
    attempt_replayed_at, renewed_by, ended";

/// Something as it was looked at.
pub(super) struct Seen<T> {
    pub(super) value: T,
    /// The transaction that wrote it: it is the same for as long as nobody has changed it.
    by: String,
}

impl<T> Seen<T> {
    pub(super) fn new(row: &PgRow, value: T) -> Result<Self, StoreError> {
        Ok(Self { value, by: get(row, "seen")? })
    }

    pub(super) fn by(&self) -> &str {
        &self.by
    }
}

/// The row under `key`, and the time by the same statement.
pub(super) async fn load(
    session: &mut Session<'_>,
    key: &AccountKey,
) -> Result<(Option<Seen<Stored>>, Moment), StoreError> {
    let sql = format!(
        "SELECT clock.now, accounts.xmin::text AS seen, {COLUMNS} FROM (SELECT {{now}} AS now) clock \
         LEFT JOIN {{at}}accounts accounts ON tenant = $1 AND provider = $2 AND account = $3"
    );
    let query = session.query(&sql).bind(key.tenant()).bind(key.provider()).bind(key.account());
    let row = session.row(query).await?;
    let there = get::<Option<i64>>(&row, "version")?.is_some();
    let stored = there.then(|| Seen::new(&row, read(&row)?)).transpose()?;
    Ok((stored, moment(get(&row, "now")?)))
}

const INSERT: &str = "INSERT INTO {at}accounts (tenant, provider, account, {columns}) \
    VALUES ($1, $2, $3, {values}) ON CONFLICT DO NOTHING";
const UPDATE: &str = "UPDATE {at}accounts SET ({columns}) = ROW({values}) \
    WHERE tenant = $1 AND provider = $2 AND account = $3 AND xmin::text = $27";
const VALUES: &str = "$8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26";

/// Writes `row` in the place of what was seen there, if that is still so.
pub(super) async fn save(
    session: &mut Session<'_>,
    key: &AccountKey,
    seen: Option<&Seen<Stored>>,
    row: &Stored,
    note: &Note,
) -> Result<bool, StoreError> {
    let (status, cause) = match &row.status {
        Status::Active => (StatusKind::Active, None),
        Status::Refused { cause } => (StatusKind::Refused, Some(cause.as_str())),
        Status::Disconnected => (StatusKind::Disconnected, None),
    };
    let sealed = row.sealed.as_ref();
    let open = row.open.as_ref();
    let change = if seen.is_some() { UPDATE } else { INSERT }.replace("{columns}", COLUMNS).replace("{values}", VALUES);
    let query = events::step(session, &change, Some(key), Some(note))
        .bind(version_number(row.version))
        .bind(status_word(status))
        .bind(cause)
        .bind(sealed.map(|sealed| sealed.key_id.as_str()))
        .bind(sealed.map(|sealed| sealed.bytes.as_slice()))
        .bind(row.client_key.as_str())
        .bind(row.environment.as_str())
        .bind(row.expires_at.map(micros))
        .bind(row.due_at.map(micros))
        .bind(row.upkeep_at.map(micros))
        .bind(micros(row.written_at))
        .bind(row.rest_until.map(micros))
        .bind(open.map(|open| open.id.as_bytes().as_slice()))
        .bind(open.map(|open| micros(open.claimed_at)))
        .bind(open.and_then(|open| open.lease_until).map(micros))
        .bind(open.map(|open| i64::from(open.replays)))
        .bind(open.and_then(|open| open.replayed_at).map(micros))
        .bind(row.renewed_by.as_ref().map(|attempt| attempt.as_bytes().as_slice()))
        .bind(row.ended.as_ref().map(|attempt| attempt.as_bytes().as_slice()));
    let query = match seen {
        Some(seen) => query.bind(seen.by()),
        None => query,
    };
    session.saved(query).await
}

/// [`hasten`](crate::rules::hasten) as SQL.
pub(super) async fn hasten(
    session: &mut Session<'_>,
    key: &AccountKey,
    seen: Version,
    upkeep_in: Duration,
) -> Result<(), StoreError> {
    let sql = "UPDATE {at}accounts SET upkeep_at = {now} + $5 \
        WHERE tenant = $1 AND provider = $2 AND account = $3 AND version = $4 AND status = 'active' \
            AND (upkeep_at IS NULL OR upkeep_at > {now} + $5)";
    let query = session
        .query(sql)
        .bind(key.tenant())
        .bind(key.provider())
        .bind(key.account())
        .bind(version_number(seen))
        .bind(micros(upkeep_in));
    session.changed(query).await.map(drop)
}

/// [`passes`](crate::rules::passes) as SQL: the rows behind `$1` to `$3`, in order of key.
pub(super) fn listed(filter: &Filter) -> String {
    // A condition that is not asked for is left out, so that those that are can use the key's index. A part is never
    // empty, so the empty key is before every other.
    let tenant = if filter.tenant.is_some() { "tenant = $4" } else { "$4 IS NULL" };
    let provider = if filter.provider.is_some() { "provider = $5" } else { "$5 IS NULL" };
    let status = if filter.status.is_some() { "status = $6" } else { "status <> 'disconnected' AND $6 IS NULL" };
    format!(
        "SELECT tenant, provider, account, {{now}} AS now, {COLUMNS} FROM {{at}}accounts \
         WHERE (tenant, provider, account) > ($1, $2, $3) AND {tenant} AND {provider} AND {status} \
         ORDER BY tenant, provider, account LIMIT $7"
    )
}

pub(super) async fn list(
    session: &mut Session<'_>,
    filter: &Filter,
    after: Option<&AccountKey>,
    limit: usize,
) -> Result<Vec<(AccountKey, Row)>, StoreError> {
    let query = session
        .query(&listed(filter))
        .bind(after.map_or("", AccountKey::tenant))
        .bind(after.map_or("", AccountKey::provider))
        .bind(after.map_or("", AccountKey::account))
        .bind(filter.tenant.as_deref())
        .bind(filter.provider.as_deref())
        .bind(filter.status.map(status_word))
        .bind(count(limit));
    let rows = session.rows(query).await?;
    rows.iter().map(|row| Ok((key(row)?, read(row)?.at(moment(get(row, "now")?))))).collect()
}

pub(super) fn read(row: &PgRow) -> Result<Stored, StoreError> {
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
    Ok(Stored {
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
    })
}

fn status_word(status: StatusKind) -> &'static str {
    match status {
        StatusKind::Active => "active",
        StatusKind::Refused => "refused",
        StatusKind::Disconnected => "disconnected",
    }
}
