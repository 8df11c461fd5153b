//! A store that fails, lies or panics when it is told to.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use mailgrant_core::{Lookup, async_trait};
use mailgrant_storage::{
    AccountKey, AttemptId, Claim, Due, Entry, Event, Filter, Passage, Purpose, Row, Secret, Settled, Settlement,
    Sharing, Store, StoreError, Taken, Version, memory::MemoryStore,
};

/// What becomes of the verb that is troubled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    Unavailable,
    Damaged,
    Panic,
}

/// A store in memory. Clones share it.
#[derive(Clone)]
pub(crate) struct Troubled {
    inner: Arc<MemoryStore>,
    trouble: Arc<Mutex<Option<(&'static str, Trouble)>>>,
}

/// Every verb of a store.
pub(crate) const VERBS: [&str; 16] = [
    "load",
    "put",
    "claim",
    "claim_due",
    "settle",
    "hasten",
    "remove",
    "reseal",
    "put_pending",
    "take_pending",
    "list",
    "events",
    "prune",
    "pass_gate",
    "close_gate",
    "open_gate",
];

impl Troubled {
    pub(crate) fn over(inner: MemoryStore) -> Self {
        Self { inner: Arc::new(inner), trouble: Arc::default() }
    }

    pub(crate) fn at(&self, verb: &'static str, trouble: Trouble) {
        *self.trouble.lock().unwrap() = Some((verb, trouble));
    }

    /// Whether what the verb returns is damaged; `given` is what it was called with.
    fn meet(&self, verb: &str, given: impl std::fmt::Debug) -> Result<bool, StoreError> {
        let trouble = *self.trouble.lock().unwrap();
        match trouble.filter(|(troubled, _)| *troubled == verb).map(|(_, trouble)| trouble) {
            Some(Trouble::Unavailable) => Err(StoreError::unavailable(format!("{verb} {given:?}"))),
            Some(Trouble::Panic) => panic!("{verb} panics, given {given:?}"),
            Some(Trouble::Damaged) => Ok(true),
            None => Ok(false),
        }
    }
}

fn damaged(mut row: Row) -> Row {
    if let Some(last) = row.sealed.as_mut().and_then(|sealed| sealed.bytes.last_mut()) {
        *last ^= 1;
    }
    row
}

#[async_trait]
impl Store for Troubled {
    async fn load(&self, key: &AccountKey) -> Result<Option<Row>, StoreError> {
        let is_damaged = self.meet("load", key)?;
        let row = self.inner.load(key).await?;
        Ok(if is_damaged { row.map(damaged) } else { row })
    }

    async fn put(&self, key: &AccountKey, expected: Option<Version>, entry: &Entry) -> Result<Version, StoreError> {
        self.meet("put", (key, expected, entry))?;
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
        self.meet("claim", (key, attempt, seen))?;
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
        self.meet("claim_due", (client_key, environment))?;
        self.inner.claim_due(client_key, environment, within, attempts, lease).await
    }

    async fn settle(
        &self,
        key: &AccountKey,
        claimed: Version,
        attempt: &AttemptId,
        settlement: &Settlement,
    ) -> Result<Settled, StoreError> {
        self.meet("settle", (key, claimed, attempt, settlement))?;
        self.inner.settle(key, claimed, attempt, settlement).await
    }

    async fn hasten(&self, key: &AccountKey, seen: Version, upkeep_in: Duration) -> Result<(), StoreError> {
        self.meet("hasten", (key, seen))?;
        self.inner.hasten(key, seen, upkeep_in).await
    }

    async fn remove(&self, key: &AccountKey, seen: Version, secret: Secret) -> Result<Version, StoreError> {
        self.meet("remove", (key, seen))?;
        self.inner.remove(key, seen, secret).await
    }

    async fn reseal(
        &self,
        key: &AccountKey,
        seen: Version,
        sealed: &mailgrant_storage::Sealed,
    ) -> Result<(), StoreError> {
        self.meet("reseal", (key, seen, sealed))?;
        self.inner.reseal(key, seen, sealed).await
    }

    async fn put_pending(
        &self,
        key: &AccountKey,
        lookup: &Lookup,
        sealed: &mailgrant_storage::Sealed,
        sharing: Sharing,
        ttl: Duration,
    ) -> Result<(), StoreError> {
        self.meet("put_pending", (key, lookup, sealed))?;
        self.inner.put_pending(key, lookup, sealed, sharing, ttl).await
    }

    async fn take_pending(&self, lookup: &Lookup) -> Result<Taken, StoreError> {
        let is_damaged = self.meet("take_pending", lookup)?;
        match self.inner.take_pending(lookup).await? {
            Taken::Pending(mut sealed) if is_damaged => {
                sealed.bytes.reverse();
                Ok(Taken::Pending(sealed))
            }
            taken => Ok(taken),
        }
    }

    async fn list(
        &self,
        filter: &Filter,
        after: Option<&AccountKey>,
        limit: usize,
    ) -> Result<Vec<(AccountKey, Row)>, StoreError> {
        self.meet("list", filter)?;
        self.inner.list(filter, after, limit).await
    }

    async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        self.meet("events", after)?;
        self.inner.events(after, limit).await
    }

    async fn prune(&self, through: u64) -> Result<u64, StoreError> {
        self.meet("prune", through)?;
        self.inner.prune(through).await
    }

    async fn pass_gate(&self, gate: &str, hold: Duration) -> Result<Passage, StoreError> {
        self.meet("pass_gate", gate)?;
        self.inner.pass_gate(gate, hold).await
    }

    async fn close_gate(&self, gate: &str, key: &AccountKey, pause: Duration, cause: &str) -> Result<(), StoreError> {
        self.meet("close_gate", (gate, key, cause))?;
        self.inner.close_gate(gate, key, pause, cause).await
    }

    async fn open_gate(&self, gate: &str, key: &AccountKey) -> Result<(), StoreError> {
        self.meet("open_gate", (gate, key))?;
        self.inner.open_gate(gate, key).await
    }
}
