//! Follow: the store's events as they come.

use std::{collections::VecDeque, fmt, sync::Arc, time::Duration};

use mailgrant_core::Error;
use mailgrant_storage::Event;

use crate::manager::Inner;

/// The store's events behind an id, each at least once and in order, whichever process caused them.
///
/// Made by [`Manager::follow`](crate::Manager::follow). Keep the id of the last event that was dealt with, and begin
/// there after a restart.
pub struct Follow {
    inner: Arc<Inner>,
    after: u64,
    ready: VecDeque<Event>,
}

/// How often the store is asked for news.
const PERIOD: Duration = Duration::from_secs(1);

const PAGE: usize = 256;

impl Follow {
    pub(crate) fn new(inner: Arc<Inner>, after: u64) -> Self {
        Self { inner, after, ready: VecDeque::new() }
    }

    /// The next event, once there is one. Dropping this future loses none.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TryLater`](mailgrant_core::ErrorKind::TryLater) if the store cannot be reached; ask again.
    pub async fn next(&mut self) -> Result<Event, Error> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                self.after = event.id;
                return Ok(event);
            }
            self.ready.extend(self.inner.vault.store().events(self.after, PAGE).await?);
            if self.ready.is_empty() {
                self.inner.host.sleep(PERIOD).await;
            }
        }
    }
}

impl fmt::Debug for Follow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Follow").field("after", &self.after).finish_non_exhaustive()
    }
}
