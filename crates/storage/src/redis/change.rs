//! Changing records: read, decide by the rules, write unless somebody else did.

use std::time::Duration;

use super::{
    RedisStore, events,
    index::{Place, places},
    records::{self, Kept, Seen},
    wire::{CHANGE, LOOK, Values, run, unavailable, unreadable},
};
use crate::{
    AccountKey, StoreError,
    gates::Gate,
    logins::Login,
    rules::{Moment, Note, Step, Stored},
    state::micros,
};

/// For how long a decision is good. A change that hangs on the way for longer is refused, and decided anew: a claim
/// should not be stored with most of its lease gone, nor by a caller who gave up on it.
const GOOD_FOR: Duration = Duration::from_secs(2);

/// How often to decide anew. Each round that is lost was won by somebody else, on the same record, so only a server
/// that answers more slowly than [`GOOD_FOR`] comes to the end of them.
const ROUNDS: usize = 32;

/// Changes that are written in one step, as far as their records still are what they were.
pub(super) struct Changes {
    from: Moment,
    until: Moment,
    keys: Vec<String>,
    args: Vec<Vec<u8>>,
}

impl Changes {
    /// Decisions that were made at `now`, by the server's clock.
    pub(super) fn decided_at(now: Moment) -> Self {
        Self { from: now, until: now.saturating_add(GOOD_FOR), keys: Vec::new(), args: Vec::new() }
    }

    /// Adds the change of `record` from what was `seen` to what it becomes; `None` deletes it.
    pub(super) fn add<K: Kept>(
        &mut self,
        record: String,
        seen: &Seen<K>,
        becomes: Option<&K>,
        event: Option<(&AccountKey, &Note)>,
        places: Vec<Place>,
    ) -> Result<(), StoreError> {
        if let Some(turns_at) = seen.kept.as_ref().and_then(K::turns_at).filter(|turns_at| *turns_at > self.from) {
            self.until = self.until.min(turns_at.saturating_sub(Duration::from_micros(1)));
        }
        let reseals = seen.kept.as_ref().and_then(K::sealed) != becomes.and_then(K::sealed);
        self.keys.push(record);
        self.arg(&*seen.stamp);
        // What was erased must not stay beside what is written.
        self.arg(if reseals || becomes.is_none() { "whole" } else { "partly" });
        let mut fields: Vec<(&str, Vec<u8>)> = Vec::new();
        if let Some(kept) = becomes {
            fields.push(("state", records::state(kept)?.into()));
            fields.extend(kept.free_at().map(|at| ("free_at", micros(at).to_string().into())));
            if let Some(sealed) = kept.sealed().filter(|_| reseals) {
                fields.extend([("key_id", sealed.key_id.clone().into()), ("sealed", sealed.bytes.clone())]);
            }
        }
        self.pairs(fields);
        // Rounded up, to the milliseconds in which this is counted.
        let collected = becomes.and_then(K::collected_at).map(|at| micros(at).div_ceil(1000));
        self.arg(collected.map(|at| at.to_string()).unwrap_or_default());
        self.pairs(event.map(|(key, note)| events::fields(key, note)).unwrap_or_default());
        self.arg(places.len().to_string());
        for Place { set, member, score } in places {
            self.keys.push(set);
            self.arg(member);
            self.arg(score.map(|score| score.to_string()).unwrap_or_default());
        }
        Ok(())
    }

    fn arg(&mut self, arg: impl AsRef<[u8]>) {
        self.args.push(arg.as_ref().into());
    }

    fn pairs(&mut self, pairs: Vec<(&str, impl AsRef<[u8]>)>) {
        self.arg((pairs.len() * 2).to_string());
        for (name, value) in pairs {
            self.arg(name);
            self.arg(value);
        }
    }
}

impl RedisStore {
    /// A record, with the time at which it stood so.
    pub(super) async fn look<K: Kept>(&self, record: &str) -> Result<(Seen<K>, Moment), StoreError> {
        let answer = run(&*self.connection, &LOOK, &[record], &[] as &[&str]).await.map_err(unavailable)?;
        let mut answer = Values::of(answer)?;
        let now = answer.time()?;
        Ok((Seen::read(&mut answer.nested("record")?)?, now))
    }

    /// Writes what still can be: for each change whether it was made, or `None` where all came too late.
    pub(super) async fn write(&self, changes: Changes) -> Result<Option<Vec<bool>>, StoreError> {
        let Changes { from, until, keys, args } = changes;
        let both = [&self.names.sequence, &self.names.events];
        let keys: Vec<&str> = both.into_iter().chain(&keys).map(String::as_str).collect();
        let window = [micros(from), micros(until)].map(|moment| moment.to_string().into_bytes());
        let args: Vec<&[u8]> = window.iter().chain(&args).map(Vec::as_slice).collect();
        let answer = run(&*self.connection, &CHANGE, &keys, &args).await.map_err(unavailable)?;
        ::redis::from_redis_value(answer).map_err(|_| unreadable("a change"))
    }

    /// One step of `rule` on `record`.
    async fn step<K: Kept, T: Send>(
        &self,
        record: String,
        mut rule: impl FnMut(&mut Option<K>, Moment) -> Step<T> + Send,
        add: impl Fn(&mut Changes, &Seen<K>, Option<&K>, Option<&Note>) -> Result<(), StoreError> + Send,
    ) -> Result<T, StoreError> {
        for _ in 0..ROUNDS {
            let (seen, now) = self.look(&record).await?;
            let mut becomes = seen.kept.clone();
            let (answer, note) = rule(&mut becomes, now);
            if note.is_none() && becomes == seen.kept {
                return Ok(answer);
            }
            let mut changes = Changes::decided_at(now);
            add(&mut changes, &seen, becomes.as_ref(), note.as_ref())?;
            if self.write(changes).await?.is_some_and(|made| made == [true]) {
                return Ok(answer);
            }
        }
        Err(StoreError::unavailable("the record kept changing, or the server answered too slowly to change it"))
    }

    /// One step of `rule` on the row under `key`, with its event.
    pub(super) async fn change<T: Send>(
        &self,
        key: &AccountKey,
        rule: impl FnMut(&mut Option<Stored>, Moment) -> Step<T> + Send,
    ) -> Result<T, StoreError> {
        let record = self.names.row(key);
        self.step(record.clone(), rule, |changes, seen, becomes, note| {
            let places = places(&self.names, key, seen.kept.as_ref(), becomes);
            changes.add(record.clone(), seen, becomes, note.map(|note| (key, note)), places)
        })
        .await
    }

    /// One step of `rule` on the login at `record`, with its event.
    pub(super) async fn change_login<T: Send>(
        &self,
        record: String,
        rule: impl FnMut(&mut Option<Login>, Moment) -> Step<T> + Send,
    ) -> Result<T, StoreError> {
        self.step(record.clone(), rule, |changes, seen, becomes, note| {
            let event = becomes.map(|login| &login.key).zip(note);
            changes.add(record.clone(), seen, becomes, event, Vec::new())
        })
        .await
    }

    /// One step of `rule` on `gate`, with its event under `key`.
    pub(super) async fn change_gate<T: Send>(
        &self,
        gate: &str,
        key: Option<&AccountKey>,
        rule: impl FnMut(&mut Option<Gate>, Moment) -> Step<T> + Send,
    ) -> Result<T, StoreError> {
        let record = self.names.gate(gate);
        self.step(record.clone(), rule, |changes, seen, becomes, note| {
            changes.add(record.clone(), seen, becomes, key.zip(note), Vec::new())
        })
        .await
    }
}
