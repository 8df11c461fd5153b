//! Trouble: what is in the way of one account, or of all.

use mailgrant_core::{Error, ErrorKind};

use super::{flaw::Flaw, report::Outcome};
use crate::exit::Stop;

/// What is in the way.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Of one account; the others go on.
    One(Outcome, Flaw),
    /// Of the place where it lies, or of the one where it is to lie.
    All(Stop),
}

impl Trouble {
    pub(super) fn conflict(code: &'static str, why: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self::One(Outcome::Conflict, Flaw::new(code, why))
    }
}

impl From<Flaw> for Trouble {
    fn from(flaw: Flaw) -> Self {
        Self::One(Outcome::Failed, flaw)
    }
}

impl From<Stop> for Trouble {
    fn from(stop: Stop) -> Self {
        Self::All(stop)
    }
}

/// Whoever is to be asked again later is asked about no other account either.
impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::TryLater | ErrorKind::Bug => Self::All(error.into()),
            _ if matches!(error.code(), "store_unusable" | "store_incompatible") => Self::All(error.into()),
            _ => Self::One(Outcome::Failed, error.into()),
        }
    }
}
