//! What a caller hears about an account without its token.

use std::time::Duration;

use mailgrant_core::{Error, Expiry, Revocation};
use mailgrant_storage::{AccountKey, Row, Status};

/// How an account stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccountStatus {
    /// Whose.
    pub key: AccountKey,
    /// Whether it can be used.
    pub status: Status,
    /// The environment of its grant.
    pub environment: String,
    /// The life that its access token has left, zero once it is over; `None` where no end is known.
    pub expires_in: Option<Duration>,
    /// A renewal was sent and nobody knows what came of it.
    pub unsettled: bool,
}

impl AccountStatus {
    pub(crate) fn of(key: AccountKey, row: Row) -> Self {
        Self {
            key,
            unsettled: row.attempt.as_ref().is_some_and(|attempt| attempt.lease.is_none()),
            status: row.status,
            environment: row.environment,
            expires_in: row.expires_in,
        }
    }
}

/// What a disconnect came to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Disconnected {
    /// Whether the provider was told. If it could not be told now, the secret that it takes is kept, sealed, in the
    /// tombstone: disconnecting the account again tells the provider again, unless it was connected meanwhile.
    pub revocation: Result<Revocation, Error>,
    /// Until when a token that was handed out before still works, as far as is known.
    pub token_ends: Expiry,
}
