//! Flight: one renewal for all who wait, on a task that none of them can drop.

use std::sync::Arc;

use tokio::sync::watch;
use tracing::Instrument;

use crate::{
    current::Current,
    login::shutting_down,
    manager::Inner,
    renewal,
    slot::{Flight, Landed, Slot, Want},
};

/// Takes part in the flight under way, or starts one.
pub(crate) fn join(inner: &Arc<Inner>, slot: &Arc<Slot>, want: Want) -> Flight {
    let (flight, start) = slot.join_or_start(want);
    if let Some(landing) = start {
        take_off(inner, Strip { slot: slot.clone(), flight: flight.clone(), landing });
    }
    flight
}

/// Starts a flight for nobody to wait for, if none is under way and none has failed just now.
pub(crate) fn start(inner: &Arc<Inner>, slot: &Arc<Slot>) {
    if slot.failed_just_now(inner.host.monotonic()).is_none() {
        drop(join(inner, slot, Want::default()));
    }
}

fn take_off(inner: &Arc<Inner>, strip: Strip) {
    let Some(running) = inner.tasks.begin() else {
        strip.land(Err(shutting_down()));
        return;
    };
    let inner_of_task = inner.clone();
    let span = tracing::debug_span!("renewal", account = %strip.slot.key, upkeep = false);
    let renewal = async move {
        renewal::run(&inner_of_task, &strip).await;
        drop(strip);
        drop(running);
    };
    inner.host.spawn(Box::pin(renewal.instrument(span)));
}

/// Where a flight lands: its result is told once, and its slot is free for the next one however it ended.
pub(crate) struct Strip {
    pub(crate) slot: Arc<Slot>,
    flight: Flight,
    landing: watch::Sender<Option<Landed>>,
}

impl Strip {
    /// For a renewal that nobody waits for: as the flight of its slot, unless another is under way.
    pub(crate) fn for_nobody(slot: Arc<Slot>) -> Self {
        if let (flight, Some(landing)) = slot.join_or_start(Want::default()) {
            return Self { slot, flight, landing };
        }
        let (flight, landing) = Flight::apart();
        Self { slot, flight, landing }
    }

    /// What the flight is for.
    pub(crate) fn want(&self) -> Want {
        self.flight.want
    }

    /// Tells all who wait.
    pub(crate) fn land(&self, landed: Landed) {
        self.landing.send_replace(Some(landed));
    }

    /// Puts the token of this generation into memory, so that whoever comes next finds it, and tells all who wait.
    pub(crate) fn land_on(&self, generation: u64, current: Arc<Current>) {
        self.slot.offer(generation, current.clone());
        self.land(Ok(current));
    }
}

impl Drop for Strip {
    fn drop(&mut self) {
        self.slot.end_flight(&self.flight);
    }
}
