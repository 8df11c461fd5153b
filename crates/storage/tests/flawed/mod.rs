//! A store with one flaw.
#![expect(clippy::unwrap_used, reason = "a suite fails by panicking")]

use std::{
    collections::{HashMap, HashSet},
    sync::Mutex,
    time::Duration,
};

use async_trait::async_trait;
use mailgrant_core::{Lookup, SystemHost};
use mailgrant_storage::{
    AccountKey, AttemptId, Claim, Due, Entry, Event, EventKind, Filter, Passage, Purpose, Row, Sealed, Secret, Settled,
    Settlement, Sharing, Status, Store, StoreError, Taken, Version, memory::MemoryStore,
};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    None,
    LosesEnvironment,
    PutsOverAnything,
    WritesTwice,
    GrantsTwice,
    ForgetsHolder,
    ClaimsAnyVersion,
    TakesOverUnasked,
    RenewsForHoldersOnly,
    SettlesForAnybody,
    SettlesOnce,
    NeverRests,
    ReopensRefused,
    ForgetsUncertain,
    RevivesTombstones,
    NeverErases,
    GivesOutTwice,
    KeepsForever,
    ClaimsWhatIsNotDue,
    RepeatsAcrossPages,
    KeepsQuiet,
    MixesTenants,
    RemovesUnseen,
    LeavesUnsettledAlone,
    OpensByItself,
    ProbesWithEverybody,
    StaysClosed,
    NumbersAnew,
    ResealsByPutting,
    NeverHastens,
}

pub(crate) struct Flawed {
    pub(crate) inner: MemoryStore,
    flaw: Flaw,
    given: Mutex<HashMap<[u8; 32], Sealed>>,
    settled: Mutex<HashSet<AttemptId>>,
}

impl Flawed {
    pub(crate) fn by(flaw: Flaw) -> Self {
        Self { inner: MemoryStore::default(), flaw, given: Mutex::default(), settled: Mutex::default() }
    }

    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == flaw
    }

    fn key(&self, key: &AccountKey) -> AccountKey {
        let tenant = if self.has(Flaw::MixesTenants) { "all" } else { key.tenant() };
        AccountKey::new(tenant, key.provider(), key.account()).unwrap()
    }

    async fn version(&self, key: &AccountKey) -> Result<Option<Version>, StoreError> {
        Ok(self.inner.load(key).await?.map(|row| row.version))
    }
}

#[async_trait]
impl Store for Flawed {
    async fn load(&self, key: &AccountKey) -> Result<Option<Row>, StoreError> {
        let row = self.inner.load(&self.key(key)).await?;
        Ok(row.map(|mut row| {
            if self.has(Flaw::LosesEnvironment) {
                row.environment.clear();
            }
            row
        }))
    }

    async fn put(&self, key: &AccountKey, expected: Option<Version>, entry: &Entry) -> Result<Version, StoreError> {
        let key = self.key(key);
        if self.has(Flaw::PutsOverAnything) {
            return self.inner.put(&key, self.version(&key).await?, entry).await;
        }
        let version = self.inner.put(&key, expected, entry).await?;
        if self.has(Flaw::WritesTwice) {
            return self.inner.put(&key, Some(version), entry).await;
        }
        Ok(version)
    }

    async fn claim(
        &self,
        key: &AccountKey,
        attempt: &AttemptId,
        lease: Duration,
        seen: Version,
        purpose: Purpose,
    ) -> Result<Claim, StoreError> {
        let key = self.key(key);
        let another = AttemptId::draw(&SystemHost);
        let attempt = if self.has(Flaw::ForgetsHolder) { &another } else { attempt };
        let current = self.version(&key).await?;
        let seen = if self.has(Flaw::ClaimsAnyVersion) { current.unwrap_or(seen) } else { seen };
        Ok(match self.inner.claim(&key, attempt, lease, seen, purpose).await? {
            Claim::Held(_) if self.has(Flaw::GrantsTwice) => Claim::Granted,
            Claim::Resting(_) if self.has(Flaw::NeverRests) => Claim::Granted,
            Claim::Closed(Status::Refused { .. }) if self.has(Flaw::ReopensRefused) => Claim::Granted,
            Claim::Unsettled(open) if self.has(Flaw::TakesOverUnasked) => {
                self.inner.claim(&key, attempt, lease, seen, Purpose::Replay(open.id)).await?
            }
            answer => answer,
        })
    }

    async fn claim_due(
        &self,
        client_key: &str,
        environment: &str,
        within: Duration,
        attempts: &[AttemptId],
        lease: Duration,
    ) -> Result<Vec<Due>, StoreError> {
        let within = if self.has(Flaw::ClaimsWhatIsNotDue) { Duration::MAX } else { within };
        let mut due = self.inner.claim_due(client_key, environment, within, attempts, lease).await?;
        if self.has(Flaw::LeavesUnsettledAlone) {
            due.retain(|due| due.before.is_none());
        }
        Ok(due)
    }

    async fn settle(
        &self,
        key: &AccountKey,
        claimed: Version,
        attempt: &AttemptId,
        settlement: &Settlement,
    ) -> Result<Settled, StoreError> {
        let key = self.key(key);
        let row = self.inner.load(&key).await?;
        let holder = row.as_ref().and_then(|row| row.attempt.as_ref()).map(|open| open.id);
        if self.has(Flaw::RenewsForHoldersOnly) && holder.is_some_and(|holder| holder != *attempt) {
            return Ok(Settled::Missed(row.map(Box::new)));
        }
        if self.has(Flaw::SettlesOnce) && !self.settled.lock().unwrap().insert(*attempt) {
            return Ok(Settled::Missed(row.map(Box::new)));
        }
        let attempt = if self.has(Flaw::SettlesForAnybody) { holder.unwrap_or(*attempt) } else { *attempt };
        let forgetful = Settlement::Untouched { pause: Duration::ZERO };
        let settlement = match settlement {
            Settlement::Uncertain { .. } if self.has(Flaw::ForgetsUncertain) => &forgetful,
            settlement => settlement,
        };
        let answer = self.inner.settle(&key, claimed, &attempt, settlement).await?;
        match (&answer, settlement) {
            (Settled::Missed(Some(row)), Settlement::Renewed(entry))
                if self.has(Flaw::RevivesTombstones) && row.status == Status::Disconnected =>
            {
                Ok(Settled::Done(self.inner.put(&key, Some(row.version), entry).await?))
            }
            _ => Ok(answer),
        }
    }

    async fn hasten(&self, key: &AccountKey, seen: Version, upkeep_in: Duration) -> Result<(), StoreError> {
        if self.has(Flaw::NeverHastens) { Ok(()) } else { self.inner.hasten(&self.key(key), seen, upkeep_in).await }
    }

    async fn remove(&self, key: &AccountKey, seen: Version, secret: Secret) -> Result<Version, StoreError> {
        let secret = if self.has(Flaw::NeverErases) { Secret::UntilRevoked } else { secret };
        let there = self.version(&self.key(key)).await?;
        let seen = there.filter(|_| self.has(Flaw::RemovesUnseen)).unwrap_or(seen);
        self.inner.remove(&self.key(key), seen, secret).await
    }

    async fn reseal(&self, key: &AccountKey, seen: Version, sealed: &Sealed) -> Result<(), StoreError> {
        let key = self.key(key);
        if self.has(Flaw::ResealsByPutting)
            && let Some(row) = self.inner.load(&key).await?
        {
            let entry = Entry {
                sealed: sealed.clone(),
                client_key: row.client_key,
                environment: row.environment,
                expires_in: row.expires_in,
                due_in: row.due_in,
                upkeep_in: row.upkeep_in,
                remark: None,
            };
            return self.inner.put(&key, Some(seen), &entry).await.map(drop);
        }
        self.inner.reseal(&key, seen, sealed).await
    }

    async fn put_pending(
        &self,
        key: &AccountKey,
        lookup: &Lookup,
        sealed: &Sealed,
        sharing: Sharing,
        ttl: Duration,
    ) -> Result<(), StoreError> {
        let ttl = if self.has(Flaw::KeepsForever) { Duration::MAX } else { ttl };
        self.inner.put_pending(key, lookup, sealed, sharing, ttl).await
    }

    async fn take_pending(&self, lookup: &Lookup) -> Result<Taken, StoreError> {
        let taken = self.inner.take_pending(lookup).await?;
        let mut given = self.given.lock().unwrap();
        Ok(match taken {
            Taken::Pending(sealed) => {
                given.insert(*lookup.as_bytes(), sealed.clone());
                Taken::Pending(sealed)
            }
            Taken::Spent if self.has(Flaw::GivesOutTwice) => {
                given.remove(lookup.as_bytes()).map_or(Taken::Spent, Taken::Pending)
            }
            taken => taken,
        })
    }

    async fn list(
        &self,
        filter: &Filter,
        after: Option<&AccountKey>,
        limit: usize,
    ) -> Result<Vec<(AccountKey, Row)>, StoreError> {
        let mut rows = self.inner.list(filter, after, limit).await?;
        if self.has(Flaw::RepeatsAcrossPages)
            && let (Some(after), false) = (after, rows.is_empty())
            && let Some(row) = self.inner.load(after).await?
        {
            rows.insert(0, (after.clone(), row));
            rows.truncate(limit);
        }
        Ok(rows)
    }

    async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        let mut events = self.inner.events(after, limit).await?;
        if self.has(Flaw::KeepsQuiet) {
            events.retain(|event| event.kind != EventKind::Replayed);
        }
        if self.has(Flaw::NumbersAnew) {
            events = self.inner.events(0, usize::MAX).await?;
            (1..).zip(&mut events).for_each(|(id, event)| event.id = id);
            events.retain(|event| event.id > after);
            events.truncate(limit);
        }
        Ok(events)
    }

    async fn prune(&self, through: u64) -> Result<u64, StoreError> {
        self.inner.prune(through).await
    }

    async fn pass_gate(&self, gate: &str, hold: Duration) -> Result<Passage, StoreError> {
        let hold = if self.has(Flaw::ProbesWithEverybody) { Duration::ZERO } else { hold };
        Ok(match self.inner.pass_gate(gate, hold).await? {
            Passage::Closed { .. } if self.has(Flaw::OpensByItself) => Passage::Open,
            passage => passage,
        })
    }

    async fn close_gate(&self, gate: &str, key: &AccountKey, pause: Duration, cause: &str) -> Result<(), StoreError> {
        self.inner.close_gate(gate, &self.key(key), pause, cause).await
    }

    async fn open_gate(&self, gate: &str, key: &AccountKey) -> Result<(), StoreError> {
        if self.has(Flaw::StaysClosed) { Ok(()) } else { self.inner.open_gate(gate, &self.key(key)).await }
    }
}
