//! A store for very many accounts of one app, each of which takes a few bytes: what it seals, it makes when asked.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use mailgrant_core::{Host, Lookup, TokenRecord, secrecy::ExposeSecret};
use mailgrant_storage::{
    AccountKey, AttemptId, Claim, Due, Entry, Event, EventKind, Filter, KeyRing, Passage, Purpose, Row, Sealed, Secret,
    Settled, Settlement, Sharing, Status, Store, StoreError, Taken, Timing, Vault, Version, memory::MemoryStore,
};
use serde_json::Value;

use crate::{
    executor::Executor,
    slim::{First, Open, Slim, left, millis},
};

/// Clones share everything.
#[derive(Clone)]
pub(crate) struct Depot(Arc<Inner>);

struct Inner {
    executor: Executor,
    /// Seals and opens; keeps gates.
    vault: Vault,
    /// A record with its tokens left out, and what it is stored with.
    template: Value,
    client_key: String,
    environment: String,
    state: Mutex<State>,
}

struct State {
    rows: Vec<Slim>,
    by_upkeep: BTreeSet<(u64, usize)>,
    events: BTreeMap<&'static str, u64>,
}

pub(crate) fn ring() -> KeyRing {
    KeyRing::parse(&format!("k {}=", "A".repeat(43))).unwrap()
}

pub(crate) fn key(account: usize) -> AccountKey {
    AccountKey::new(&format!("tenant-{}", account % 1000), "aviary", &account.to_string()).unwrap()
}

impl Depot {
    pub(crate) fn new(
        executor: Executor,
        host: Arc<dyn Host>,
        sample: &TokenRecord,
        life: Duration,
        accounts: usize,
        first: impl Fn(usize) -> First,
    ) -> Self {
        let life = i64::try_from(life.as_millis()).unwrap();
        let row = |account| {
            let First { issued_at, upkeep_at } = first(account);
            let (expires_at, due_at) = (issued_at + life, issued_at + life * 785 / 1000);
            let (version, generation) = (2, 1);
            let (refused, rest_until, open) = (false, 0, None);
            let written_at = issued_at;
            Slim { version, generation, refused, written_at, expires_at, due_at, upkeep_at, rest_until, open }
        };
        let rows: Vec<Slim> = (0..accounts).map(row).collect();
        let by_upkeep = rows.iter().enumerate().map(|(account, row)| (row.upkeep_at, account)).collect();
        let inner = Inner {
            executor,
            vault: Vault::new(MemoryStore::new(host), ring()),
            template: opened(sample),
            client_key: Vault::client_key(sample.identity(), sample.grant()),
            environment: sample.identity().environment.clone(),
            state: Mutex::new(State { rows, by_upkeep, events: BTreeMap::new() }),
        };
        Self(Arc::new(inner))
    }

    /// How many events of a kind there were.
    pub(crate) fn events_of(&self, kind: EventKind) -> u64 {
        self.state().events.get(kind.name()).copied().unwrap_or_default()
    }

    pub(crate) fn refused(&self) -> usize {
        self.state().rows.iter().filter(|row| row.refused).count()
    }

    pub(crate) fn unsettled(&self) -> usize {
        self.state().rows.iter().filter(|row| row.open.is_some()).count()
    }

    /// What gates did.
    pub(crate) async fn gate_events(&self) -> Vec<(EventKind, Option<String>)> {
        let events = self.0.vault.store().events(0, 1000).await.unwrap();
        events.into_iter().map(|event| (event.kind, event.cause)).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }

    fn now(&self) -> u64 {
        u64::try_from(self.0.executor.now().as_millis()).unwrap()
    }

    /// A row as others see it, its secret made anew.
    fn row(&self, account: usize, slim: &Slim) -> Row {
        let now = self.now();
        let mut record = self.0.template.clone();
        record["access_token"] = format!("a{account}-{}", slim.generation).into();
        record["refresh_token"] = format!("r{account}-{}", slim.generation).into();
        let record = TokenRecord::decode(record.to_string().as_bytes()).unwrap();
        let before = Version::from_stored(u64::from(slim.version) - 1).unwrap();
        let Settlement::Renewed(entry) = self.0.vault.renewed(&key(account), before, &record, Timing::default()) else {
            unreachable!("that is what it makes")
        };
        let until = |moment: i64| millis(u64::try_from(moment).unwrap_or_default().saturating_sub(now));
        Row {
            version: before.next(),
            status: if slim.refused { Status::Refused { cause: "grant_refused".into() } } else { Status::Active },
            sealed: Some(entry.sealed),
            client_key: self.0.client_key.clone(),
            environment: self.0.environment.clone(),
            expires_in: Some(until(slim.expires_at)),
            due_in: Some(until(slim.due_at)),
            upkeep_in: Some(millis(slim.upkeep_at.saturating_sub(now))),
            age: millis(u64::try_from(i64::try_from(now).unwrap() - slim.written_at).unwrap_or_default()),
            resting: left(slim.rest_until, now),
            attempt: slim.open.as_ref().map(|open| open.at(now)),
        }
    }

    /// The generation of the refresh token in what was sealed.
    fn generation(&self, account: usize, slim: &Slim, sealed: &Sealed) -> u32 {
        let version = Version::from_stored(u64::from(slim.version) + 1).unwrap();
        let row = Row { version, sealed: Some(sealed.clone()), ..self.row(account, slim) };
        let kept = futures_util::FutureExt::now_or_never(self.0.vault.open(&key(account), row));
        let record = kept.unwrap().unwrap().record.unwrap();
        let record = opened(&record);
        let token = record["refresh_token"].as_str().unwrap();
        let (whose, generation) = token[1..].split_once('-').unwrap();
        assert_eq!(whose, account.to_string(), "one account's token under another's key");
        generation.parse().unwrap()
    }
}

impl State {
    fn count(&mut self, kind: EventKind) {
        *self.events.entry(kind.name()).or_default() += 1;
    }

    fn hold(&mut self, account: usize, id: AttemptId, now: u64, lease: Duration) {
        let over = self.rows[account].open.take();
        self.count(if over.is_some() { EventKind::Replayed } else { EventKind::Claimed });
        let replays = over.map_or(0, |over| over.replays + 1);
        let lease_until = Some(now + u64::try_from(lease.as_millis()).unwrap());
        self.rows[account].open = Some(Box::new(Open { id, claimed_at: now, lease_until, replays }));
    }
}

/// What is written of a record; its tokens are made up.
#[expect(clippy::disallowed_methods, reason = "a store that makes the records that it holds")]
fn opened(record: &TokenRecord) -> Value {
    serde_json::from_slice(record.encode().expose_secret()).unwrap()
}

fn account_of(key: &AccountKey) -> usize {
    key.account().parse().unwrap()
}

#[async_trait]
impl Store for Depot {
    async fn load(&self, key: &AccountKey) -> Result<Option<Row>, StoreError> {
        let account = account_of(key);
        let Some(slim) = self.state().rows.get(account).cloned() else { return Ok(None) };
        Ok(Some(self.row(account, &slim)))
    }

    async fn claim(
        &self,
        key: &AccountKey,
        attempt: &AttemptId,
        lease: Duration,
        seen: Version,
        purpose: Purpose,
    ) -> Result<Claim, StoreError> {
        let (account, now) = (account_of(key), self.now());
        let slim = self.state().rows[account].clone();
        if slim.refused {
            return Ok(Claim::Closed(self.row(account, &slim).status));
        }
        if u64::from(slim.version) != seen.get() {
            return Ok(Claim::Newer(Box::new(self.row(account, &slim))));
        }
        if let Some(open) = &slim.open {
            let there = open.at(now);
            if let Some(left) = there.lease {
                return Ok(Claim::Held(left));
            }
            if purpose != Purpose::Replay(open.id) {
                return Ok(Claim::Unsettled(there));
            }
        }
        if let Some(left) = left(slim.rest_until, now) {
            return Ok(Claim::Resting(left));
        }
        self.state().hold(account, *attempt, now, lease);
        Ok(Claim::Granted)
    }

    async fn claim_due(
        &self,
        client_key: &str,
        environment: &str,
        within: Duration,
        attempts: &[AttemptId],
        lease: Duration,
    ) -> Result<Vec<Due>, StoreError> {
        if client_key != self.0.client_key || environment != self.0.environment {
            return Ok(Vec::new());
        }
        let now = self.now();
        let last = now + u64::try_from(within.as_millis()).unwrap();
        let mut state = self.state();
        let State { rows, by_upkeep, .. } = &*state;
        let is_free = |row: &Slim| {
            let over = u64::try_from(row.expires_at).unwrap_or_default() <= now;
            let open = row.open.as_ref().is_none_or(|open| over && open.at(now).lease.is_none());
            !row.refused && open && row.rest_until <= now
        };
        let due = by_upkeep.range(..=(last, usize::MAX)).filter(|(_, account)| is_free(&rows[*account]));
        let due: Vec<(u64, usize)> = due.take(attempts.len()).copied().collect();
        let mut claimed = Vec::new();
        for ((upkeep_at, account), attempt) in due.into_iter().zip(attempts) {
            let before = state.rows[account].open.as_ref().map(|open| open.at(now));
            state.hold(account, *attempt, now, lease);
            let slim = state.rows[account].clone();
            claimed.push((account, slim, *attempt, millis(now.saturating_sub(upkeep_at)), before));
        }
        drop(state);
        let due = |(account, slim, attempt, late, before)| Due {
            key: key(account),
            row: self.row(account, &slim),
            attempt,
            late,
            before,
        };
        Ok(claimed.into_iter().map(due).collect())
    }

    async fn settle(
        &self,
        key: &AccountKey,
        claimed: Version,
        attempt: &AttemptId,
        settlement: &Settlement,
    ) -> Result<Settled, StoreError> {
        let (account, now) = (account_of(key), self.now());
        let slim = self.state().rows[account].clone();
        let holds = slim.open.as_ref().is_some_and(|open| open.id == *attempt);
        let renews = matches!(settlement, Settlement::Renewed(_));
        if u64::from(slim.version) != claimed.get() || !(holds || renews) {
            return Ok(Settled::Missed(Some(Box::new(self.row(account, &slim)))));
        }
        let at = |pause: &Duration| now + u64::try_from(pause.as_millis()).unwrap();
        let mut changed = Slim { open: None, rest_until: 0, ..slim.clone() };
        let kind = match settlement {
            Settlement::Renewed(Entry { sealed, expires_in, due_in, upkeep_in, .. }) => {
                changed.generation = self.generation(account, &slim, sealed);
                changed.version += 1;
                changed.refused = false;
                changed.written_at = i64::try_from(now).unwrap();
                changed.expires_at = i64::try_from(at(&expires_in.unwrap())).unwrap();
                changed.due_at = i64::try_from(at(&due_in.unwrap())).unwrap();
                changed.upkeep_at = at(&upkeep_in.unwrap());
                EventKind::Renewed
            }
            Settlement::Untouched { pause } => {
                changed.rest_until = at(pause);
                EventKind::Untouched
            }
            Settlement::Refused { .. } => {
                changed.refused = true;
                EventKind::Refused
            }
            Settlement::Uncertain { pause } => {
                changed.open = slim.open.clone().map(|open| Box::new(Open { lease_until: None, ..*open }));
                changed.rest_until = at(pause);
                EventKind::Uncertain
            }
            other => panic!("no settlement that is known here: {other:?}"),
        };
        let mut state = self.state();
        state.count(kind);
        state.by_upkeep.remove(&(slim.upkeep_at, account));
        state.by_upkeep.insert((changed.upkeep_at, account));
        let version = Version::from_stored(changed.version.into()).unwrap();
        state.rows[account] = changed;
        Ok(Settled::Done(version))
    }

    async fn pass_gate(&self, gate: &str, hold: Duration) -> Result<Passage, StoreError> {
        self.0.vault.store().pass_gate(gate, hold).await
    }

    async fn close_gate(&self, gate: &str, key: &AccountKey, pause: Duration, cause: &str) -> Result<(), StoreError> {
        self.0.vault.store().close_gate(gate, key, pause, cause).await
    }

    async fn open_gate(&self, gate: &str, key: &AccountKey) -> Result<(), StoreError> {
        self.0.vault.store().open_gate(gate, key).await
    }

    async fn hasten(&self, key: &AccountKey, seen: Version, upkeep_in: Duration) -> Result<(), StoreError> {
        let (account, now) = (account_of(key), self.now());
        let mut state = self.state();
        let at = now + u64::try_from(upkeep_in.as_millis()).unwrap();
        let before = state.rows[account].upkeep_at;
        if u64::from(state.rows[account].version) == seen.get() && at < before {
            state.by_upkeep.remove(&(before, account));
            state.by_upkeep.insert((at, account));
            state.rows[account].upkeep_at = at;
        }
        Ok(())
    }

    async fn put(&self, _: &AccountKey, _: Option<Version>, _: &Entry) -> Result<Version, StoreError> {
        unreachable!("nobody connects in these stories")
    }

    async fn remove(&self, _: &AccountKey, _: Version, _: Secret) -> Result<Version, StoreError> {
        unreachable!("nobody disconnects in these stories")
    }

    async fn reseal(&self, _: &AccountKey, _: Version, _: &Sealed) -> Result<(), StoreError> {
        unreachable!("nobody changes keys in these stories")
    }

    async fn put_pending(
        &self,
        _: &AccountKey,
        _: &Lookup,
        _: &Sealed,
        _: Sharing,
        _: Duration,
    ) -> Result<(), StoreError> {
        unreachable!("nobody logs in in these stories")
    }

    async fn take_pending(&self, _: &Lookup) -> Result<Taken, StoreError> {
        unreachable!("nobody logs in in these stories")
    }

    async fn list(&self, _: &Filter, _: Option<&AccountKey>, _: usize) -> Result<Vec<(AccountKey, Row)>, StoreError> {
        unreachable!("nobody lists in these stories")
    }

    async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        self.0.vault.store().events(after, limit).await
    }

    async fn prune(&self, through: u64) -> Result<u64, StoreError> {
        self.0.vault.store().prune(through).await
    }
}
