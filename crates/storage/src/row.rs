//! A row: what is written of an account, with what is read back.

use std::time::Duration;

use crate::{AttemptId, Version};

/// Bytes that only a [`Vault`](crate::Vault) with the right key can open.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize))]
#[expect(clippy::exhaustive_structs, reason = "a backend stores exactly these two columns")]
pub struct Sealed {
    /// The key that opens it.
    pub key_id: String,
    /// The ciphertext, nonce and tag included.
    pub bytes: Vec<u8>,
}

/// What a put or a renewal writes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize))]
#[expect(clippy::exhaustive_structs, reason = "a backend stores exactly these columns")]
pub struct Entry {
    /// The record, sealed for the version that this write will make.
    pub sealed: Sealed,
    /// Provider variant, grant and client id in one text: whose renewals are paced together.
    pub client_key: String,
    /// The environment of the record.
    pub environment: String,
    /// The life that the access token has left, where known.
    pub expires_in: Option<Duration>,
    /// When a renewal is due for whoever asks; `None` for never.
    pub due_in: Option<Duration>,
    /// When it is renewed although nobody asks; `None` for never.
    pub upkeep_in: Option<Duration>,
    /// A stable word for the event of this write, kept nowhere else.
    pub remark: Option<String>,
}

/// A row as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize))]
#[expect(clippy::exhaustive_structs, reason = "backends of others make rows")]
pub struct Row {
    /// The identity of the secret.
    pub version: Version,
    /// Whether the account can be used.
    pub status: Status,
    /// The record; `None` once it was erased.
    pub sealed: Option<Sealed>,
    /// As in [`Entry::client_key`].
    pub client_key: String,
    /// As in [`Entry::environment`].
    pub environment: String,
    /// The life that the access token has left now, zero once it is over; `None` where no end is known.
    pub expires_in: Option<Duration>,
    /// The time until a renewal is due for whoever asks, zero once it is; `None` for never.
    pub due_in: Option<Duration>,
    /// The time until it is renewed although nobody asks, zero once that is due; `None` for never.
    pub upkeep_in: Option<Duration>,
    /// How long ago this version was made: by a put, a renewal or a removal.
    pub age: Duration,
    /// The pause that is left before anything may be tried; `None` once it is over.
    pub resting: Option<Duration>,
    /// The attempt that has not been settled, if any.
    pub attempt: Option<Attempt>,
}

impl Row {
    /// The version that [`sealed`](Self::sealed) was sealed for: a tombstone holds the secret before it.
    #[must_use]
    pub const fn sealed_for(&self) -> Version {
        match self.status {
            Status::Disconnected => self.version.before(),
            Status::Active | Status::Refused { .. } => self.version,
        }
    }
}

/// Whether an account can be used.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Status {
    /// It can.
    Active,
    /// The provider said no to its grant: the customer must be asked again.
    Refused {
        /// A stable word for why, such as `grant_refused`.
        cause: String,
    },
    /// Given up: a tombstone that nothing but a new consent replaces.
    Disconnected,
}

/// An attempt in flight, or one that never said how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize))]
#[expect(clippy::exhaustive_structs, reason = "backends of others make attempts")]
pub struct Attempt {
    /// Which.
    pub id: AttemptId,
    /// What it has left of its lease; `None` once the lease is over, or its holder said `Uncertain`.
    pub lease: Option<Duration>,
    /// How long ago it was claimed.
    pub age: Duration,
    /// How many attempts before it went unsettled in a row: 0 for a first one.
    pub replays: u32,
}
