//! The emulator's own time.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A point in the emulator's time, since the Unix epoch.
pub(crate) type Moment = Duration;

/// Starts at real time and goes on with it, plus whatever it was advanced. Never runs backwards.
#[derive(Debug)]
pub(crate) struct Clock {
    born: Instant,
    born_at: Moment,
    advanced: Mutex<Duration>,
}

impl Clock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the emulator is a process of its own: its clock begins at real time"
    )]
    pub(crate) fn start() -> Self {
        Self {
            born: Instant::now(),
            born_at: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
            advanced: Mutex::new(Duration::ZERO),
        }
    }

    pub(crate) fn now(&self) -> Moment {
        let advanced = *self.advanced.lock().unwrap_or_else(PoisonError::into_inner);
        self.born_at.saturating_add(self.born.elapsed()).saturating_add(advanced)
    }

    pub(crate) fn advance(&self, by: Duration) {
        let mut advanced = self.advanced.lock().unwrap_or_else(PoisonError::into_inner);
        *advanced = advanced.saturating_add(by);
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;
    use std::time::Duration;

    #[test]
    fn advancing_moves_the_clock_by_at_least_that_much() {
        let clock = Clock::start();
        let before = clock.now();
        clock.advance(Duration::from_secs(3600));
        assert!(clock.now() >= before + Duration::from_secs(3600));
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), Duration::MAX);
    }
}
