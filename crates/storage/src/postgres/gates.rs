//! Closed gates as rows of their table.

use sqlx::postgres::PgRow;

use super::{
    columns::{get, micros, moment},
    events,
    rows::Seen,
    session::Session,
};
use crate::{
    AccountKey, StoreError,
    gates::Gate,
    rules::{Moment, Note},
};

/// The gate, if it is closed, and the time by the same statement.
pub(super) async fn load(session: &mut Session<'_>, gate: &str) -> Result<(Option<Seen<Gate>>, Moment), StoreError> {
    let sql = "SELECT clock.now, gates.xmin::text AS seen, until, cause, probed FROM (SELECT {now} AS now) clock \
        LEFT JOIN {at}gates gates ON gate = $1";
    let row = session.row(session.query(sql).bind(gate)).await?;
    let there = get::<Option<i64>>(&row, "until")?.is_some();
    let gate = there.then(|| Seen::new(&row, read(&row)?)).transpose()?;
    Ok((gate, moment(get(&row, "now")?)))
}

const INSERT: &str =
    "INSERT INTO {at}gates (gate, until, cause, probed) VALUES ($8, $9, $10, $11) ON CONFLICT DO NOTHING";
const UPDATE: &str = "UPDATE {at}gates SET until = $9, cause = $10, probed = $11 WHERE gate = $8 AND xmin::text = $12";
const DELETE: &str = "DELETE FROM {at}gates WHERE gate = $8 AND xmin::text = $9";

/// Keeps the gate as it stands, of an open one nothing, in the place of what was seen, if that is still so.
pub(super) async fn save(
    session: &mut Session<'_>,
    gate: &str,
    seen: Option<&Seen<Gate>>,
    stored: Option<&Gate>,
    key: Option<&AccountKey>,
    note: Option<&Note>,
) -> Result<bool, StoreError> {
    let query = match (seen, stored) {
        (None, None) => return Ok(true),
        (Some(seen), None) => events::step(session, DELETE, key, note).bind(gate).bind(seen.by()),
        (seen, Some(stored)) => {
            let query = events::step(session, if seen.is_some() { UPDATE } else { INSERT }, key, note)
                .bind(gate)
                .bind(micros(stored.until))
                .bind(stored.cause.as_str())
                .bind(stored.probed);
            match seen {
                Some(seen) => query.bind(seen.by()),
                None => query,
            }
        }
    };
    session.saved(query).await
}

fn read(row: &PgRow) -> Result<Gate, StoreError> {
    Ok(Gate { until: moment(get(row, "until")?), cause: get(row, "cause")?, probed: get(row, "probed")? })
}
