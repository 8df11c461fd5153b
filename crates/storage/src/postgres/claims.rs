//! Claims, each one statement that decides by the row as it is.
//!
//! [`rules`](crate::rules) as SQL: what else an answer may be is for the caller to find out with a look at the row.

use std::time::Duration;

use super::{
    columns::{count, get, key, micros, moment, version_number},
    rows::{COLUMNS, read},
    session::Session,
};
use crate::{AccountKey, AttemptId, Due, Purpose, StoreError, Version, rules};

/// What a claim writes over a row; the one that is open, if one is, becomes the one that was taken over.
const HELD: &str = "attempt_id = {attempt}, attempt_claimed_at = {since}, attempt_lease_until = {since} + {lease}, \
    attempt_replays = CASE WHEN accounts.attempt_id IS NULL THEN 0 \
        ELSE least(accounts.attempt_replays + 1, 4294967295) END, \
    attempt_replayed_at = accounts.attempt_claimed_at, rest_until = NULL, ended = NULL";

/// Their event.
const NOTED: &str = "INSERT INTO {at}events (id, at, tenant, provider, account, kind, version, attempt) \
    SELECT {id}, {now}, tenant, provider, account, \
        CASE attempt_replays WHEN 0 THEN 'claimed' ELSE 'replayed' END, version, attempt_id FROM held";

const CLAIM: &str = "WITH held AS (UPDATE {at}accounts accounts SET {held} \
        WHERE tenant = $1 AND provider = $2 AND account = $3 AND version = $6 AND status = 'active' \
            AND (rest_until IS NULL OR rest_until <= {now}) \
            AND (attempt_id IS NULL OR attempt_id = $7 \
                AND (attempt_lease_until IS NULL OR attempt_lease_until <= {now})) \
        RETURNING tenant, provider, account, version, attempt_id, attempt_replays) {noted}";

/// The rows that [`is_due`](rules::is_due) means, the most overdue first, without those that somebody else is about to
/// claim.
pub(super) const DUE: &str = "SELECT tenant, provider, account, {columns} FROM {at}accounts \
    WHERE client_key = $1 AND environment = $2 AND upkeep_at <= {now} + $3 AND status = 'active' \
        AND (rest_until IS NULL OR rest_until <= {now}) \
        AND (attempt_id IS NULL OR (attempt_lease_until IS NULL OR attempt_lease_until <= {now}) \
            AND (expires_at IS NULL OR expires_at <= {now})) \
    ORDER BY upkeep_at LIMIT $4 FOR UPDATE SKIP LOCKED";

/// Each row takes the attempt of its place in the page, and is returned as it was before.
const CLAIM_DUE: &str = "WITH due AS MATERIALIZED ({due}), \
    page AS MATERIALIZED (SELECT *, row_number() OVER (ORDER BY upkeep_at) AS place, {now} AS now FROM due), \
    held AS (UPDATE {at}accounts accounts SET {held} FROM page \
        WHERE (accounts.tenant, accounts.provider, accounts.account) = (page.tenant, page.provider, page.account) \
        RETURNING accounts.tenant, accounts.provider, accounts.account, accounts.version, accounts.attempt_id, \
            accounts.attempt_replays), \
    noted AS ({noted}) \
    SELECT * FROM page ORDER BY place";

/// Whether `attempt` was granted just now.
pub(super) async fn claim(
    session: &mut Session<'_>,
    key: &AccountKey,
    attempt: &AttemptId,
    lease: Duration,
    seen: Version,
    purpose: Purpose,
) -> Result<bool, StoreError> {
    let over = match &purpose {
        Purpose::Renew => None,
        Purpose::Replay(over) => Some(over.as_bytes().as_slice()),
    };
    let held = HELD.replace("{attempt}", "$4").replace("{since}", "{now}").replace("{lease}", "$5");
    let query = session
        .query(&CLAIM.replace("{held}", &held).replace("{noted}", NOTED))
        .bind(key.tenant())
        .bind(key.provider())
        .bind(key.account())
        .bind(attempt.as_bytes().as_slice())
        .bind(micros(lease))
        .bind(version_number(seen))
        .bind(over);
    Ok(session.changed(query).await? == 1)
}

pub(super) async fn claim_due(
    session: &mut Session<'_>,
    (client_key, environment): (&str, &str),
    within: Duration,
    attempts: &[AttemptId],
    lease: Duration,
) -> Result<Vec<Due>, StoreError> {
    let held =
        HELD.replace("{attempt}", "($5::bytea[])[page.place]").replace("{since}", "page.now").replace("{lease}", "$6");
    let sql = CLAIM_DUE
        .replace("{due}", DUE)
        .replace("{columns}", COLUMNS)
        .replace("{held}", &held)
        .replace("{noted}", NOTED);
    let ids: Vec<&[u8]> = attempts.iter().map(|attempt| attempt.as_bytes().as_slice()).collect();
    let query = session
        .query(&sql)
        .bind(client_key)
        .bind(environment)
        .bind(micros(within))
        .bind(count(attempts.len()))
        .bind(ids)
        .bind(micros(lease));
    let rows = session.rows(query).await?;
    rows.iter()
        .zip(attempts)
        .map(|(row, attempt)| {
            let mut stored = read(row)?;
            // What the statement did to it, said by the rule.
            Ok(rules::take_due(key(row)?, &mut stored, attempt, lease, moment(get(row, "now")?)).0)
        })
        .collect()
}
