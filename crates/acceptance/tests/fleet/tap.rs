//! The store as a worker reaches it: what is claimed is said beforehand, and can be held.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use mailgrant_core::Lookup;
use mailgrant_storage::{
    AccountKey, AttemptId, Claim, Due, Entry, Event, Filter, Passage, Purpose, Row, Sealed, Secret, Settled,
    Settlement, Sharing, Store, StoreError, Taken, Version,
};

use crate::desk::Desk;

pub(crate) struct Tap {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) desk: Arc<Desk>,
}

#[async_trait]
impl Store for Tap {
    async fn claim(
        &self,
        key: &AccountKey,
        attempt: &AttemptId,
        lease: Duration,
        seen: Version,
        purpose: Purpose,
    ) -> Result<Claim, StoreError> {
        self.desk.begin(&[*attempt]).await;
        let claim = self.store.claim(key, attempt, lease, seen, purpose).await;
        match &claim {
            Ok(Claim::Granted) => self.desk.granted(key, attempt).await,
            Ok(_) => self.desk.end(&[*attempt]).await,
            // It may have been granted: it is settled in any case.
            Err(_) => {}
        }
        claim
    }

    async fn claim_due(
        &self,
        client_key: &str,
        environment: &str,
        within: Duration,
        attempts: &[AttemptId],
        lease: Duration,
    ) -> Result<Vec<Due>, StoreError> {
        self.desk.begin(attempts).await;
        let claimed = self.store.claim_due(client_key, environment, within, attempts, lease).await;
        let is_used = |attempt: &&AttemptId| claimed.iter().flatten().any(|due| due.attempt == **attempt);
        let unused: Vec<_> = attempts.iter().filter(|attempt| !is_used(attempt)).copied().collect();
        self.desk.end(&unused).await;
        claimed
    }

    async fn settle(
        &self,
        key: &AccountKey,
        claimed: Version,
        attempt: &AttemptId,
        settlement: &Settlement,
    ) -> Result<Settled, StoreError> {
        if matches!(settlement, Settlement::Renewed(_)) {
            self.desk.answered(key, attempt).await;
        }
        let settled = self.store.settle(key, claimed, attempt, settlement).await?;
        self.desk.end(&[*attempt]).await;
        Ok(settled)
    }

    async fn load(&self, key: &AccountKey) -> Result<Option<Row>, StoreError> {
        self.store.load(key).await
    }

    async fn put(&self, key: &AccountKey, expected: Option<Version>, entry: &Entry) -> Result<Version, StoreError> {
        self.store.put(key, expected, entry).await
    }

    async fn hasten(&self, key: &AccountKey, seen: Version, upkeep_in: Duration) -> Result<(), StoreError> {
        self.store.hasten(key, seen, upkeep_in).await
    }

    async fn remove(&self, key: &AccountKey, seen: Version, secret: Secret) -> Result<Version, StoreError> {
        self.store.remove(key, seen, secret).await
    }

    async fn reseal(&self, key: &AccountKey, seen: Version, sealed: &Sealed) -> Result<(), StoreError> {
        self.store.reseal(key, seen, sealed).await
    }

    async fn put_pending(
        &self,
        key: &AccountKey,
        lookup: &Lookup,
        sealed: &Sealed,
        sharing: Sharing,
        ttl: Duration,
    ) -> Result<(), StoreError> {
        self.store.put_pending(key, lookup, sealed, sharing, ttl).await
    }

    async fn take_pending(&self, lookup: &Lookup) -> Result<Taken, StoreError> {
        self.store.take_pending(lookup).await
    }

    async fn list(
        &self,
        filter: &Filter,
        after: Option<&AccountKey>,
        limit: usize,
    ) -> Result<Vec<(AccountKey, Row)>, StoreError> {
        self.store.list(filter, after, limit).await
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
