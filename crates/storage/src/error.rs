//! What a store can answer instead of what was asked.

use std::{error::Error as StdError, fmt};

use mailgrant_core::{Error, ErrorKind};

use crate::Version;

/// Why a store did not do what was asked.
///
/// Nothing has changed unless the variant says so. It converts into [`mailgrant_core::Error`].
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// The row is not at the version that the caller named; the version it is at, `None` if there is none.
    Conflict(Option<Version>),
    /// The store could not be reached or could not write. What was asked may or may not have happened:
    /// every verb is idempotent or guarded, so ask again.
    Unavailable(Box<dyn StdError + Send + Sync>),
    /// The store cannot be used as it is set up: a path that cannot be written, a file that is no store.
    Unusable(Box<dyn StdError + Send + Sync>),
    /// The store holds something that this build cannot read, such as the schema of a newer one. It is
    /// left as it is.
    Incompatible(String),
}

impl StoreError {
    /// [`StoreError::Unavailable`] because of `source`.
    pub fn unavailable(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict(_) => formatter.write_str("somebody else changed the account meanwhile"),
            Self::Unavailable(_) => formatter.write_str("the store cannot be reached or cannot write"),
            Self::Unusable(_) => {
                formatter.write_str("the store cannot be used as it is set up: check its path and who may write there")
            }
            Self::Incompatible(what) => write!(formatter, "the store holds what this build cannot read: {what}"),
        }
    }
}

impl StdError for StoreError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Unavailable(source) | Self::Unusable(source) => Some(&**source),
            Self::Conflict(_) | Self::Incompatible(_) => None,
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let (kind, code) = match &error {
            StoreError::Conflict(_) => (ErrorKind::TryLater, "store_conflict"),
            StoreError::Unavailable(_) => (ErrorKind::TryLater, "store_unavailable"),
            StoreError::Unusable(_) => (ErrorKind::Configuration, "store_unusable"),
            StoreError::Incompatible(_) => (ErrorKind::Configuration, "store_incompatible"),
        };
        Self::new(kind, code, error.to_string()).caused_by(error)
    }
}
