//! A row in a few bytes.

use std::time::Duration;

use mailgrant_storage::{Attempt, AttemptId};

/// Moments are in milliseconds since the beginning.
#[derive(Clone)]
pub(crate) struct Slim {
    pub(crate) version: u32,
    pub(crate) generation: u32,
    pub(crate) refused: bool,
    pub(crate) written_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) due_at: i64,
    pub(crate) upkeep_at: u64,
    pub(crate) rest_until: u64,
    pub(crate) open: Option<Box<Open>>,
}

#[derive(Clone)]
pub(crate) struct Open {
    pub(crate) id: AttemptId,
    pub(crate) claimed_at: u64,
    pub(crate) lease_until: Option<u64>,
    pub(crate) replays: u32,
}

/// When an account's first token was issued, and when its upkeep is due, in milliseconds since the beginning.
pub(crate) struct First {
    pub(crate) issued_at: i64,
    pub(crate) upkeep_at: u64,
}

impl Open {
    pub(crate) fn at(&self, now: u64) -> Attempt {
        let lease = self.lease_until.and_then(|until| left(until, now));
        Attempt { id: self.id, lease, age: millis(now - self.claimed_at), replays: self.replays }
    }
}

pub(crate) fn millis(number: u64) -> Duration {
    Duration::from_millis(number)
}

pub(crate) fn left(until: u64, now: u64) -> Option<Duration> {
    (until > now).then(|| millis(until - now))
}
