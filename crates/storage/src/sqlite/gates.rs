//! Closed gates as rows of their table.

use sqlx::{SqliteConnection, query, sqlite::SqliteRow};

use super::{
    columns::{get, millis, moment, unavailable},
    schema::TablePrefix,
};
use crate::{StoreError, gates::Gate, rules::Moment};

/// The gate, if it is closed, and the time by the same statement.
pub(super) async fn load(
    connection: &mut SqliteConnection,
    prefix: &TablePrefix,
    gate: &str,
) -> Result<Option<(Gate, Moment)>, StoreError> {
    let row = query(prefix.sql("SELECT *, {now} AS now FROM {prefix}gates WHERE gate = ?1"))
        .bind(gate)
        .fetch_optional(connection)
        .await
        .map_err(unavailable)?;
    row.map(|row| Ok((read(&row)?, moment(get(&row, "now")?)))).transpose()
}

/// Keeps the gate as it stands; of an open one nothing.
pub(super) async fn save(
    connection: &mut SqliteConnection,
    prefix: &TablePrefix,
    gate: &str,
    stored: Option<&Gate>,
) -> Result<(), StoreError> {
    let saving = match stored {
        Some(stored) => query(
            prefix.sql("INSERT OR REPLACE INTO {prefix}gates (gate, until, cause, probed) VALUES (?1, ?2, ?3, ?4)"),
        )
        .bind(gate)
        .bind(millis(stored.until))
        .bind(stored.cause.as_str())
        .bind(stored.probed),
        None => query(prefix.sql("DELETE FROM {prefix}gates WHERE gate = ?1")).bind(gate),
    };
    saving.execute(connection).await.map_err(unavailable)?;
    Ok(())
}

fn read(row: &SqliteRow) -> Result<Gate, StoreError> {
    Ok(Gate { until: moment(get(row, "until")?), cause: get(row, "cause")?, probed: get(row, "probed")? })
}
