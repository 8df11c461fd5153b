//! What the oracle makes of what is stored: one event for each change, no version left out, nothing brought back.

use std::time::Duration;

use futures_util::FutureExt;
use mailgrant_storage::{AccountKey, Event, EventKind, Row, Store};

use crate::{
    book::Book,
    executor::Executor,
    oracle::{Attempt, Heard, Standing},
    store::SimulatedStore,
};

/// A row before a change, and what is known of it.
pub(crate) struct Before {
    row: Option<Row>,
}

impl SimulatedStore {
    /// The row, before it may be changed.
    pub(crate) async fn look(&self, key: &AccountKey) -> Before {
        self.tell_events();
        Before { row: self.world.store.load(key).await.expect("it is in memory") }
    }

    /// Compares the row with what it was: if it changed, exactly one event says so.
    /// `since`: when the call was made.
    pub(crate) async fn watched(&self, key: &AccountKey, before: Before, since: Duration) {
        let world = &self.world;
        let (account, now) = (world.account(key), world.executor.now());
        let after = world.store.load(key).await.expect("it is in memory");
        let changed = after != before.row;
        let from = world.book().oracle.last_event;
        let events = world.store.events(from, 16).await.expect("it is in memory");
        let stored = match &after {
            Some(row) if changed && row.sealed.is_some() => self.refresh_token(key, row.clone()),
            _ => None,
        };
        let mut book = world.book();
        // A holder that says it is uncertain once its lease is over changes nothing that can be seen.
        let unseen = |event: &Event| event.kind == EventKind::Uncertain;
        let told = events.len() == usize::from(changed) || (events.len() == 1 && unseen(&events[0]));
        if !told {
            let count = events.len();
            book.oracle.violate(now, || format!("I7: {count} events for a change of account {account}: {changed}"));
        }
        for event in events {
            book.tell(&world.executor, self.node, account, &event, before.row.as_ref());
        }
        if changed {
            book.oracle.accounts[account].stored = stored;
            let version = book.oracle.accounts[account].version;
            book.oracle.accounts[account].late.entry(version).or_insert(now - since);
            book.oracle.weigh(account, now);
            book.expect_successor(&world.executor, account);
            book.rows_before.insert(account, (now, before.row));
        }
    }

    /// Events of verbs that change no row that is watched.
    pub(crate) fn tell_events(&self) {
        let world = &self.world;
        let from = world.book().oracle.last_event;
        let events = world.store.events(from, 100).now_or_never();
        let events = events.expect("it is in memory").expect("it is in memory");
        for event in events {
            let account = world.account(&event.key);
            world.book().tell(&world.executor, self.node, account, &event, None);
        }
    }

    /// What a task saw of an account first; a consent may only take the place of what was there when it came.
    pub(crate) fn saw(&self, key: &AccountKey, row: Option<&Row>) {
        let (world, account) = (&self.world, self.world.account(key));
        if let Some(task) = world.executor.task() {
            let version = row.map(|row| row.version.get());
            world.book().oracle.first_seen.entry((task, account)).or_insert(version);
        }
    }

    #[expect(clippy::disallowed_methods, reason = "door: the oracle compares what is stored with what was issued")]
    fn refresh_token(&self, key: &AccountKey, row: Row) -> Option<crate::provider::Token> {
        use mailgrant_core::secrecy::ExposeSecret;
        let record = self.world.opener.open(key, row).now_or_never()?.ok()?.record?;
        let bytes = record.encode();
        let text = std::str::from_utf8(bytes.expose_secret()).ok()?;
        let (_, rest) = text.split_once(r#""refresh_token":"r"#)?;
        rest.split('"').next()?.parse().ok()
    }
}

impl Book {
    /// One event; `before` is the row as it was.
    fn tell(
        &mut self,
        executor: &Executor,
        node: crate::executor::Node,
        account: usize,
        event: &Event,
        before: Option<&Row>,
    ) {
        let now = executor.now();
        self.oracle.last_event = event.id;
        let Some(version) = event.version.map(mailgrant_storage::Version::get) else { return };
        self.note(executor, || format!("account {account}: {} (version {version})", event.kind.name()));
        let known = &self.oracle.accounts[account];
        let (at, standing, open) = (known.version, known.standing, known.open);
        let steps = matches!(event.kind, EventKind::Connected | EventKind::Renewed)
            || (event.kind == EventKind::Disconnected && standing != Standing::Disconnected);
        if version != at + u64::from(steps) {
            self.oracle.violate(now, || format!("I7: account {account} goes from version {at} to {version}"));
        }
        let holds = event.attempt == open;
        match event.kind {
            EventKind::Connected => {
                if standing == Standing::Disconnected {
                    let first = executor.task().and_then(|task| self.oracle.first_seen.get(&(task, account))).copied();
                    if first != Some(Some(at)) {
                        self.oracle.violate(now, || format!("I6: account {account} is back, and nobody asked for it"));
                    }
                    self.tally.count("connected anew");
                }
                let known = &mut self.oracle.accounts[account];
                (known.standing, known.open) = (Standing::Active, None);
            }
            EventKind::Claimed | EventKind::Replayed => {
                self.claimed(executor, node, account, event, before);
            }
            EventKind::Renewed => {
                if standing == Standing::Disconnected {
                    self.oracle.violate(now, || format!("I6: a renewal brings account {account} back"));
                }
                let known = &mut self.oracle.accounts[account];
                (known.standing, known.open) = (Standing::Active, None);
                known.makers.insert(version, node);
            }
            EventKind::Untouched | EventKind::Refused | EventKind::Uncertain if !holds => {
                self.oracle.violate(now, || {
                    format!("I4: the word of an attempt that does not hold account {account}: {}", event.kind.name())
                });
            }
            EventKind::Untouched => {
                let replays = self.oracle.attempts.iter().any(|one| Some(one.id) == open && one.replays.is_some());
                // An unsettled attempt goes on under the name of the one that had taken it over.
                self.oracle.accounts[account].open = open.filter(|_| replays);
            }
            EventKind::Refused => self.refused(executor, account),
            EventKind::Disconnected => {
                let known = &mut self.oracle.accounts[account];
                (known.standing, known.open) = (Standing::Disconnected, None);
            }
            _ => {}
        }
        self.oracle.accounts[account].version = version;
        self.oracle.weigh(account, now);
    }

    fn claimed(
        &mut self,
        executor: &Executor,
        node: crate::executor::Node,
        account: usize,
        event: &Event,
        before: Option<&Row>,
    ) {
        let now = executor.now();
        let known = &mut self.oracle.accounts[account];
        let (version, open, standing) = (known.version, known.open, known.standing);
        let Some(id) = event.attempt else { return };
        known.open = Some(id);
        let replays = (event.kind == EventKind::Replayed).then_some(open).flatten();
        let due_in = before.and_then(|row| row.due_in).unwrap_or_default();
        let forced = event.kind == EventKind::Claimed && !due_in.is_zero();
        let rejected = known.rejected.contains(&version);
        if (event.kind == EventKind::Replayed) != open.is_some() || standing != Standing::Active {
            let kind = event.kind.name();
            self.oracle.violate(now, || format!("I5: account {account} is {kind} over {open:?}, {standing:?}"));
        }
        if forced && !rejected {
            self.oracle.violate(now, || format!("account {account} is renewed {due_in:?} early, and nobody asked"));
        }
        if forced {
            self.tally.count("renewal forced");
        }
        if replays.is_some() {
            self.tally.count("claim replayed");
        }
        let (life, task) = (executor.life(node), executor.task());
        let (asked_at, tried, post) = (None, false, None);
        let attempt = Attempt { id, account, version, node, life, task, at: now, replays, asked_at, tried, post };
        self.oracle.attempts.push(attempt);
    }

    /// A grant ends only by the provider's word on the very token that is stored.
    fn refused(&mut self, executor: &Executor, account: usize) {
        let version = self.oracle.accounts[account].version;
        if !self.oracle.accounts[account].refused.contains(&version) {
            self.oracle.violate(executor.now(), || {
                format!("I4: account {account} is refused at version {version}, which the provider has not refused")
            });
        }
        let known = &mut self.oracle.accounts[account];
        (known.standing, known.open) = (Standing::Refused, None);
    }

    /// What a renewal stores is what was issued for it.
    fn expect_successor(&mut self, executor: &Executor, account: usize) {
        let known = &self.oracle.accounts[account];
        let (version, stored) = (known.version, known.stored);
        if known.standing != Standing::Active || !known.makers.contains_key(&version) {
            return;
        }
        let mut of_it = self.oracle.posts.iter().filter(|post| post.account == account && post.version + 1 == version);
        let heard = |post: &crate::oracle::Post| post.heard == Some(Heard::Renewed) && post.issued == stored;
        if !of_it.any(heard) {
            self.oracle.violate(executor.now(), || format!("I2: account {account} stores what was not issued for it"));
        }
    }
}
