//! A store in which somebody renews just before a row is resealed.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{sync::Mutex, time::Duration};

use async_trait::async_trait;
use mailgrant_core::Lookup;
use mailgrant_storage::{
    AccountKey, AttemptId, Claim, Due, Entry, Event, Filter, Passage, Purpose, Row, Sealed, Secret, Settled,
    Settlement, Sharing, Store, StoreError, Taken, Version, memory::MemoryStore,
};

pub(crate) struct Contested {
    inner: MemoryStore,
    /// What is written meanwhile; `None` where every reseal comes too late.
    meanwhile: Option<Mutex<Vec<Entry>>>,
}

impl Contested {
    pub(crate) fn by(entries: impl Into<Vec<Entry>>) -> Self {
        Self { inner: MemoryStore::default(), meanwhile: Some(Mutex::new(entries.into())) }
    }

    pub(crate) fn forever() -> Self {
        Self { inner: MemoryStore::default(), meanwhile: None }
    }
}

#[async_trait]
impl Store for Contested {
    async fn reseal(&self, key: &AccountKey, seen: Version, sealed: &Sealed) -> Result<(), StoreError> {
        let Some(meanwhile) = &self.meanwhile else { return Err(StoreError::Conflict(Some(seen))) };
        let entry = meanwhile.lock().unwrap().pop();
        if let Some(entry) = entry {
            self.inner.put(key, Some(seen), &entry).await?;
        }
        self.inner.reseal(key, seen, sealed).await
    }

    async fn load(&self, key: &AccountKey) -> Result<Option<Row>, StoreError> {
        self.inner.load(key).await
    }

    async fn put(&self, key: &AccountKey, expected: Option<Version>, entry: &Entry) -> Result<Version, StoreError> {
        self.inner.put(key, expected, entry).await
    }

    async fn claim(
        &self,
        key: &AccountKey,
        attempt: &AttemptId,
        lease: Duration,
        seen: Version,
        purpose: Purpose,
    ) -> Result<Claim, StoreError> {
        self.inner.claim(key, attempt, lease, seen, purpose).await
    }

    async fn claim_due(
        &self,
        client_key: &str,
        environment: &str,
        within: Duration,
        attempts: &[AttemptId],
        lease: Duration,
    ) -> Result<Vec<Due>, StoreError> {
        self.inner.claim_due(client_key, environment, within, attempts, lease).await
    }

    async fn settle(
        &self,
        key: &AccountKey,
        claimed: Version,
        attempt: &AttemptId,
        settlement: &Settlement,
    ) -> Result<Settled, StoreError> {
        self.inner.settle(key, claimed, attempt, settlement).await
    }

    async fn hasten(&self, key: &AccountKey, seen: Version, upkeep_in: Duration) -> Result<(), StoreError> {
        self.inner.hasten(key, seen, upkeep_in).await
    }

    async fn remove(&self, key: &AccountKey, seen: Version, secret: Secret) -> Result<Version, StoreError> {
        self.inner.remove(key, seen, secret).await
    }

    async fn put_pending(
        &self,
        key: &AccountKey,
        lookup: &Lookup,
        sealed: &Sealed,
        sharing: Sharing,
        ttl: Duration,
    ) -> Result<(), StoreError> {
        self.inner.put_pending(key, lookup, sealed, sharing, ttl).await
    }

    async fn take_pending(&self, lookup: &Lookup) -> Result<Taken, StoreError> {
        self.inner.take_pending(lookup).await
    }

    async fn list(
        &self,
        filter: &Filter,
        after: Option<&AccountKey>,
        limit: usize,
    ) -> Result<Vec<(AccountKey, Row)>, StoreError> {
        self.inner.list(filter, after, limit).await
    }

    async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        self.inner.events(after, limit).await
    }

    async fn prune(&self, through: u64) -> Result<u64, StoreError> {
        self.inner.prune(through).await
    }

    async fn pass_gate(&self, gate: &str, hold: Duration) -> Result<Passage, StoreError> {
        self.inner.pass_gate(gate, hold).await
    }

    async fn close_gate(&self, gate: &str, key: &AccountKey, pause: Duration, cause: &str) -> Result<(), StoreError> {
        self.inner.close_gate(gate, key, pause, cause).await
    }

    async fn open_gate(&self, gate: &str, key: &AccountKey) -> Result<(), StoreError> {
        self.inner.open_gate(gate, key).await
    }
}
