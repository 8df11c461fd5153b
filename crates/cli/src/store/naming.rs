//! What a store's address says about names in the store.

use mailgrant_core::Error;
#[cfg(feature = "redis")]
use mailgrant_storage::redis::KeyPrefix;
use mailgrant_storage::sqlite::TablePrefix;

/// Where a service keeps its store under names of its own, as the query of the address says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Naming {
    /// The schema of PostgreSQL.
    pub(super) schema: Option<String>,
    /// What the names of tables begin with, or those of keys.
    pub(super) prefix: Option<String>,
    /// Between here and PostgreSQL stands PgBouncer, in transaction mode.
    pub(super) pgbouncer: bool,
}

/// The parameters that are ours; the driver is not told them.
pub(super) const PARAMETERS: &str = "`schema=NAME`, `prefix=PREFIX`, `pgbouncer=true`";

impl Naming {
    /// Takes what is ours out of an address; `None` if it makes no sense.
    pub(super) fn take(address: &str) -> Option<(String, Self)> {
        let Some((before, query)) = address.split_once('?') else { return Some((address.to_owned(), Self::default())) };
        let (mut naming, mut rest) = (Self::default(), Vec::new());
        for parameter in query.split('&') {
            match parameter.split_once('=').unwrap_or((parameter, "")) {
                ("schema" | "prefix" | "pgbouncer", "") => return None,
                ("schema", name) => naming.schema = Some(name.to_owned()),
                ("prefix", prefix) => naming.prefix = Some(prefix.to_owned()),
                ("pgbouncer", value) => naming.pgbouncer = value.parse().ok()?,
                _ => rest.push(parameter),
            }
        }
        let query = if rest.is_empty() { String::new() } else { format!("?{}", rest.join("&")) };
        Some((format!("{before}{query}"), naming))
    }

    pub(crate) fn table_prefix(&self) -> Result<TablePrefix, Error> {
        self.prefix.as_deref().map_or_else(|| Ok(TablePrefix::default()), TablePrefix::new)
    }

    #[cfg(feature = "redis")]
    pub(super) fn key_prefix(&self) -> Result<KeyPrefix, Error> {
        self.prefix.as_deref().map_or_else(|| Ok(KeyPrefix::default()), KeyPrefix::new)
    }

    /// Whether a store that has neither schemas nor PgBouncer can follow it.
    pub(super) const fn is_of_a_prefix_alone(&self) -> bool {
        self.schema.is_none() && !self.pgbouncer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ours_is_taken_out_of_the_query() {
        let (url, naming) =
            Naming::take("postgres://h/db?schema=app&sslmode=require&prefix=mg_&pgbouncer=true").unwrap();
        assert_eq!(url, "postgres://h/db?sslmode=require");
        let expected = Naming { schema: Some("app".into()), prefix: Some("mg_".into()), pgbouncer: true };
        assert_eq!(naming, expected);
        for plain in ["postgres://h/db", "postgres://h/db?sslmode=require&host=/run"] {
            assert_eq!(Naming::take(plain).unwrap(), (plain.to_owned(), Naming::default()));
        }
        for bad in ["x:?schema=", "x:?prefix", "x:?pgbouncer=yes"] {
            assert_eq!(Naming::take(bad), None, "{bad}");
        }
    }
}
