//! What PostgreSQL answers instead of doing what it was asked.

use std::{error::Error as StdError, fmt, io};

use crate::StoreError;

/// The server's words for an error, without the detail, in which it would quote a row.
///
/// It is the source of a [`StoreError`] that the server caused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerError {
    code: String,
    message: String,
}

impl ServerError {
    /// The SQLSTATE: five characters.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Whether the server only lets read, as a replica does, or a primary that was set to. Its connection is given up,
    /// so that the next one may come to another server.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.code == "25006"
    }

    /// Whether somebody else's change came in between, under a stricter isolation than the store asks for.
    pub(super) fn is_lost_race(error: &sqlx::Error) -> bool {
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        matches!(code.as_deref(), Some("40001" | "40P01"))
    }

    /// What no waiting cures: who we are (28), what the database is called (3D) or the schema (3F), a table that is not
    /// there or not ours to use (42).
    fn is_for_good(&self) -> bool {
        ["28", "3D", "3F", "42"].iter().any(|class| self.code.starts_with(class))
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} (SQLSTATE {})", self.message, self.code)
    }
}

impl StdError for ServerError {}

/// What an error of the driver means to a verb: it may be asked again, even where that takes somebody who puts the server
/// right first. Those that are not the server's hold no value of ours.
pub(super) fn store_error(error: sqlx::Error) -> StoreError {
    let sqlx::Error::Database(answer) = &error else {
        return StoreError::unavailable(error);
    };
    let code = answer.code().unwrap_or_default().into_owned();
    StoreError::unavailable(ServerError { code, message: answer.message().to_owned() })
}

/// The same to whoever opens a store: what no waiting cures is worth failing for.
pub(super) fn at_opening(error: StoreError) -> StoreError {
    let StoreError::Unavailable(source) = error else { return error };
    let for_good = match (source.downcast_ref::<ServerError>(), source.downcast_ref::<sqlx::Error>()) {
        (Some(answer), _) => answer.is_for_good(),
        // A certificate that is not trusted is invalid data.
        (None, Some(sqlx::Error::Io(error))) => error.kind() == io::ErrorKind::InvalidData,
        (None, Some(error)) => matches!(error, sqlx::Error::Configuration(_) | sqlx::Error::Tls(_)),
        (None, None) => false,
    };
    if for_good { StoreError::Unusable(source) } else { StoreError::Unavailable(source) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coded(code: &str) -> ServerError {
        ServerError { code: code.into(), message: "cannot".into() }
    }

    #[test]
    fn a_code_tells_what_waiting_cures() {
        for code in ["28P01", "3D000", "3F000", "42P01", "42501"] {
            assert!(coded(code).is_for_good(), "{code}");
        }
        for code in ["08006", "25006", "40001", "53300", "55P03", "57014", "57P01", "57P03"] {
            assert!(!coded(code).is_for_good(), "{code}");
        }
        let unavailable = |code| StoreError::unavailable(coded(code));
        assert!(matches!(at_opening(unavailable("28P01")), StoreError::Unusable(_)));
        assert!(matches!(at_opening(unavailable("57P03")), StoreError::Unavailable(_)));
        assert!(coded("25006").is_read_only());
        assert_eq!(coded("25006").to_string(), "cannot (SQLSTATE 25006)");
    }
}
