//! A host whose chance can be recognised.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use mailgrant_core::{BoxFuture, Host, SystemHost, testing::ManualHost};

use crate::canary;

/// Time is moved by hand; what is drawn in 32 bytes, which is how secrets are drawn, is marked.
#[derive(Clone, Default)]
pub(crate) struct MarkedHost {
    pub(crate) manual: ManualHost,
    spoils: Arc<AtomicBool>,
}

impl MarkedHost {
    /// From now on tasks panic once they have begun.
    pub(crate) fn spoil_tasks(&self, spoils: bool) {
        self.spoils.store(spoils, Ordering::SeqCst);
    }
}

impl Host for MarkedHost {
    fn now(&self) -> SystemTime {
        self.manual.now()
    }

    fn monotonic(&self) -> Duration {
        self.manual.monotonic()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<()> {
        self.manual.sleep(duration)
    }

    fn random(&self, buffer: &mut [u8]) {
        if buffer.len() == 32 { canary::drawn(buffer) } else { SystemHost.random(buffer) }
    }

    fn spawn(&self, mut task: BoxFuture<()>) {
        if !self.spoils.load(Ordering::SeqCst) {
            return SystemHost.spawn(task);
        }
        SystemHost.spawn(Box::pin(std::future::poll_fn(move |context| {
            // With all that it holds, in the middle of what it does.
            let _ = task.as_mut().poll(context);
            panic!("a task panics that the host runs");
        })));
    }
}
