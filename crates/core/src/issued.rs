//! Issued: what a token endpoint answered.

use std::{fmt, time::SystemTime};

use crate::{AccessToken, Expiry, RefreshToken};

/// The tokens of one answer (RFC 6749 §5.1), with the end of the access token's life worked out.
#[derive(Clone)]
pub(crate) struct Issued {
    pub(crate) access: AccessToken,
    /// Absent where the provider gives none: such a grant ends with its access token.
    pub(crate) refresh: Option<RefreshToken>,
    pub(crate) expiry: Expiry,
    /// The moment before the request was sent, from which the life is counted.
    pub(crate) at: SystemTime,
    pub(crate) scope: Option<String>,
    /// Whose account it opens, as the provider names it.
    pub(crate) account_id: Option<String>,
}

impl Issued {
    /// This answer to a refresh of `old`: an answer without a refresh token keeps the old one (RFC 6749 §6).
    pub(crate) fn succeeding(mut self, old: &Self) -> Self {
        if self.refresh.is_none() {
            self.refresh.clone_from(&old.refresh);
        }
        if self.scope.is_none() {
            self.scope.clone_from(&old.scope);
        }
        self.of_the_account_of(old)
    }

    /// This answer to a renewal of `old`, which is of the same account, whatever the answer calls it.
    pub(crate) fn of_the_account_of(mut self, old: &Self) -> Self {
        if old.account_id.is_some() {
            self.account_id.clone_from(&old.account_id);
        }
        self
    }
}

/// Without whose account it is: an address, perhaps.
impl fmt::Debug for Issued {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Issued")
            .field("refresh", &self.refresh.is_some())
            .field("expiry", &self.expiry)
            .finish_non_exhaustive()
    }
}
