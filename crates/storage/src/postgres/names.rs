//! The names of what the store has in the database.

use mailgrant_core::{Error, ErrorKind};
use sqlx::AssertSqlSafe;

use crate::table_prefix::{TablePrefix, is_plain_name};

/// The store's clock, in microseconds: an expression. It goes on within a statement.
const NOW: &str = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

/// The lock that is shared by those who append events: an expression. Its upper half is ours, the lower one the table's.
const LOCK: &str = "((1835100524::bigint << 32) + '{at}events'::regclass::oid::bigint)";

/// A new event's id, drawn by somebody who shares the lock until it is committed: an expression. A `CASE` is the one form
/// in which SQL promises an order of evaluation.
const ID: &str =
    "CASE WHEN pg_advisory_xact_lock_shared({lock})::text IS NOT NULL THEN nextval('{at}event_ids'::regclass) END";

/// The schema in which a store's tables are; `public` unless told otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaName(Box<str>);

impl SchemaName {
    /// A name of 1 to 63 lower-case letters, digits and underscores that does not begin with a digit, nor with `pg_`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if it is anything else.
    pub fn new(name: &str) -> Result<Self, Error> {
        if name.starts_with("pg_") || !is_plain_name(name, 63) {
            return Err(Error::new(
                ErrorKind::Configuration,
                "schema_name_invalid",
                "a schema's name is 1 to 63 lower-case letters, digits and underscores, not beginning with a digit or pg_",
            ));
        }
        Ok(Self(name.into()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for SchemaName {
    fn default() -> Self {
        Self("public".into())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Names {
    schema: SchemaName,
    prefix: TablePrefix,
}

impl Names {
    pub(super) const fn new(schema: SchemaName, prefix: TablePrefix) -> Self {
        Self { schema, prefix }
    }

    #[cfg(test)]
    pub(super) const fn schema(&self) -> &SchemaName {
        &self.schema
    }

    /// `template` with these names and the store's clock in it: nothing else ever enters SQL as text.
    ///
    /// `{at}` begins the name of a table, its schema included: what is found must not depend on a session's search path.
    pub(super) fn sql(&self, template: &str) -> AssertSqlSafe<String> {
        let (schema, prefix) = (self.schema.as_str(), self.prefix.as_str());
        let sql = template
            .replace("{id}", ID)
            .replace("{lock}", LOCK)
            .replace("{now}", NOW)
            .replace("{at}", &format!("\"{schema}\".{prefix}"))
            .replace("{schema}", schema)
            .replace("{prefix}", prefix);
        AssertSqlSafe(sql)
    }
}
