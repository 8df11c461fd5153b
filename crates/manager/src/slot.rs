//! Slot: what this process has in memory of one account.

use std::{
    sync::{
        Arc, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwapOption;
use mailgrant_core::Error;
use mailgrant_storage::{AccountKey, Version};
use tokio::sync::watch;

use crate::{
    builder::FLOOR,
    current::Current,
    sync::{Mutex, MutexGuard},
};

/// What this process has in memory of one account: a token, the renewal under way, the last failure.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) key: AccountKey,
    pub(crate) current: ArcSwapOption<Current>,
    asked: AtomicBool,
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
    pub(crate) want: Want,
    pub(crate) landed: watch::Receiver<Option<Landed>>,
}

/// What kind of token somebody waits for; the default takes any that is good now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Want {
    /// Not of this version: it was rejected, by the API or by hand.
    pub(crate) rejected: Option<Version>,
    /// Somebody knows what they do: it is no matter how new the rejected one is.
    pub(crate) by_hand: bool,
    /// One that is good for so long.
    pub(crate) valid_for: Duration,
}

impl Want {
    pub(crate) fn is_met_by(&self, current: &Current, now: Duration) -> bool {
        Some(current.version) != self.rejected && current.left(now).is_none_or(|left| left >= self.valid_for)
    }
}

pub(crate) type Landed = Result<Arc<Current>, Error>;

impl Flight {
    /// One that is its slot's in name only.
    pub(crate) fn apart() -> (Self, watch::Sender<Option<Landed>>) {
        let (sender, landed) = watch::channel(None);
        (Self { number: 0, want: Want::default(), landed }, sender)
    }
}

impl Slot {
    pub(crate) fn new(key: AccountKey) -> Self {
        Self { key, current: ArcSwapOption::empty(), asked: AtomicBool::new(false), shared: Mutex::default() }
    }

    /// Remembers that somebody asked for a token.
    pub(crate) fn note_asked(&self) {
        // Looked at first, so that callers on many cores do not fight over a line of memory.
        if !self.asked.load(Ordering::Relaxed) {
            self.asked.store(true, Ordering::Relaxed);
        }
    }

    /// Whether somebody asked for a token since this was last asked.
    pub(crate) fn take_asked(&self) -> bool {
        self.asked.swap(false, Ordering::Relaxed)
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

    /// The flight under way, or a new one for this want with its start.
    pub(crate) fn join_or_start(&self, want: Want) -> (Flight, Option<watch::Sender<Option<Landed>>>) {
        let mut shared = self.shared();
        if let Some(flight) = &shared.flight {
            return (flight.clone(), None);
        }
        let (sender, landed) = watch::channel(None);
        shared.flights += 1;
        let flight = Flight { number: shared.flights, want, landed };
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

    /// How long a renewal that this version's rejection asks for has to wait, if it has to: it was renewed because of a
    /// rejection just now.
    pub(crate) fn forced_just_now(&self, version: Version, now: Duration) -> Option<Duration> {
        let (forced, at) = self.shared().forced?;
        let wait = (at + FLOOR).saturating_sub(now);
        (forced == version && !wait.is_zero()).then_some(wait)
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
