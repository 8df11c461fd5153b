//! Verbs over many records.

use std::time::Duration;

use super::{
    Shelf, ShelfStore,
    change::{Change, TRIES, contended},
    events, names,
    records::decode,
};
use crate::{
    AccountKey, AttemptId, Due, Event, Filter, Row, StoreError,
    rules::{self, Stored},
    state::unreadable,
};

/// How many records are read at a time.
const PAGE: usize = 256;
/// How many accounts one swap claims, how many records it drops: with what hangs on them still fewer than a hundred.
const BATCH: usize = 32;

impl<S: Shelf> ShelfStore<S> {
    /// An error does not hide what was claimed before it.
    pub(super) async fn claim_page(
        &self,
        whose: (&str, &str),
        within: Duration,
        attempts: &[AttemptId],
        lease: Duration,
    ) -> Result<Vec<Due>, StoreError> {
        let mut claimed = Vec::new();
        for some in attempts.chunks(BATCH) {
            match self.claim_some(whose, within, some, lease).await {
                Err(error) if claimed.is_empty() => return Err(error),
                Ok(page) if page.len() == some.len() => claimed.extend(page),
                page => {
                    claimed.extend(page.unwrap_or_default());
                    break;
                }
            }
        }
        Ok(claimed)
    }

    async fn claim_some(
        &self,
        whose: (&str, &str),
        within: Duration,
        attempts: &[AttemptId],
        lease: Duration,
    ) -> Result<Vec<Due>, StoreError> {
        let mut turn = None;
        for _ in 0..TRIES {
            let mut change = self.begin().await?;
            let claimed = self.take_due(&mut change, whose, within, attempts, lease).await?;
            if claimed.is_empty() || self.commit(change).await? {
                return Ok(claimed);
            }
            self.wait(&mut turn).await;
        }
        Err(contended())
    }

    /// Grants what is due, the most overdue first, to one of `attempts` each.
    async fn take_due(
        &self,
        change: &mut Change,
        (client_key, environment): (&str, &str),
        within: Duration,
        attempts: &[AttemptId],
        lease: Duration,
    ) -> Result<Vec<Due>, StoreError> {
        let now = change.now;
        let mut from = names::kept_up(client_key, environment);
        let end = names::up_to(&from, now.saturating_add(within));
        let mut claimed = Vec::new();
        while claimed.len() < attempts.len() {
            let page = self.scan(&from, &end, PAGE).await?;
            let Some((last, _)) = page.last() else { break };
            from = names::behind(last);
            for (_, record) in page {
                let Some(attempt) = attempts.get(claimed.len()) else { break };
                // Gone by now: the change comes too late, and is decided anew.
                let Some(value) = self.read(&record).await? else { continue };
                let mut row: Stored = decode(&value)?;
                if rules::is_due(&row, client_key, environment, within, now) {
                    let was = row.clone();
                    let key = names::account_of(&record).ok_or_else(|| unreadable("account"))?;
                    let (due, note) = rules::take_due(key, &mut row, attempt, lease, now);
                    change.batch.replace(&record, Some(&was), Some(&row))?;
                    change.append(&due.key, &note)?;
                    claimed.push(due);
                }
            }
        }
        Ok(claimed)
    }

    pub(super) async fn list_page(
        &self,
        filter: &Filter,
        after: Option<&AccountKey>,
        limit: usize,
    ) -> Result<Vec<(AccountKey, Row)>, StoreError> {
        let now = self.shelf.now().await?;
        let front = names::accounts(filter);
        let end = names::past(&front);
        let behind = after.map(|after| names::behind(&names::account(after)));
        let mut from = behind.unwrap_or_default().max(front);
        let mut listed = Vec::new();
        while listed.len() < limit {
            let page = self.scan(&from, &end, PAGE.min(limit - listed.len())).await?;
            let Some((last, _)) = page.last() else { break };
            from = names::behind(last);
            for (name, value) in page {
                let key = names::account_of(&name).ok_or_else(|| unreadable("account"))?;
                let row: Stored = decode(&value)?;
                if rules::passes(filter, &key, &row.status) {
                    listed.push((key, row.at(now)));
                }
            }
        }
        Ok(listed)
    }

    /// No event appears behind one that was read: their ids are given in the order of the changes.
    pub(super) async fn read_events(&self, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        let (mut from, end) = (names::behind(&names::event(after)), names::past(names::EVENTS));
        let mut found = Vec::new();
        while found.len() < limit {
            let page = self.scan(&from, &end, PAGE.min(limit - found.len())).await?;
            let Some((last, _)) = page.last() else { break };
            from = names::behind(last);
            for record in page {
                found.push(events::decode(record)?);
            }
        }
        Ok(found)
    }

    /// The number of the newest change stays, so that no id is given again.
    pub(super) async fn prune_events(&self, through: u64) -> Result<u64, StoreError> {
        let end = names::behind(&names::event(through));
        let mut pruned = 0;
        loop {
            match self.drop_some(names::EVENTS, &end, |name, _| vec![name]).await? {
                0 => return Ok(pruned),
                dropped => pruned += dropped,
            }
        }
    }

    /// Forgets logins whose time to be remembered is over, a batch of them at most: the next one finds the others.
    pub(super) async fn sweep(&self) -> Result<(), StoreError> {
        let end = names::up_to(names::FORGOTTEN, self.shelf.now().await?);
        self.drop_some(names::FORGOTTEN, &end, |place, login| vec![place, login]).await.map(drop)
    }

    /// How many of the first records in a range are there no more, with what `of` names for each.
    async fn drop_some(
        &self,
        from: &[u8],
        end: &[u8],
        of: impl Fn(Vec<u8>, Vec<u8>) -> Vec<Vec<u8>> + Send + Sync,
    ) -> Result<u64, StoreError> {
        let mut turn = None;
        for _ in 0..TRIES {
            let mut change = self.begin().await?;
            let page = self.scan(from, end, BATCH).await?;
            let dropped = page.len() as u64;
            page.into_iter().flat_map(|(name, value)| of(name, value)).for_each(|name| change.batch.write(name, None));
            if dropped == 0 || self.commit(change).await? {
                return Ok(dropped);
            }
            self.wait(&mut turn).await;
        }
        Err(contended())
    }
}
