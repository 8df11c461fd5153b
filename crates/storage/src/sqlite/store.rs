//! The contract, fulfilled: one transaction for each change.

use std::time::Duration;

use async_trait::async_trait;
use mailgrant_core::Lookup;

use super::{SqliteStore, columns::unavailable, events, logins, rows};
use crate::{
    AccountKey, AttemptId, Claim, Due, Entry, Event, Filter, Purpose, Row, Sealed, Secret, Settled, Settlement,
    Sharing, Store, StoreError, Taken, Version,
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
        within: Duration,
        attempts: &[AttemptId],
        lease: Duration,
    ) -> Result<Vec<Due>, StoreError> {
        let (mut change, now) = self.begin().await?;
        let until = now.saturating_add(within);
        let rows = rows::due(&mut change, &self.prefix, client_key, until, now, attempts.len()).await?;
        let mut due = Vec::with_capacity(rows.len());
        for ((key, mut row), attempt) in rows.into_iter().zip(attempts) {
            let note = row.hold(attempt, lease, now);
            rows::save(&mut change, &self.prefix, &key, &row).await?;
            events::append(&mut change, &self.prefix, &key, &note, now).await?;
            due.push(Due { key, row: row.at(now), attempt: *attempt });
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

    async fn remove(&self, key: &AccountKey, seen: Version, secret: Secret) -> Result<Version, StoreError> {
        let version = self.change(key, |row, _| rules::remove(row, seen, secret)).await??;
        if secret == Secret::EraseNow {
            self.forget_log().await;
        }
        Ok(version)
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
}
