//! The store as one host reaches it: the memory store behind a network and a database that have bad days.

use std::time::Duration;

use async_trait::async_trait;
use mailgrant_core::Lookup;
use mailgrant_storage::{
    AccountKey, AttemptId, Claim, Due, Entry, Event, Filter, Passage, Purpose, Row, Sealed, Secret, Settled,
    Settlement, Sharing, Store, StoreError, Taken, Version,
};

use crate::{executor::Node, scenario::Point, world::World};

pub(crate) struct SimulatedStore {
    pub(crate) world: World,
    pub(crate) node: Node,
}

impl SimulatedStore {
    pub(crate) fn new(world: World, node: Node) -> Self {
        Self { world, node }
    }
}

/// One verb that changes no row: there and back, each with its misfortunes.
macro_rules! through {
    ($self:ident, $verb:ident($($argument:expr),*)) => {{
        let way = $self.there().await?;
        let answer = $self.world.store.$verb($($argument),*).await;
        $self.tell_events();
        $self.back(way).await?;
        answer
    }};
}

#[async_trait]
impl Store for SimulatedStore {
    async fn load(&self, key: &AccountKey) -> Result<Option<Row>, StoreError> {
        let way = self.there().await?;
        let row = self.world.store.load(key).await?;
        let row = self.perhaps_stale(key, row);
        self.saw(key, row.as_ref());
        self.back(way).await?;
        Ok(row)
    }

    async fn put(&self, key: &AccountKey, expected: Option<Version>, entry: &Entry) -> Result<Version, StoreError> {
        let way = self.there().await?;
        let before = self.look(key).await;
        let answer = self.world.store.put(key, expected, entry).await;
        self.watched(key, before, way.since).await;
        self.back(way).await?;
        answer
    }

    async fn claim(
        &self,
        key: &AccountKey,
        attempt: &AttemptId,
        lease: Duration,
        seen: Version,
        purpose: Purpose,
    ) -> Result<Claim, StoreError> {
        let since = self.world.executor.now();
        self.world.pass(self.node, Point::K1).await;
        let way = self.there().await?;
        let before = self.look(key).await;
        let answer = self.world.store.claim(key, attempt, lease, seen, purpose).await;
        self.watched(key, before, way.since).await;
        self.asked_for(attempt, since);
        let answer = self.sabotaged_claim(answer?);
        self.count_claim(key, &answer);
        if answer == Claim::Granted {
            self.world.pass(self.node, Point::K2).await;
        }
        self.back(way).await?;
        Ok(answer)
    }

    async fn claim_due(
        &self,
        client_key: &str,
        environment: &str,
        within: Duration,
        attempts: &[AttemptId],
        lease: Duration,
    ) -> Result<Vec<Due>, StoreError> {
        let way = self.there().await?;
        let due = self.world.store.claim_due(client_key, environment, within, attempts, lease).await?;
        self.tell_events();
        if !due.is_empty() {
            self.world.book().tally.count("claimed by upkeep");
            self.world.pass(self.node, Point::K2).await;
        }
        self.back(way).await?;
        Ok(due)
    }

    async fn settle(
        &self,
        key: &AccountKey,
        claimed: Version,
        attempt: &AttemptId,
        settlement: &Settlement,
    ) -> Result<Settled, StoreError> {
        let way = self.there().await?;
        let before = self.look(key).await;
        let settled = self.world.store.settle(key, claimed, attempt, settlement).await?;
        self.watched(key, before, way.since).await;
        self.heard_of(attempt, settlement, &settled, way.since);
        let settled = self.sabotaged_settlement(key, settlement, settled, claimed, attempt).await?;
        self.count_settlement(settlement, &settled);
        let renews = matches!(settlement, Settlement::Renewed(_));
        if renews {
            self.world.pass(self.node, Point::K6).await;
        }
        self.back(way).await?;
        if renews {
            self.world.pass_by(self.node, Point::K7);
        }
        Ok(settled)
    }

    async fn hasten(&self, key: &AccountKey, seen: Version, upkeep_in: Duration) -> Result<(), StoreError> {
        through!(self, hasten(key, seen, upkeep_in))
    }

    async fn remove(&self, key: &AccountKey, seen: Version, secret: Secret) -> Result<Version, StoreError> {
        let way = self.there().await?;
        let before = self.look(key).await;
        let answer = self.world.store.remove(key, seen, secret).await;
        self.watched(key, before, way.since).await;
        self.back(way).await?;
        answer
    }

    async fn reseal(&self, key: &AccountKey, seen: Version, sealed: &Sealed) -> Result<(), StoreError> {
        through!(self, reseal(key, seen, sealed))
    }

    async fn put_pending(
        &self,
        key: &AccountKey,
        lookup: &Lookup,
        sealed: &Sealed,
        sharing: Sharing,
        ttl: Duration,
    ) -> Result<(), StoreError> {
        through!(self, put_pending(key, lookup, sealed, sharing, ttl))
    }

    async fn take_pending(&self, lookup: &Lookup) -> Result<Taken, StoreError> {
        through!(self, take_pending(lookup))
    }

    async fn list(
        &self,
        filter: &Filter,
        after: Option<&AccountKey>,
        limit: usize,
    ) -> Result<Vec<(AccountKey, Row)>, StoreError> {
        through!(self, list(filter, after, limit))
    }

    async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        through!(self, events(after, limit))
    }

    async fn prune(&self, through: u64) -> Result<u64, StoreError> {
        through!(self, prune(through))
    }

    async fn pass_gate(&self, gate: &str, hold: Duration) -> Result<Passage, StoreError> {
        let way = self.there().await?;
        let passage = self.world.store.pass_gate(gate, hold).await?;
        if passage != Passage::Open {
            self.world.note(|| format!("host {} at the gate: {passage:?}", self.node));
        }
        self.back(way).await?;
        Ok(passage)
    }

    async fn close_gate(&self, gate: &str, key: &AccountKey, pause: Duration, cause: &str) -> Result<(), StoreError> {
        through!(self, close_gate(gate, key, pause, cause))
    }

    async fn open_gate(&self, gate: &str, key: &AccountKey) -> Result<(), StoreError> {
        through!(self, open_gate(gate, key))
    }
}
