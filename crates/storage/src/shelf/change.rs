//! Changing a shelf: read, decide by the rules, swap unless somebody else did.

use futures_util::lock::MutexGuard;

use super::{
    Shelf, ShelfStore, events, names,
    records::{Batch, Kept, decode},
};
use crate::{
    AccountKey, StoreError,
    gates::Gate,
    logins::Login,
    rules::{Moment, Note, Step, Stored},
    state::unreadable,
};

/// Bounds the tries. Each change that comes too late is one that another got through.
pub(super) const TRIES: usize = 1000;

/// A change under way, decided by what was read behind the number of the newest change.
pub(super) struct Change {
    pub(super) now: Moment,
    pub(super) batch: Batch,
    /// The number as it was read.
    found: Option<Vec<u8>>,
    before: u64,
    /// The id of the newest event with those that this change appends.
    last: u64,
}

impl Change {
    pub(super) fn append(&mut self, key: &AccountKey, note: &Note) -> Result<(), StoreError> {
        self.last += 1;
        self.batch.write(names::event(self.last), Some(events::encode(key, note, self.now)?));
        Ok(())
    }
}

impl<S: Shelf> ShelfStore<S> {
    /// Spares the shelf ranges in which there is nothing.
    pub(super) async fn scan(
        &self,
        from: &[u8],
        until: &[u8],
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        if from < until { self.shelf.scan(from, until, limit).await } else { Ok(Vec::new()) }
    }

    pub(super) async fn read(&self, name: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.scan(name, &names::behind(name), 1).await?.pop().map(|(_, value)| value))
    }

    /// Reads the number before anything else: if it is still the same when the change is made, so is all of that.
    pub(super) async fn begin(&self) -> Result<Change, StoreError> {
        let found = self.read(names::LAST).await?;
        let number = |found: &[u8]| std::str::from_utf8(found).ok()?.parse().ok();
        let before = found.as_deref().map_or(Ok(0), |found| number(found).ok_or_else(|| unreadable("last")))?;
        Ok(Change { now: self.shelf.now().await?, batch: Batch::default(), found, before, last: before })
    }

    /// Whether the change was made: not if another was meanwhile. One without an event has a number too.
    pub(super) async fn commit(&self, mut change: Change) -> Result<bool, StoreError> {
        let last = change.last.max(change.before + 1).to_string();
        change.batch.write(names::LAST.into(), Some(last.into()));
        self.shelf.swap(names::LAST, change.found.as_deref(), &change.batch.0).await
    }

    /// Whose change came too late waits behind the others to whom that happened, so that they do not go on racing.
    pub(super) async fn wait<'s>(&'s self, turn: &mut Option<MutexGuard<'s, ()>>) {
        if turn.is_none() {
            *turn = Some(self.line.lock().await);
        }
    }

    /// One step of `rule` on what stands under `name`, with its event under the key that `whose` finds.
    async fn step<K: Kept, T: Send>(
        &self,
        name: &[u8],
        mut rule: impl FnMut(&mut Option<K>, Moment) -> Step<T> + Send,
        whose: impl Fn(&K) -> Option<AccountKey> + Send,
    ) -> Result<T, StoreError> {
        let mut turn = None;
        for _ in 0..TRIES {
            let mut change = self.begin().await?;
            let was: Option<K> = self.read(name).await?.as_deref().map(decode).transpose()?;
            let mut becomes = was.clone();
            let (answer, note) = rule(&mut becomes, change.now);
            if note.is_none() && becomes == was {
                return Ok(answer);
            }
            change.batch.replace(name, was.as_ref(), becomes.as_ref())?;
            if let (Some(key), Some(note)) = (becomes.as_ref().or(was.as_ref()).and_then(&whose), note) {
                change.append(&key, &note)?;
            }
            if self.commit(change).await? {
                return Ok(answer);
            }
            self.wait(&mut turn).await;
        }
        Err(contended())
    }

    /// One step of `rule` on the row under `key`.
    pub(super) async fn change<T: Send>(
        &self,
        key: &AccountKey,
        rule: impl FnMut(&mut Option<Stored>, Moment) -> Step<T> + Send,
    ) -> Result<T, StoreError> {
        self.step(&names::account(key), rule, |_| Some(key.clone())).await
    }

    /// One step of `rule` on the login named `name`.
    pub(super) async fn change_login<T: Send>(
        &self,
        name: &[u8],
        rule: impl FnMut(&mut Option<Login>, Moment) -> Step<T> + Send,
    ) -> Result<T, StoreError> {
        self.step(name, rule, |login| Some(login.key.clone())).await
    }

    /// One step of `rule` on `gate`, with its event under `key`.
    pub(super) async fn change_gate<T: Send>(
        &self,
        gate: &str,
        key: Option<&AccountKey>,
        rule: impl FnMut(&mut Option<Gate>, Moment) -> Step<T> + Send,
    ) -> Result<T, StoreError> {
        self.step(&names::gate(gate), rule, |_| key.cloned()).await
    }
}

pub(super) fn contended() -> StoreError {
    StoreError::unavailable("others changed the store again and again")
}
