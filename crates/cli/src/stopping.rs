//! A store that stops with the process that it is in.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use mailgrant_core::Lookup;
use mailgrant_storage::{
    AccountKey, AttemptId, Claim, Due, Entry, Event, Filter, Passage, Purpose, Row, Sealed, Secret, Settled,
    Settlement, Sharing, Store, StoreError, Taken, Version, memory::MemoryStore,
};

/// Where in a write it stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stopped {
    Before,
    /// It is written, and nobody hears of it.
    Behind,
}

/// The writes until it stops; afterwards nothing goes through.
#[derive(Clone)]
pub(crate) struct Fuse {
    left: Arc<AtomicUsize>,
    blown: Arc<AtomicBool>,
    stopped: Stopped,
}

impl Fuse {
    pub(crate) fn of(writes: usize, stopped: Stopped) -> Self {
        Self { left: Arc::new(AtomicUsize::new(writes)), blown: Arc::default(), stopped }
    }

    pub(crate) fn never() -> Self {
        Self::of(usize::MAX, Stopped::Before)
    }

    /// Whether anything goes through still.
    pub(crate) fn reads(&self) -> bool {
        !self.blown.load(Ordering::SeqCst)
    }

    /// Whether this write is made, then whether anybody hears of it.
    pub(crate) fn writes(&self) -> (bool, bool) {
        if !self.reads() {
            return (false, false);
        }
        if self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            return (true, true);
        }
        self.blown.store(true, Ordering::SeqCst);
        (self.stopped == Stopped::Behind, false)
    }
}

/// A store behind a fuse.
pub(crate) struct Stopping {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) fuse: Fuse,
}

fn gone<T>() -> Result<T, StoreError> {
    Err(StoreError::Incompatible("the process has ended".to_owned()))
}

/// One write.
macro_rules! write {
    ($self:ident, $write:expr) => {
        match $self.fuse.writes() {
            (true, true) => $write.await,
            (true, false) => {
                $write.await?;
                gone()
            }
            _ => gone(),
        }
    };
}

#[async_trait]
impl Store for Stopping {
    async fn load(&self, key: &AccountKey) -> Result<Option<Row>, StoreError> {
        if self.fuse.reads() { self.store.load(key).await } else { gone() }
    }
    async fn put(&self, key: &AccountKey, expected: Option<Version>, entry: &Entry) -> Result<Version, StoreError> {
        write!(self, self.store.put(key, expected, entry))
    }
    async fn claim(
        &self,
        key: &AccountKey,
        attempt: &AttemptId,
        lease: Duration,
        seen: Version,
        purpose: Purpose,
    ) -> Result<Claim, StoreError> {
        write!(self, self.store.claim(key, attempt, lease, seen, purpose))
    }
    async fn claim_due(
        &self,
        client_key: &str,
        environment: &str,
        within: Duration,
        attempts: &[AttemptId],
        lease: Duration,
    ) -> Result<Vec<Due>, StoreError> {
        write!(self, self.store.claim_due(client_key, environment, within, attempts, lease))
    }
    async fn settle(
        &self,
        key: &AccountKey,
        claimed: Version,
        attempt: &AttemptId,
        settlement: &Settlement,
    ) -> Result<Settled, StoreError> {
        write!(self, self.store.settle(key, claimed, attempt, settlement))
    }
    async fn hasten(&self, key: &AccountKey, seen: Version, upkeep_in: Duration) -> Result<(), StoreError> {
        write!(self, self.store.hasten(key, seen, upkeep_in))
    }
    async fn remove(&self, key: &AccountKey, seen: Version, secret: Secret) -> Result<Version, StoreError> {
        write!(self, self.store.remove(key, seen, secret))
    }
    async fn reseal(&self, key: &AccountKey, seen: Version, sealed: &Sealed) -> Result<(), StoreError> {
        write!(self, self.store.reseal(key, seen, sealed))
    }
    async fn put_pending(
        &self,
        key: &AccountKey,
        lookup: &Lookup,
        sealed: &Sealed,
        sharing: Sharing,
        ttl: Duration,
    ) -> Result<(), StoreError> {
        write!(self, self.store.put_pending(key, lookup, sealed, sharing, ttl))
    }
    async fn take_pending(&self, lookup: &Lookup) -> Result<Taken, StoreError> {
        write!(self, self.store.take_pending(lookup))
    }
    async fn list(
        &self,
        filter: &Filter,
        after: Option<&AccountKey>,
        limit: usize,
    ) -> Result<Vec<(AccountKey, Row)>, StoreError> {
        if self.fuse.reads() { self.store.list(filter, after, limit).await } else { gone() }
    }
    async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        self.store.events(after, limit).await
    }
    async fn prune(&self, through: u64) -> Result<u64, StoreError> {
        self.store.prune(through).await
    }
    async fn pass_gate(&self, gate: &str, hold: Duration) -> Result<Passage, StoreError> {
        self.store.pass_gate(gate, hold).await
    }
    async fn close_gate(&self, gate: &str, key: &AccountKey, pause: Duration, cause: &str) -> Result<(), StoreError> {
        self.store.close_gate(gate, key, pause, cause).await
    }
    async fn open_gate(&self, gate: &str, key: &AccountKey) -> Result<(), StoreError> {
        self.store.open_gate(gate, key).await
    }
}
