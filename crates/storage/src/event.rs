//! Events: what happened to an account, recorded in the step in which it did.

use std::time::SystemTime;

use crate::{AccountKey, AttemptId, Version};

/// Something that happened to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize))]
#[expect(clippy::exhaustive_structs, reason = "backends of others make events")]
pub struct Event {
    /// Grows from event to event.
    pub id: u64,
    /// When, by the store's clock.
    pub at: SystemTime,
    /// Whose.
    pub key: AccountKey,
    /// What.
    pub kind: EventKind,
    /// The version of the row after it; `None` where no row is concerned.
    pub version: Option<Version>,
    /// The attempt that it is about, if any.
    pub attempt: Option<AttemptId>,
    /// A stable word for why, where there is one.
    pub cause: Option<String>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum EventKind {
    /// A login was begun (`put_pending`).
    LoginBegun,
    /// A login came back (`take_pending` gave it out).
    LoginReturned,
    /// A consent was stored (`put`).
    Connected,
    /// An attempt was stored (`claim` with `Renew`, `claim_due`).
    Claimed,
    /// An unsettled attempt was taken over (`claim` with `Replay`).
    Replayed,
    /// A renewal was stored.
    Renewed,
    /// An attempt ended without effect.
    Untouched,
    /// The provider said no.
    Refused,
    /// An attempt ended, and nobody knows how.
    Uncertain,
    /// The account became a tombstone, or its secret was erased.
    Disconnected,
    /// The secret was sealed under another key (`reseal`).
    Resealed,
    /// A gate that was open was closed: its provider is not asked (`close_gate`).
    GateClosed,
    /// A gate that was closed was opened (`open_gate`).
    GateOpened,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::LoginBegun,
        Self::LoginReturned,
        Self::Connected,
        Self::Claimed,
        Self::Replayed,
        Self::Renewed,
        Self::Untouched,
        Self::Refused,
        Self::Uncertain,
        Self::Disconnected,
        Self::Resealed,
        Self::GateClosed,
        Self::GateOpened,
    ];

    /// A stable word, as stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LoginBegun => "login_begun",
            Self::LoginReturned => "login_returned",
            Self::Connected => "connected",
            Self::Claimed => "claimed",
            Self::Replayed => "replayed",
            Self::Renewed => "renewed",
            Self::Untouched => "untouched",
            Self::Refused => "refused",
            Self::Uncertain => "uncertain",
            Self::Disconnected => "disconnected",
            Self::Resealed => "resealed",
            Self::GateClosed => "gate_closed",
            Self::GateOpened => "gate_opened",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
