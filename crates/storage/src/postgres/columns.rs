//! How single values lie in columns.

use std::time::Duration;

use sqlx::{ColumnIndex, Decode, Postgres, Row as _, Type, postgres::PgRow};

use crate::{AccountKey, AttemptId, Sealed, StoreError, Version, rules::Moment};

/// Longer than anything lasts, with room to add two of them.
const LONGEST: i64 = i64::MAX / 4;

/// A column as it is stored.
pub(super) fn get<'r, T>(row: &'r PgRow, column: &str) -> Result<T, StoreError>
where
    T: Decode<'r, Postgres> + Type<Postgres>,
    for<'c> &'c str: ColumnIndex<PgRow>,
{
    row.try_get(column).map_err(|_| unreadable(column))
}

pub(super) fn unreadable(column: &str) -> StoreError {
    StoreError::Incompatible(format!("the value of a column {column:?}"))
}

pub(super) fn key(row: &PgRow) -> Result<AccountKey, StoreError> {
    AccountKey::new(get(row, "tenant")?, get(row, "provider")?, get(row, "account")?).map_err(|_| unreadable("account"))
}

pub(super) fn version(number: i64) -> Result<Version, StoreError> {
    u64::try_from(number).ok().and_then(Version::from_stored).ok_or_else(|| unreadable("version"))
}

pub(super) fn version_number(version: Version) -> i64 {
    i64::try_from(version.get()).unwrap_or(i64::MAX)
}

pub(super) fn attempt(row: &PgRow, column: &str) -> Result<Option<AttemptId>, StoreError> {
    let bytes: Option<&[u8]> = get(row, column)?;
    bytes.map(|bytes| bytes.try_into().map(AttemptId::from_bytes).map_err(|_| unreadable(column))).transpose()
}

pub(super) fn sealed(row: &PgRow) -> Result<Option<Sealed>, StoreError> {
    let bytes: Option<Vec<u8>> = get(row, "sealed")?;
    bytes.map(|bytes| Ok(Sealed { key_id: get(row, "key_id")?, bytes })).transpose()
}

pub(super) fn moments(row: &PgRow, column: &str) -> Result<Option<Moment>, StoreError> {
    Ok(get::<Option<i64>>(row, column)?.map(moment))
}

pub(super) fn moment(micros: i64) -> Moment {
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

/// Rounded up: a lease or a pause is never shorter than what was asked for.
pub(super) fn micros(moment: Moment) -> i64 {
    i64::try_from(moment.as_nanos().div_ceil(1000)).unwrap_or(LONGEST).min(LONGEST)
}

/// A number of rows, for `LIMIT`.
pub(super) fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_of_a_lease_is_rounded_away() {
        assert_eq!(micros(Duration::from_nanos(1)), 1);
        assert_eq!(micros(Duration::from_micros(7)), 7);
        assert_eq!(moment(micros(Duration::from_micros(7))), Duration::from_micros(7));
        assert!(micros(Duration::MAX).checked_add(micros(Duration::MAX)).is_some());
    }
}
