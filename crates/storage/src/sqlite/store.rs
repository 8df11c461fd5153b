//! The contract, fulfilled: one transaction for each change.

use std::time::Duration;

use async_trait::async_trait;
use mailgrant_core::Lookup;

use super::{SqliteStore, columns::unavailable, events, gates, logins, rows};
use crate::{
    AccountKey, AttemptId, Claim, Due, Entry, Event, Filter, Passage, Purpose, Row, Sealed, Secret, Settled,
    Settlement, Sharing, Store, StoreError, Taken, Version,
    gates::{Gate, look},
    logins::Login,
    rules::{self, Moment, Step, Stored},
};

#[async_trait]
impl Store for SqliteStore {
    async fn load(&self, key: &AccountKey) -> Result<Option<Row>, StoreError> {
        let mut reader = self.readers.acquire().await.map_err(unavailable)?;
        let row = rows::load(&mut reader, &self.prefix, key).await?;
        Ok(row.map(|(row, now)| row.at(now)))
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
        let (mut change, now) = self.begin().await?;
        let until = now.saturating_add(within);
        let whose = (client_key, environment);
        let rows = rows::due(&mut change, &self.prefix, whose, until, now, attempts.len()).await?;
        let mut due = Vec::with_capacity(rows.len());
        for ((key, mut row), attempt) in rows.into_iter().zip(attempts) {
            let (granted, note) = rules::take_due(key, &mut row, attempt, lease, now);
            rows::save(&mut change, &self.prefix, &granted.key, &row).await?;
            events::append(&mut change, &self.prefix, &granted.key, &note, now).await?;
            due.push(granted);
        }
        change.commit().await.map_err(unavailable)?;
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

    async fn hasten(&self, key: &AccountKey, seen: Version, upkeep_in: Duration) -> Result<(), StoreError> {
        rows::hasten(&self.writer, &self.prefix, key, seen, upkeep_in).await
    }

    async fn remove(&self, key: &AccountKey, seen: Version, secret: Secret) -> Result<Version, StoreError> {
        let version = self.change(key, |row, now| rules::remove(row, seen, secret, now)).await??;
        if secret == Secret::EraseNow {
            self.forget_log().await;
        }
        Ok(version)
    }

    async fn reseal(&self, key: &AccountKey, seen: Version, sealed: &Sealed) -> Result<(), StoreError> {
        self.change(key, |row, _| rules::reseal(row, seen, sealed)).await??;
        // The old key may be on its way out because others have it: the log keeps nothing that it opens.
        self.forget_log().await;
        Ok(())
    }

    async fn put_pending(
        &self,
        key: &AccountKey,
        lookup: &Lookup,
        sealed: &Sealed,
        sharing: Sharing,
        ttl: Duration,
    ) -> Result<(), StoreError> {
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
        let mut reader = self.readers.acquire().await.map_err(unavailable)?;
        rows::list(&mut reader, &self.prefix, filter, after, limit).await
    }

    async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        let mut reader = self.readers.acquire().await.map_err(unavailable)?;
        events::list(&mut reader, &self.prefix, after, limit).await
    }

    async fn prune(&self, through: u64) -> Result<u64, StoreError> {
        let (mut change, _) = self.begin().await?;
        let pruned = events::prune(&mut change, &self.prefix, through).await?;
        change.commit().await.map_err(unavailable)?;
        Ok(pruned)
    }

    async fn pass_gate(&self, gate: &str, hold: Duration) -> Result<Passage, StoreError> {
        // Asked before every request and nearly always open: a change is begun for a probe alone.
        let mut reader = self.readers.acquire().await.map_err(unavailable)?;
        let seen = gates::load(&mut reader, &self.prefix, gate).await?;
        drop(reader);
        let (stored, now) = seen.map_or((None, Moment::ZERO), |(stored, now)| (Some(stored), now));
        match look(stored.as_ref(), now) {
            Some(answer) => Ok(answer),
            None => self.change_gate(gate, None, |gate, now| crate::gates::pass(gate, hold, now)).await,
        }
    }

    async fn close_gate(&self, gate: &str, key: &AccountKey, pause: Duration, cause: &str) -> Result<(), StoreError> {
        self.change_gate(gate, Some(key), |gate, now| crate::gates::close(gate, pause, cause, now)).await
    }

    async fn open_gate(&self, gate: &str, key: &AccountKey) -> Result<(), StoreError> {
        self.change_gate(gate, Some(key), |gate, _| crate::gates::open(gate)).await
    }
}

impl SqliteStore {
    /// One step of `rule` on the row under `key`, with its event.
    async fn change<T: Send>(
        &self,
        key: &AccountKey,
        rule: impl FnOnce(&mut Option<Stored>, Moment) -> Step<T> + Send,
    ) -> Result<T, StoreError> {
        let (mut change, now) = self.begin().await?;
        let mut row = rows::load(&mut change, &self.prefix, key).await?.map(|(row, _)| row);
        let (answer, note) = rule(&mut row, now);
        if let (Some(row), Some(note)) = (&row, note) {
            rows::save(&mut change, &self.prefix, key, row).await?;
            events::append(&mut change, &self.prefix, key, &note, now).await?;
        }
        change.commit().await.map_err(unavailable)?;
        Ok(answer)
    }

    /// One step of `rule` on the login at `lookup`, with its event.
    async fn change_login<T: Send>(
        &self,
        lookup: &Lookup,
        rule: impl FnOnce(&mut Option<Login>, Moment) -> Step<T> + Send,
    ) -> Result<T, StoreError> {
        let (mut change, now) = self.begin().await?;
        logins::sweep(&mut change, &self.prefix, now).await?;
        let mut login = logins::load(&mut change, &self.prefix, lookup).await?;
        let (answer, note) = rule(&mut login, now);
        if let (Some(login), Some(note)) = (&login, note) {
            logins::save(&mut change, &self.prefix, lookup, login).await?;
            events::append(&mut change, &self.prefix, &login.key, &note, now).await?;
        }
        change.commit().await.map_err(unavailable)?;
        Ok(answer)
    }

    /// One step of `rule` on `gate`, with its event under `key`.
    async fn change_gate<T: Send>(
        &self,
        gate: &str,
        key: Option<&AccountKey>,
        rule: impl FnOnce(&mut Option<Gate>, Moment) -> Step<T> + Send,
    ) -> Result<T, StoreError> {
        let (mut change, now) = self.begin().await?;
        let mut stored = gates::load(&mut change, &self.prefix, gate).await?.map(|(stored, _)| stored);
        let (answer, note) = rule(&mut stored, now);
        gates::save(&mut change, &self.prefix, gate, stored.as_ref()).await?;
        if let (Some(key), Some(note)) = (key, note) {
            events::append(&mut change, &self.prefix, key, &note, now).await?;
        }
        change.commit().await.map_err(unavailable)?;
        Ok(answer)
    }
}
