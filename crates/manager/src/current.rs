//! Current: a token in memory, with the moments of its renewal.

use std::time::Duration;

use mailgrant_core::Bearer;
use mailgrant_storage::Version;

/// A token in memory. Its moments are on the host's monotonic clock.
#[derive(Clone, Debug)]
pub(crate) struct Current {
    pub(crate) bearer: Bearer,
    pub(crate) version: Version,
    life: Option<Life>,
    /// From here on the row is looked at again, in passing: somebody may have changed it elsewhere.
    stale: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Life {
    /// From here on a renewal is due, and callers still get the token.
    due: Duration,
    /// From here on callers wait for the renewal.
    scarce: Duration,
    /// From here on it is over.
    end: Duration,
    /// How long it had to live when it was new.
    whole: Duration,
}

/// How long a token is handed out before its row is looked at again: so long may a disconnect in another
/// process go unnoticed here.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// Where a token stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Good,
    /// Good, but not looked at for a while.
    Stale,
    Due,
    Scarce,
    Over,
}

impl Current {
    /// `left`: the life that is left at `now`, and the time until a renewal is due, where they are known.
    /// `whole`: the life that the token had.
    pub(crate) fn new(
        bearer: Bearer,
        version: Version,
        now: Duration,
        left: Option<(Duration, Duration)>,
        whole: Duration,
        margin: Duration,
    ) -> Self {
        let life = left.map(|(left, due)| Life {
            due: now + due,
            scarce: now + left.saturating_sub(margin.min(whole / 5)),
            end: now + left,
            whole,
        });
        Self { bearer, version, life, stale: now + LOOK_AGAIN }
    }

    pub(crate) fn phase(&self, now: Duration) -> Phase {
        match self.life {
            Some(life) if now >= life.end => Phase::Over,
            Some(life) if now >= life.scarce => Phase::Scarce,
            Some(life) if now >= life.due => Phase::Due,
            _ if now >= self.stale => Phase::Stale,
            _ => Phase::Good,
        }
    }

    /// Whether it had a life that is over. One that was issued without a life is handed out all the same: what it is
    /// worth, the API will say.
    pub(crate) fn outlived(&self, now: Duration) -> bool {
        self.life.is_some_and(|life| !life.whole.is_zero() && now >= life.end)
    }

    /// The life that is left, where it has an end.
    pub(crate) fn left(&self, now: Duration) -> Option<Duration> {
        self.life.map(|life| life.end.saturating_sub(now))
    }

    /// Whether tokens like this one can be had that are good for so long, without renewing at nearly every call.
    pub(crate) fn affords(&self, needed: Duration) -> bool {
        self.life.is_none_or(|life| needed <= life.whole.mul_f64(0.8))
    }

    /// For how long a renewal has been due.
    pub(crate) fn late(&self, now: Duration) -> Duration {
        self.life.map_or(Duration::ZERO, |life| now.saturating_sub(life.due))
    }
}
