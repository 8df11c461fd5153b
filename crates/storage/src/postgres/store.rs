//! The contract, fulfilled: a look, then one statement that holds only if nobody changed what was looked at.

use std::time::Duration;

use async_trait::async_trait;
use mailgrant_core::Lookup;

use super::{PostgresStore, claims, events, gates, logins, rows};
use crate::{
    AccountKey, AttemptId, Claim, Due, Entry, Event, Filter, Passage, Purpose, Row, Sealed, Secret, Settled,
    Settlement, Sharing, Store, StoreError, Taken, Version,
    gates::Gate,
    logins::Login,
    rules::{self, Moment, Step, Stored},
};

/// Bounds the looks. Each change that holds up one caller is one that another got through.
const LOOKS: usize = 1000;

#[async_trait]
impl Store for PostgresStore {
    async fn load(&self, key: &AccountKey) -> Result<Option<Row>, StoreError> {
        let mut session = self.session().await?;
        let (row, now) = rows::load(&mut session, key).await?;
        session.finish().await?;
        Ok(row.map(|row| row.value.at(now)))
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
        let mut session = self.session().await?;
        for _ in 0..LOOKS {
            if claims::claim(&mut session, key, attempt, lease, seen, purpose).await? {
                session.finish().await?;
                return Ok(Claim::Granted);
            }
            let (row, now) = rows::load(&mut session, key).await?;
            let (answer, grants) = rules::claim(&mut row.map(|row| row.value), attempt, lease, seen, purpose, now);
            // A row that would be granted by now was another when the claim was made.
            if grants.is_none() {
                session.finish().await?;
                return Ok(answer);
            }
        }
        Err(contended())
    }

    async fn claim_due(
        &self,
        client_key: &str,
        environment: &str,
        within: Duration,
        attempts: &[AttemptId],
        lease: Duration,
    ) -> Result<Vec<Due>, StoreError> {
        let mut session = self.session().await?;
        let due = claims::claim_due(&mut session, (client_key, environment), within, attempts, lease).await?;
        session.finish().await?;
        Ok(due)
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

    async fn remove(&self, key: &AccountKey, seen: Version, secret: Secret) -> Result<Version, StoreError> {
        self.change(key, |row, now| rules::remove(row, seen, secret, now)).await?
    }

    async fn reseal(&self, key: &AccountKey, seen: Version, sealed: &Sealed) -> Result<(), StoreError> {
        self.change(key, |row, _| rules::reseal(row, seen, sealed)).await?
    }

    async fn hasten(&self, key: &AccountKey, seen: Version, upkeep_in: Duration) -> Result<(), StoreError> {
        let mut session = self.session().await?;
        rows::hasten(&mut session, key, seen, upkeep_in).await?;
        session.finish().await
    }

    async fn put_pending(
        &self,
        key: &AccountKey,
        lookup: &Lookup,
        sealed: &Sealed,
        sharing: Sharing,
        ttl: Duration,
    ) -> Result<(), StoreError> {
        let mut session = self.session().await?;
        logins::sweep(&mut session).await?;
        session.finish().await?;
        self.change_login(lookup, |login, now| crate::logins::put(login, key, sealed, sharing, ttl, now)).await?
    }

    async fn take_pending(&self, lookup: &Lookup) -> Result<Taken, StoreError> {
        self.change_login(lookup, crate::logins::take).await
    }

    async fn list(
        &self,
        filter: &Filter,
        after: Option<&AccountKey>,
        limit: usize,
    ) -> Result<Vec<(AccountKey, Row)>, StoreError> {
        let mut session = self.session().await?;
        let rows = rows::list(&mut session, filter, after, limit).await?;
        session.finish().await?;
        Ok(rows)
    }

    async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        events::list(self, after, limit).await
    }

    async fn prune(&self, through: u64) -> Result<u64, StoreError> {
        let mut session = self.session().await?;
        let pruned = events::prune(&mut session, through).await?;
        session.finish().await?;
        Ok(pruned)
    }

    async fn pass_gate(&self, gate: &str, hold: Duration) -> Result<Passage, StoreError> {
        self.change_gate(gate, None, |gate, now| crate::gates::pass(gate, hold, now)).await
    }

    async fn close_gate(&self, gate: &str, key: &AccountKey, pause: Duration, cause: &str) -> Result<(), StoreError> {
        self.change_gate(gate, Some(key), |gate, now| crate::gates::close(gate, pause, cause, now)).await
    }

    async fn open_gate(&self, gate: &str, key: &AccountKey) -> Result<(), StoreError> {
        self.change_gate(gate, Some(key), |gate, _| crate::gates::open(gate)).await
    }
}

/// The time is that of the look: between it and the change nothing happened to what was looked at, and what is counted
/// from it ends no later than if it were counted from the change.
impl PostgresStore {
    /// One step of `rule` on the row under `key`, with its event.
    async fn change<T: Send>(
        &self,
        key: &AccountKey,
        rule: impl Fn(&mut Option<Stored>, Moment) -> Step<T> + Send + Sync,
    ) -> Result<T, StoreError> {
        let mut session = self.session().await?;
        for _ in 0..LOOKS {
            let (seen, now) = rows::load(&mut session, key).await?;
            let mut row = seen.as_ref().map(|seen| seen.value.clone());
            let (answer, note) = rule(&mut row, now);
            let done = match (&row, note) {
                (Some(row), Some(note)) => rows::save(&mut session, key, seen.as_ref(), row, &note).await?,
                _ => true,
            };
            if done {
                session.finish().await?;
                return Ok(answer);
            }
        }
        Err(contended())
    }

    /// One step of `rule` on the login at `lookup`, with its event.
    async fn change_login<T: Send>(
        &self,
        lookup: &Lookup,
        rule: impl Fn(&mut Option<Login>, Moment) -> Step<T> + Send + Sync,
    ) -> Result<T, StoreError> {
        let mut session = self.session().await?;
        for _ in 0..LOOKS {
            let (seen, now) = logins::load(&mut session, lookup).await?;
            let mut login = seen.as_ref().map(|seen| seen.value.clone());
            let (answer, note) = rule(&mut login, now);
            let done = match (&login, note) {
                (Some(login), Some(note)) => logins::save(&mut session, lookup, seen.as_ref(), login, &note).await?,
                _ => true,
            };
            if done {
                session.finish().await?;
                return Ok(answer);
            }
        }
        Err(contended())
    }

    /// One step of `rule` on `gate`, with its event under `key`.
    async fn change_gate<T: Send>(
        &self,
        gate: &str,
        key: Option<&AccountKey>,
        rule: impl Fn(&mut Option<Gate>, Moment) -> Step<T> + Send + Sync,
    ) -> Result<T, StoreError> {
        let mut session = self.session().await?;
        for _ in 0..LOOKS {
            let (seen, now) = gates::load(&mut session, gate).await?;
            let mut stored = seen.as_ref().map(|seen| seen.value.clone());
            let (answer, note) = rule(&mut stored, now);
            let changes = stored.as_ref() != seen.as_ref().map(|seen| &seen.value);
            if !changes || gates::save(&mut session, gate, seen.as_ref(), stored.as_ref(), key, note.as_ref()).await? {
                session.finish().await?;
                return Ok(answer);
            }
        }
        Err(contended())
    }
}

fn contended() -> StoreError {
    StoreError::unavailable("others changed the same thing again and again")
}
