//! The backend of these tests: memory, on the clock of the test's host.

use std::{sync::Arc, time::Duration};

use mailgrant_storage::{Store, memory::MemoryStore};

use crate::world::ShiftedHost;

pub(crate) struct Backend {
    pub(crate) store: Arc<dyn Store>,
}

#[expect(clippy::unused_async, reason = "other backends have to wait")]
impl Backend {
    pub(crate) async fn fresh(host: &ShiftedHost) -> Self {
        Self { store: Arc::new(MemoryStore::new(Arc::new(host.clone()))) }
    }

    /// The host's clock is the store's.
    pub(crate) async fn advance(&self, _: Duration) {}
}
