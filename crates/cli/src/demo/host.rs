//! The demo's host: the system's, with clocks that can be put forward.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use mailgrant_core::{BoxFuture, Host, SystemHost};

/// The system's host, some seconds ahead of it. Sleeps last as long as they always do.
pub(super) struct DemoHost {
    system: Arc<dyn Host>,
    ahead: AtomicU64,
}

impl DemoHost {
    pub(super) fn new() -> Self {
        Self { system: SystemHost::shared(), ahead: AtomicU64::new(0) }
    }

    /// Puts both clocks forward.
    pub(super) fn advance(&self, by: Duration) {
        self.ahead.fetch_add(by.as_secs(), Ordering::SeqCst);
    }

    fn ahead(&self) -> Duration {
        Duration::from_secs(self.ahead.load(Ordering::SeqCst))
    }
}

impl Host for DemoHost {
    fn now(&self) -> SystemTime {
        self.system.now() + self.ahead()
    }

    fn monotonic(&self) -> Duration {
        self.system.monotonic() + self.ahead()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<()> {
        self.system.sleep(duration)
    }

    fn random(&self, buffer: &mut [u8]) {
        self.system.random(buffer);
    }

    fn spawn(&self, task: BoxFuture<()>) {
        self.system.spawn(task);
    }
}
