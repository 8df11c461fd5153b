//! Slot: what this process has in memory of one account.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwapOption;
use mailgrant_core::Error;
use mailgrant_storage::{AccountKey, Version};
use tokio::sync::watch;

use crate::{builder::FLOOR, current::Current};

/// What this process has in memory of one account: a token, the renewal under way, the last forced one.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) key: AccountKey,
    pub(crate) current: ArcSwapOption<Current>,
    shared: Mutex<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Grows whenever what was in memory is no longer to be served.
    generation: u64,
    flight: Option<Flight>,
    flights: u64,
    forced: Option<(Version, Duration)>,
    failed: Option<(Error, Duration)>,
}

/// A renewal under way, as those who wait for it see it.
#[derive(Clone, Debug)]
pub(crate) struct Flight {
    number: u64,
    /// The version that was rejected, if a rejection is what it is for.
    pub(crate) rejected: Option<Version>,
    pub(crate) landed: watch::Receiver<Option<Landed>>,
}

pub(crate) type Landed = Result<Arc<Current>, Error>;

impl Slot {
    pub(crate) fn new(key: AccountKey) -> Self {
        Self { key, current: ArcSwapOption::empty(), shared: Mutex::default() }
    }

    /// Whatever was loaded from now on may be offered as of this generation.
    pub(crate) fn generation(&self) -> u64 {
        self.shared().generation
    }

    /// Puts a token into memory, unless the account was cleared since `generation`.
    pub(crate) fn offer(&self, generation: u64, current: Arc<Current>) {
        let mut shared = self.shared();
        if shared.generation == generation {
            shared.failed = None;
            self.current.store(Some(current));
        }
    }

    /// Forgets the token, with the renewal that it may come of: the account was connected anew, or disconnected.
    pub(crate) fn clear(&self) {
        let mut shared = self.shared();
        shared.generation += 1;
        (shared.flight, shared.failed) = (None, None);
        self.current.store(None);
    }

    /// The flight under way that serves whoever needs a token other than `rejected`, or a new one with its start.
    pub(crate) fn join_or_start(&self, rejected: Option<Version>) -> (Flight, Option<watch::Sender<Option<Landed>>>) {
        let mut shared = self.shared();
        if let Some(flight) = &shared.flight {
            return (flight.clone(), None);
        }
        let (sender, landed) = watch::channel(None);
        shared.flights += 1;
        let flight = Flight { number: shared.flights, rejected, landed };
        shared.flight = Some(flight.clone());
        (flight, Some(sender))
    }

    /// The flight is over; the next one may start.
    pub(crate) fn end_flight(&self, flight: &Flight) {
        let mut shared = self.shared();
        if shared.flight.as_ref().is_some_and(|current| current.number == flight.number) {
            shared.flight = None;
        }
    }

    /// Remembers until when a failure is the answer to whoever asks.
    pub(crate) fn note_failure(&self, error: Error, until: Duration) {
        self.shared().failed = Some((error, until));
    }

    /// The failure that is still fresh, if there is one.
    pub(crate) fn failed_just_now(&self, now: Duration) -> Option<Error> {
        let shared = self.shared();
        let (error, until) = shared.failed.as_ref()?;
        (now < *until).then(|| error.clone())
    }

    /// Remembers that a rejection led to this version.
    pub(crate) fn note_forced(&self, version: Version, now: Duration) {
        self.shared().forced = Some((version, now));
    }

    /// How long a renewal that this version's rejection asks for has to wait, if it has to: it was renewed
    /// because of a rejection just now.
    pub(crate) fn forced_just_now(&self, version: Version, now: Duration) -> Option<Duration> {
        let (forced, at) = self.shared().forced?;
        let wait = (at + FLOOR).saturating_sub(now);
        (forced == version && !wait.is_zero()).then_some(wait)
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
