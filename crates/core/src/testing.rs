//! Stand-ins for tests: a host whose clock is moved by hand, a mocked transport.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
    time::{Duration, SystemTime},
};

pub use crate::transport::MockTransport;
use crate::{BoxFuture, Host, SystemHost};

/// A host whose time stands still until [`advance`](Self::advance) moves it.
///
/// Chance is the system's, and tasks run on the current tokio runtime. Clones share one clock.
#[derive(Clone, Debug)]
pub struct ManualHost {
    clock: Arc<Mutex<Clock>>,
}

#[derive(Debug)]
struct Clock {
    wall: SystemTime,
    monotonic: Duration,
    sleepers: BTreeMap<(Duration, u64), Waker>,
    next: u64,
}

impl ManualHost {
    /// A host on which it is `now`.
    #[must_use]
    pub fn at(now: SystemTime) -> Self {
        let clock = Clock { wall: now, monotonic: Duration::ZERO, sleepers: BTreeMap::new(), next: 0 };
        Self { clock: Arc::new(Mutex::new(clock)) }
    }

    /// Lets time pass: both clocks move, and whoever slept long enough wakes.
    pub fn advance(&self, by: Duration) {
        let woken = {
            let mut clock = self.clock();
            clock.wall += by;
            clock.monotonic += by;
            let now = clock.monotonic;
            let later = clock.sleepers.split_off(&(now, u64::MAX));
            std::mem::replace(&mut clock.sleepers, later)
        };
        woken.into_values().for_each(Waker::wake);
    }

    /// Moves the time of day alone, as an operator or NTP would.
    pub fn step(&self, now: SystemTime) {
        self.clock().wall = now;
    }

    /// How many sleeps are being slept.
    #[must_use]
    pub fn sleeping(&self) -> usize {
        self.clock().sleepers.len()
    }

    fn clock(&self) -> MutexGuard<'_, Clock> {
        self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The 1st of January 2026, 00:00 UTC.
impl Default for ManualHost {
    fn default() -> Self {
        Self::at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600))
    }
}

impl Host for ManualHost {
    fn now(&self) -> SystemTime {
        self.clock().wall
    }

    fn monotonic(&self) -> Duration {
        self.clock().monotonic
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<()> {
        let host = self.clone();
        let until = self.monotonic() + duration;
        let mut slot = None;
        Box::pin(std::future::poll_fn(move |context| {
            let mut clock = host.clock();
            if clock.monotonic >= until {
                slot.take().and_then(|slot| clock.sleepers.remove(&slot));
                return Poll::Ready(());
            }
            let place = *slot.get_or_insert_with(|| {
                clock.next += 1;
                (until, clock.next)
            });
            clock.sleepers.insert(place, context.waker().clone());
            Poll::Pending
        }))
    }

    fn random(&self, buffer: &mut [u8]) {
        SystemHost.random(buffer);
    }

    fn spawn(&self, task: BoxFuture<()>) {
        SystemHost.spawn(task);
    }
}

#[cfg(test)]
mod tests {
    use std::{pin::pin, task::Context};

    use super::*;

    #[test]
    fn a_sleeper_wakes_when_its_time_has_come() {
        let host = ManualHost::default();
        let mut sleep = pin!(host.sleep(Duration::from_secs(5)));
        let mut context = Context::from_waker(Waker::noop());
        assert!(sleep.as_mut().poll(&mut context).is_pending());
        host.advance(Duration::from_secs(4));
        assert!(sleep.as_mut().poll(&mut context).is_pending());
        assert_eq!(host.sleeping(), 1);
        host.advance(Duration::from_secs(1));
        assert!(sleep.as_mut().poll(&mut context).is_ready());
        assert_eq!(host.sleeping(), 0);
    }
}
