//! The world outside: time, chance, tasks that outlive their caller.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, OnceLock},
    time::{Duration, Instant, SystemTime},
};

/// A future that a [`Host`] can sleep on or spawn.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send + 'static>>;

/// Where a client lives: the only source of time, chance and tasks.
///
/// Everything in mailgrant takes these from here, so that a test moves the clock by hand and a
/// simulation runs the real code. [`SystemHost`] is the host that everybody else wants.
pub trait Host: Send + Sync + 'static {
    /// The time of day. It may step in either direction; nothing safety-critical relies on it.
    fn now(&self) -> SystemTime;

    /// Time since some fixed moment in the past. It never goes back.
    fn monotonic(&self) -> Duration;

    /// Completes once `duration` of [`monotonic`](Self::monotonic) time has passed.
    fn sleep(&self, duration: Duration) -> BoxFuture<()>;

    /// Fills `buffer` from a cryptographically secure source.
    ///
    /// # Panics
    ///
    /// If the operating system has no randomness to give: nothing sound can be done without it.
    fn random(&self, buffer: &mut [u8]);

    /// Runs `task` to its end, whoever loses interest in it meanwhile.
    fn spawn(&self, task: BoxFuture<()>);
}

/// The operating system's clocks and randomness, tokio's timers and tasks.
///
/// `sleep` and `spawn` need to be called within a tokio runtime.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing in it")]
pub struct SystemHost;

impl SystemHost {
    /// The system's host, shared.
    #[must_use]
    pub fn shared() -> Arc<dyn Host> {
        Arc::new(Self)
    }
}

impl Host for SystemHost {
    #[expect(clippy::disallowed_methods, reason = "this is where the time comes from")]
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    #[expect(clippy::disallowed_methods, reason = "this is where the time comes from")]
    fn monotonic(&self) -> Duration {
        static ORIGIN: OnceLock<Instant> = OnceLock::new();
        ORIGIN.get_or_init(Instant::now).elapsed()
    }

    #[expect(clippy::disallowed_methods, reason = "this is where sleep comes from")]
    fn sleep(&self, duration: Duration) -> BoxFuture<()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn random(&self, buffer: &mut [u8]) {
        if let Err(error) = getrandom::fill(buffer) {
            panic!("the operating system gives no randomness: {error}");
        }
    }

    #[expect(clippy::disallowed_methods, reason = "this is where tasks come from")]
    fn spawn(&self, task: BoxFuture<()>) {
        drop(tokio::spawn(task));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monotonic_time_does_not_go_back() {
        let first = SystemHost.monotonic();
        assert!(SystemHost.monotonic() >= first);
    }

    #[test]
    fn random_fills_the_whole_buffer() {
        let mut bytes = [0_u8; 64];
        SystemHost.random(&mut bytes);
        assert!(bytes.chunks(16).all(|chunk| chunk.iter().any(|byte| *byte != 0)));
    }
}
