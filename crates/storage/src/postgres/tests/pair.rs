//! Two stores on one database taking turns, as two processes would.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use mailgrant_core::Lookup;

use super::*;
use crate::{
    Claim, Due, Event, Filter, Passage, Purpose, Row, Secret, Settled, Settlement, Sharing, Store, StoreError, Taken,
    Version,
};

/// One connects directly, the other through PgBouncer; each verb comes to the one whose turn it is.
pub(super) struct Pair {
    stores: [PostgresStore; 2],
    turn: AtomicUsize,
}

impl Pair {
    pub(super) async fn fresh() -> Arc<Self> {
        let schema = schema();
        let one = builder(&schema).open().await.unwrap();
        let two = builder_behind_pgbouncer(&schema).open().await.unwrap();
        Arc::new(Self { stores: [one, two], turn: AtomicUsize::new(0) })
    }

    pub(super) async fn advance(&self, by: Duration) {
        advance(&self.stores[0], by).await;
    }

    fn next(&self) -> &PostgresStore {
        &self.stores[self.turn.fetch_add(1, Ordering::Relaxed) % 2]
    }
}

#[async_trait]
impl Store for Pair {
    async fn load(&self, key: &AccountKey) -> Result<Option<Row>, StoreError> {
        self.next().load(key).await
    }

    async fn put(&self, key: &AccountKey, expected: Option<Version>, entry: &Entry) -> Result<Version, StoreError> {
        self.next().put(key, expected, entry).await
    }

    async fn claim(
        &self,
        key: &AccountKey,
        attempt: &AttemptId,
        lease: Duration,
        seen: Version,
        purpose: Purpose,
    ) -> Result<Claim, StoreError> {
        self.next().claim(key, attempt, lease, seen, purpose).await
    }

    async fn claim_due(
        &self,
        client_key: &str,
        environment: &str,
        within: Duration,
        attempts: &[AttemptId],
        lease: Duration,
    ) -> Result<Vec<Due>, StoreError> {
        self.next().claim_due(client_key, environment, within, attempts, lease).await
    }

    async fn settle(
        &self,
        key: &AccountKey,
        claimed: Version,
        attempt: &AttemptId,
        settlement: &Settlement,
    ) -> Result<Settled, StoreError> {
        self.next().settle(key, claimed, attempt, settlement).await
    }

    async fn remove(&self, key: &AccountKey, seen: Version, secret: Secret) -> Result<Version, StoreError> {
        self.next().remove(key, seen, secret).await
    }

    async fn reseal(&self, key: &AccountKey, seen: Version, sealed: &Sealed) -> Result<(), StoreError> {
        self.next().reseal(key, seen, sealed).await
    }

    async fn hasten(&self, key: &AccountKey, seen: Version, upkeep_in: Duration) -> Result<(), StoreError> {
        self.next().hasten(key, seen, upkeep_in).await
    }

    async fn put_pending(
        &self,
        key: &AccountKey,
        lookup: &Lookup,
        sealed: &Sealed,
        sharing: Sharing,
        ttl: Duration,
    ) -> Result<(), StoreError> {
        self.next().put_pending(key, lookup, sealed, sharing, ttl).await
    }

    async fn take_pending(&self, lookup: &Lookup) -> Result<Taken, StoreError> {
        self.next().take_pending(lookup).await
    }

    async fn list(
        &self,
        filter: &Filter,
        after: Option<&AccountKey>,
        limit: usize,
    ) -> Result<Vec<(AccountKey, Row)>, StoreError> {
        self.next().list(filter, after, limit).await
    }

    async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        self.next().events(after, limit).await
    }

    async fn prune(&self, through: u64) -> Result<u64, StoreError> {
        self.next().prune(through).await
    }

    async fn pass_gate(&self, gate: &str, hold: Duration) -> Result<Passage, StoreError> {
        self.next().pass_gate(gate, hold).await
    }

    async fn close_gate(&self, gate: &str, key: &AccountKey, pause: Duration, cause: &str) -> Result<(), StoreError> {
        self.next().close_gate(gate, key, pause, cause).await
    }

    async fn open_gate(&self, gate: &str, key: &AccountKey) -> Result<(), StoreError> {
        self.next().open_gate(gate, key).await
    }
}
