//! The contract, fulfilled: what the rules decide is swapped in.

use std::time::Duration;

use async_trait::async_trait;
use mailgrant_core::Lookup;

use super::{Shelf, ShelfStore, names, records::decode};
use crate::{
    AccountKey, AttemptId, Claim, Due, Entry, Event, Filter, Passage, Purpose, Row, Sealed, Secret, Settled,
    Settlement, Sharing, Store, StoreError, Taken, Version, gates, logins,
    rules::{self, Stored},
};

#[async_trait]
impl<S: Shelf> Store for ShelfStore<S> {
    async fn load(&self, key: &AccountKey) -> Result<Option<Row>, StoreError> {
        let now = self.shelf.now().await?;
        let row: Option<Stored> = self.read(&names::account(key)).await?.as_deref().map(decode).transpose()?;
        Ok(row.map(|row| row.at(now)))
    }

    async fn put(&self, key: &AccountKey, expected: Option<Version>, entry: &Entry) -> Result<Version, StoreError> {
        self.change(key, |row, now| rules::put(row, expected, entry, now)).await?
    }

    async fn claim(
        &self,
        key: &AccountKey,
        attempt: &AttemptId,
        lease: Duration,
        seen: Version,
        purpose: Purpose,
    ) -> Result<Claim, StoreError> {
        self.change(key, |row, now| rules::claim(row, attempt, lease, seen, purpose, now)).await
    }

    async fn claim_due(
        &self,
        client_key: &str,
        environment: &str,
        within: Duration,
        attempts: &[AttemptId],
        lease: Duration,
    ) -> Result<Vec<Due>, StoreError> {
        self.claim_page((client_key, environment), within, attempts, lease).await
    }

    async fn settle(
        &self,
        key: &AccountKey,
        claimed: Version,
        attempt: &AttemptId,
        settlement: &Settlement,
    ) -> Result<Settled, StoreError> {
        self.change(key, |row, now| rules::settle(row, claimed, attempt, settlement, now)).await
    }

    async fn hasten(&self, key: &AccountKey, seen: Version, upkeep_in: Duration) -> Result<(), StoreError> {
        self.change(key, |row, now| {
            if let Some(row) = row {
                rules::hasten(row, seen, upkeep_in, now);
            }
            ((), None)
        })
        .await
    }

    async fn remove(&self, key: &AccountKey, seen: Version, secret: Secret) -> Result<Version, StoreError> {
        self.change(key, |row, now| rules::remove(row, seen, secret, now)).await?
    }

    async fn reseal(&self, key: &AccountKey, seen: Version, sealed: &Sealed) -> Result<(), StoreError> {
        self.change(key, |row, _| rules::reseal(row, seen, sealed)).await?
    }

    async fn put_pending(
        &self,
        key: &AccountKey,
        lookup: &Lookup,
        sealed: &Sealed,
        sharing: Sharing,
        ttl: Duration,
    ) -> Result<(), StoreError> {
        self.sweep().await?;
        let name = names::login(lookup);
        self.change_login(&name, |login, now| logins::put(login, key, sealed, sharing, ttl, now)).await?
    }

    async fn take_pending(&self, lookup: &Lookup) -> Result<Taken, StoreError> {
        self.change_login(&names::login(lookup), logins::take).await
    }

    async fn list(
        &self,
        filter: &Filter,
        after: Option<&AccountKey>,
        limit: usize,
    ) -> Result<Vec<(AccountKey, Row)>, StoreError> {
        self.list_page(filter, after, limit).await
    }

    async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        self.read_events(after, limit).await
    }

    async fn prune(&self, through: u64) -> Result<u64, StoreError> {
        self.prune_events(through).await
    }

    async fn pass_gate(&self, gate: &str, hold: Duration) -> Result<Passage, StoreError> {
        // Asked before every request and nearly always open: one look.
        if self.read(&names::gate(gate)).await?.is_none() {
            return Ok(Passage::Open);
        }
        self.change_gate(gate, None, |gate, now| gates::pass(gate, hold, now)).await
    }

    async fn close_gate(&self, gate: &str, key: &AccountKey, pause: Duration, cause: &str) -> Result<(), StoreError> {
        self.change_gate(gate, Some(key), |gate, now| gates::close(gate, pause, cause, now)).await
    }

    async fn open_gate(&self, gate: &str, key: &AccountKey) -> Result<(), StoreError> {
        self.change_gate(gate, Some(key), |gate, _| gates::open(gate)).await
    }
}
