//! The host of one process: chance and time of its own, tasks that end with it.

use std::{
    sync::Mutex,
    time::{Duration, SystemTime},
};

use mailgrant_core::{BoxFuture, Host};

use crate::{
    chance::Chance,
    executor::{Executor, Node},
};

/// One process. Its monotonic time begins wherever it likes; its time of day may be wrong.
pub(crate) struct SimulatedHost {
    executor: Executor,
    node: Node,
    origin: Duration,
    chance: Mutex<Chance>,
}

impl SimulatedHost {
    pub(crate) fn new(executor: Executor, node: Node, mut chance: Chance) -> Self {
        let origin = chance.millis(0..=1_000_000_000);
        Self { executor, node, origin, chance: Mutex::new(chance) }
    }
}

impl Host for SimulatedHost {
    fn now(&self) -> SystemTime {
        // The 1st of January 2026, 00:00 UTC.
        let right = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600) + self.executor.now();
        let skew = self.executor.skew(self.node);
        let by = Duration::from_millis(skew.unsigned_abs());
        if skew < 0 { right - by } else { right + by }
    }

    fn monotonic(&self) -> Duration {
        self.origin + self.executor.now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<()> {
        Box::pin(self.executor.sleep(duration))
    }

    fn random(&self, buffer: &mut [u8]) {
        self.chance.lock().unwrap().fill(buffer);
    }

    fn spawn(&self, task: BoxFuture<()>) {
        self.executor.spawn(self.node, task);
    }
}
