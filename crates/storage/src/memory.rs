//! A store in the memory of one process.

use std::{
    collections::BTreeMap,
    fmt,
    ops::Bound,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use mailgrant_core::{Host, Lookup, SystemHost};

use crate::{
    AccountKey, AttemptId, Claim, Due, Entry, Event, Filter, Passage, Purpose, Row, Sealed, Secret, Settled,
    Settlement, Sharing, Store, StoreError, Taken, Version,
    gates::{self, Gate},
    logins::{self, Login},
    rules::{self, Moment, Note, Step, Stored},
};

/// A [`Store`] that is gone when the process is: for tests, demonstrations and tools of one run.
///
/// It serves one process only. Two of them would each renew the same grant, and a provider that rotates
/// refresh tokens would revoke it; that is what the other stores are for.
pub struct MemoryStore {
    host: Arc<dyn Host>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// How far [`MemoryStore::advance`] moved the clock.
    advanced: Duration,
    rows: BTreeMap<AccountKey, Stored>,
    logins: BTreeMap<[u8; 32], Login>,
    gates: BTreeMap<String, Gate>,
    /// In order of id.
    events: Vec<Event>,
    /// The id of the newest event that there ever was: events are pruned, their ids are not given again.
    last_id: u64,
}

impl MemoryStore {
    /// An empty store on the clocks of `host`.
    #[must_use]
    pub fn new(host: Arc<dyn Host>) -> Self {
        Self { host, state: Mutex::default() }
    }

    /// Lets `by` pass for everything that is stored, whatever the host's clock says: for tests.
    pub fn advance(&self, by: Duration) {
        self.state().advanced += by;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No change is left half made by a panic: rules cannot panic between a row and its event.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self, state: &State) -> Moment {
        self.host.monotonic() + state.advanced
    }

    /// One step of `rule` on the row under `key`, with its event.
    fn change<T>(&self, key: &AccountKey, rule: impl FnOnce(&mut Option<Stored>, Moment) -> Step<T>) -> T {
        let mut state = self.state();
        let mut row = state.rows.remove(key);
        let (answer, note) = rule(&mut row, self.now(&state));
        state.rows.extend(row.map(|row| (key.clone(), row)));
        self.append(&mut state, key, note);
        answer
    }

    /// One step of `rule` on the login at `lookup`, with its event.
    fn change_login<T>(&self, lookup: &Lookup, rule: impl FnOnce(&mut Option<Login>, Moment) -> Step<T>) -> T {
        let mut state = self.state();
        let mut login = state.logins.remove(lookup.as_bytes());
        let (answer, note) = rule(&mut login, self.now(&state));
        if let Some(login) = login {
            self.append(&mut state, &login.key, note);
            state.logins.insert(*lookup.as_bytes(), login);
        }
        answer
    }

    /// One step of `rule` on `gate`, with its event under `key`.
    fn change_gate<T>(
        &self,
        gate: &str,
        key: Option<&AccountKey>,
        rule: impl FnOnce(&mut Option<Gate>, Moment) -> Step<T>,
    ) -> T {
        let mut state = self.state();
        let mut stored = state.gates.remove(gate);
        let (answer, note) = rule(&mut stored, self.now(&state));
        state.gates.extend(stored.map(|stored| (gate.to_owned(), stored)));
        if let Some(key) = key {
            self.append(&mut state, key, note);
        }
        answer
    }

    fn append(&self, state: &mut State, key: &AccountKey, note: Option<Note>) {
        let Some(Note { kind, version, attempt, cause }) = note else {
            return;
        };
        state.last_id += 1;
        let (id, at) = (state.last_id, self.host.now());
        state.events.push(Event { id, at, key: key.clone(), kind, version, attempt, cause });
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new(SystemHost::shared())
    }
}

/// Without what it holds.
impl fmt::Debug for MemoryStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn load(&self, key: &AccountKey) -> Result<Option<Row>, StoreError> {
        let state = self.state();
        Ok(state.rows.get(key).map(|row| row.at(self.now(&state))))
    }

    async fn put(&self, key: &AccountKey, expected: Option<Version>, entry: &Entry) -> Result<Version, StoreError> {
        self.change(key, |row, now| rules::put(row, expected, entry, now))
    }

    async fn claim(
        &self,
        key: &AccountKey,
        attempt: &AttemptId,
        lease: Duration,
        seen: Version,
        purpose: Purpose,
    ) -> Result<Claim, StoreError> {
        Ok(self.change(key, |row, now| rules::claim(row, attempt, lease, seen, purpose, now)))
    }

    async fn claim_due(
        &self,
        client_key: &str,
        environment: &str,
        within: Duration,
        attempts: &[AttemptId],
        lease: Duration,
    ) -> Result<Vec<Due>, StoreError> {
        let mut state = self.state();
        let now = self.now(&state);
        let due = state.rows.iter().filter(|(_, row)| rules::is_due(row, client_key, environment, within, now));
        let mut due: Vec<_> = due.map(|(key, row)| (row.upkeep_at, key.clone())).collect();
        due.sort_unstable();
        let mut claimed = Vec::new();
        for ((_, key), attempt) in due.into_iter().zip(attempts) {
            let Some(row) = state.rows.get_mut(&key) else { continue };
            let (due, note) = rules::take_due(key, row, attempt, lease, now);
            self.append(&mut state, &due.key, Some(note));
            claimed.push(due);
        }
        Ok(claimed)
    }

    async fn settle(
        &self,
        key: &AccountKey,
        claimed: Version,
        attempt: &AttemptId,
        settlement: &Settlement,
    ) -> Result<Settled, StoreError> {
        Ok(self.change(key, |row, now| rules::settle(row, claimed, attempt, settlement, now)))
    }

    async fn hasten(&self, key: &AccountKey, seen: Version, upkeep_in: Duration) -> Result<(), StoreError> {
        let mut state = self.state();
        let now = self.now(&state);
        if let Some(row) = state.rows.get_mut(key) {
            rules::hasten(row, seen, upkeep_in, now);
        }
        Ok(())
    }

    async fn remove(&self, key: &AccountKey, seen: Version, secret: Secret) -> Result<Version, StoreError> {
        self.change(key, |row, now| rules::remove(row, seen, secret, now))
    }

    async fn reseal(&self, key: &AccountKey, seen: Version, sealed: &Sealed) -> Result<(), StoreError> {
        self.change(key, |row, _| rules::reseal(row, seen, sealed))
    }

    async fn put_pending(
        &self,
        key: &AccountKey,
        lookup: &Lookup,
        sealed: &Sealed,
        sharing: Sharing,
        ttl: Duration,
    ) -> Result<(), StoreError> {
        {
            let mut state = self.state();
            let now = self.now(&state);
            state.logins.retain(|_, login| login.expires_at.saturating_add(logins::REMEMBERED) > now);
        }
        self.change_login(lookup, |login, now| logins::put(login, key, sealed, sharing, ttl, now))
    }

    async fn take_pending(&self, lookup: &Lookup) -> Result<Taken, StoreError> {
        Ok(self.change_login(lookup, logins::take))
    }

    async fn list(
        &self,
        filter: &Filter,
        after: Option<&AccountKey>,
        limit: usize,
    ) -> Result<Vec<(AccountKey, Row)>, StoreError> {
        let state = self.state();
        let now = self.now(&state);
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let rows = state.rows.range::<AccountKey, _>((from, Bound::Unbounded));
        let passing = rows.filter(|(key, row)| rules::passes(filter, key, &row.status));
        Ok(passing.take(limit).map(|(key, row)| (key.clone(), row.at(now))).collect())
    }

    async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        let state = self.state();
        let from = state.events.partition_point(|event| event.id <= after);
        Ok(state.events[from..].iter().take(limit).cloned().collect())
    }

    async fn prune(&self, through: u64) -> Result<u64, StoreError> {
        let mut state = self.state();
        let until = state.events.partition_point(|event| event.id <= through);
        Ok(state.events.drain(..until).count() as u64)
    }

    async fn pass_gate(&self, gate: &str, hold: Duration) -> Result<Passage, StoreError> {
        Ok(self.change_gate(gate, None, |gate, now| gates::pass(gate, hold, now)))
    }

    async fn close_gate(&self, gate: &str, key: &AccountKey, pause: Duration, cause: &str) -> Result<(), StoreError> {
        self.change_gate(gate, Some(key), |gate, now| gates::close(gate, pause, cause, now));
        Ok(())
    }

    async fn open_gate(&self, gate: &str, key: &AccountKey) -> Result<(), StoreError> {
        self.change_gate(gate, Some(key), |gate, _| gates::open(gate));
        Ok(())
    }
}

#[cfg(all(test, feature = "conformance"))]
mod promises {
    use super::*;

    crate::conformance!((Arc::new(MemoryStore::default()), ()), async |store: &MemoryStore, by| store.advance(by));
}

#[cfg(test)]
mod tests {
    use mailgrant_core::testing::ManualHost;

    use super::*;

    #[tokio::test]
    async fn what_is_left_is_counted_by_the_clock_of_the_host() {
        let host = ManualHost::default();
        let store = MemoryStore::new(Arc::new(host.clone()));
        let key = AccountKey::new("tenant", "getresponse", "main").unwrap();
        let entry = Entry {
            sealed: Sealed { key_id: "k".into(), bytes: vec![1] },
            client_key: "client".into(),
            environment: "retail".into(),
            expires_in: Some(Duration::from_secs(60)),
            due_in: None,
            upkeep_in: None,
            remark: None,
        };
        let version = store.put(&key, None, &entry).await.unwrap();
        host.advance(Duration::from_secs(59));
        store.advance(Duration::from_millis(500));
        assert_eq!(store.load(&key).await.unwrap().unwrap().expires_in, Some(Duration::from_millis(500)));
        assert_eq!(store.events(0, 9).await.unwrap()[0].version, Some(version));
        host.step(std::time::SystemTime::UNIX_EPOCH);
        assert_eq!(store.load(&key).await.unwrap().unwrap().expires_in, Some(Duration::from_millis(500)));
    }
}
