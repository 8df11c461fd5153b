//! Tokens with what they descend from.

use std::time::Duration;

use crate::account::Account;
use crate::clock::Moment;
use crate::provider::Provider;

/// What a token request yields.
#[derive(Debug)]
pub(crate) struct Issued {
    pub(crate) access_token: String,
    /// Seconds; `None` is without end.
    pub(crate) lifetime: Option<u64>,
    pub(crate) refresh_token: Option<String>,
    /// Whose tokens these are.
    pub(crate) account: Account,
}

/// What an access token is worth.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Standing<'a> {
    Live(&'a Account),
    Expired(&'a Account),
    /// Never issued, issued by another provider, or revoked.
    Unknown,
}

/// When something ends, if ever.
#[derive(Clone, Copy, Debug)]
pub(super) struct Life {
    end: Option<Moment>,
}

impl Life {
    pub(super) fn of(now: Moment, seconds: Option<u64>) -> Self {
        Self { end: seconds.map(|seconds| now.saturating_add(Duration::from_secs(seconds))) }
    }

    pub(super) fn ended(self, now: Moment) -> bool {
        self.end.is_some_and(|end| end <= now)
    }
}

/// Everything that descends from one consent.
#[derive(Debug)]
pub(super) struct Family {
    pub(super) provider: Provider,
    pub(super) client_id: String,
    pub(super) account: Account,
    pub(super) refresh_dead: bool,
    pub(super) access_dead: bool,
}

impl Family {
    pub(super) fn new(client_id: &str, account: Account, provider: Provider) -> Self {
        Self { provider, client_id: client_id.to_owned(), account, refresh_dead: false, access_dead: false }
    }

    /// Nothing of it is good any more, except access tokens that are judged by themselves alone.
    pub(super) fn end(&mut self) {
        self.refresh_dead = true;
        self.access_dead = self.provider != Provider::Delegated;
    }
}

#[derive(Debug)]
pub(super) struct Access {
    pub(super) family: usize,
    pub(super) life: Life,
    pub(super) revoked: bool,
}

impl Access {
    pub(super) fn new(family: usize, life: Life) -> Self {
        Self { family, life, revoked: false }
    }
}

#[derive(Debug)]
pub(super) struct Refresh {
    pub(super) family: usize,
    pub(super) life: Life,
    /// A newer one took its place.
    pub(super) rotated: bool,
}

impl Refresh {
    pub(super) fn new(family: usize, life: Life) -> Self {
        Self { family, life, rotated: false }
    }
}
