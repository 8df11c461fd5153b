//! The tables: their making, their migration.

use super::{columns::get, names::Names, session::Session};
use crate::StoreError;

/// In order; the schema's version is how many of them have run. One that was released never changes.
const MIGRATIONS: &[&str] = &[include_str!("../../migrations/postgres/0001_accounts_logins_gates_events.sql")];

/// Looked at first, since making a schema that is there already takes a right that not everybody has.
const SCHEMA: &str = "DO $$ BEGIN
    IF to_regnamespace('{schema}') IS NULL THEN CREATE SCHEMA \"{schema}\"; END IF;
END $$;
";

const VERSION_TABLE: &str = "CREATE TABLE IF NOT EXISTS {at}schema (version integer NOT NULL);\n";

const GRANTS: &str = "
-- What a role needs that only uses them, here called app:
-- GRANT USAGE ON SCHEMA \"{schema}\" TO app;
-- GRANT SELECT ON {at}schema TO app;
-- GRANT SELECT, INSERT, UPDATE, DELETE ON {at}accounts, {at}logins, {at}gates, {at}events TO app;
-- GRANT USAGE ON SEQUENCE {at}event_ids TO app;
";

/// What [`migrate`] would run on an empty database.
pub(super) fn ddl(names: &Names) -> String {
    names.sql(&format!("BEGIN;\n{}COMMIT;\n{GRANTS}", script(0))).0
}

/// What makes the tables of this build of those of version `found`.
fn script(found: usize) -> String {
    let version = MIGRATIONS.len();
    let migrations = MIGRATIONS[found..].concat();
    format!(
        "{SCHEMA}{VERSION_TABLE}{migrations}DELETE FROM {{at}}schema;\nINSERT INTO {{at}}schema (version) VALUES ({version});\n"
    )
}

/// Brings the tables to this build's version; those of a newer build are left alone.
pub(super) async fn migrate(session: &mut Session<'_>) -> Result<(), StoreError> {
    // One after another, whoever else opens just now: the first one makes them, the others find them.
    session.script("SELECT pg_advisory_xact_lock(hashtextextended('mailgrant {at}', 0))").await?;
    match version(session).await? {
        found if found == MIGRATIONS.len() => Ok(()),
        found => session.script(&script(found)).await,
    }
}

/// Whether the tables are those of this build.
pub(super) async fn is_current(session: &mut Session<'_>) -> Result<bool, StoreError> {
    Ok(version(session).await? == MIGRATIONS.len())
}

/// How many migrations the tables have seen.
async fn version(session: &mut Session<'_>) -> Result<usize, StoreError> {
    // In the catalogue as a query sees it: a function that looks up a name may remember that it was not there.
    let made = "SELECT EXISTS (SELECT FROM pg_catalog.pg_class AS tables \
            JOIN pg_catalog.pg_namespace AS schemas ON schemas.oid = tables.relnamespace \
        WHERE schemas.nspname = '{schema}' AND tables.relname = '{prefix}schema') AS made";
    let query = session.query(made);
    if !get::<bool>(&session.row(query).await?, "made")? {
        return Ok(0);
    }
    let query = session.query("SELECT coalesce(max(version), 0) AS version FROM {at}schema");
    let found: i32 = get(&session.row(query).await?, "version")?;
    match usize::try_from(found) {
        Ok(found) if found <= MIGRATIONS.len() => Ok(found),
        _ => Err(StoreError::Incompatible(format!(
            "a schema of version {found}; this build knows those up to {}",
            MIGRATIONS.len()
        ))),
    }
}
