//! The judge: what the events of a world, the provider's counters and the book say together.

use std::collections::{BTreeMap, BTreeSet};

use mailgrant_storage::{AttemptId, Event, EventKind};

use crate::{book::Book, report::Report, world::World, world::number_of};

/// What the events say.
#[derive(Default)]
pub(crate) struct Judge {
    accounts: BTreeMap<usize, Account>,
    /// Attempts of which nothing was heard since they were claimed.
    silent: BTreeMap<String, AttemptId>,
    pub(crate) claims: u64,
    pub(crate) replays: u64,
    pub(crate) renewals: u64,
    pub(crate) refused: BTreeSet<usize>,
    pub(crate) complaints: Vec<String>,
}

#[derive(Default)]
struct Account {
    open: Option<Open>,
    /// An attempt whose worker was away was taken over.
    audited: bool,
}

/// An attempt that is not settled.
#[derive(Clone, Copy)]
struct Open {
    attempt: AttemptId,
    /// How many attempts it took over, one after the other.
    replays: u32,
    /// What it took over was not sent again.
    untouched: bool,
}

impl Judge {
    /// All that can be said of a world that is at rest.
    pub(crate) async fn judge(name: &str, world: &World, book: &Book) -> (Report, Self) {
        let mut judge = Self::default();
        for event in world.events(0).await {
            judge.hear(&event, book);
        }
        let shaken = judge.silent.values().filter(|attempt| book.was_shaken(attempt)).count() as u64;
        let unheard: Vec<_> = judge.silent.values().filter(|attempt| !book.was_shaken(attempt)).collect();
        let counters = world.counters();
        let lines = vec![
            format!("{} renewals", judge.renewals),
            format!("{} served", book.served),
            format!("{} put off", book.put_off),
            format!("{} replays", judge.replays),
            format!("{} attempts without an end", judge.silent.len()),
            format!("{} families revoked", counters.family_revocations),
        ];
        let complaints = [&book.complaints[..], &judge.complaints].concat();
        let mut report = Report { name: name.to_owned(), counters, lines, complaints };
        let refused = judge.refused.len() as u64;
        report.expect(unheard.is_empty(), &format!("attempts of the living come to an end: {unheard:?}"));
        report.expect(counters.family_revocations == refused, "an account is refused if its family was revoked");
        report.expect(book.lost.is_subset(&judge.refused), "no other account is lost to a caller");
        report.expect(counters.reused_refresh_tokens <= judge.replays, "a token is spent twice by a replay alone");
        report.expect(counters.refreshes >= judge.renewals, "what was saved was issued");
        report.expect(counters.refreshes <= judge.renewals + shaken, "what was issued and not saved has its excuse");
        report.expect(book.served > 0, "callers are served");
        (report, judge)
    }

    fn hear(&mut self, event: &Event, book: &Book) {
        let Some(attempt) = event.attempt else { return };
        let number = number_of(&event.key);
        let account = self.accounts.entry(number).or_default();
        let mut complain = |what: &str| self.complaints.push(format!("account {number}, event {}: {what}", event.id));
        match event.kind {
            EventKind::Claimed => {
                self.claims += 1;
                self.silent.insert(attempt.to_string(), attempt);
                if account.open.is_some() {
                    complain("an attempt is passed over");
                }
                account.open = Some(Open { attempt, replays: 0, untouched: false });
            }
            EventKind::Replayed => {
                self.replays += 1;
                self.silent.insert(attempt.to_string(), attempt);
                match account.open {
                    Some(open) if open.untouched || book.was_away(&open.attempt, &attempt) => account.audited = true,
                    _ => complain("an attempt is taken over from somebody who was there"),
                }
                let replays = account.open.map_or(0, |open| open.replays) + 1;
                account.open = Some(Open { attempt, replays, untouched: false });
            }
            EventKind::Renewed => {
                self.renewals += 1;
                self.silent.remove(&attempt.to_string());
                account.open = None;
            }
            EventKind::Untouched => {
                self.silent.remove(&attempt.to_string());
                if !book.was_shaken(&attempt) && account.open.is_none_or(|open| open.replays == 0) {
                    complain("somebody who was there claims, and sends nothing");
                }
                let before = account.open.filter(|open| open.replays > 0);
                account.open = before.map(|open| Open { replays: open.replays - 1, untouched: true, ..open });
            }
            EventKind::Refused => {
                self.silent.remove(&attempt.to_string());
                account.open = None;
                if !account.audited {
                    complain("it is refused, and nobody had taken over anything");
                }
                self.refused.insert(number);
            }
            EventKind::Uncertain if book.was_shaken(&attempt) => {}
            kind => complain(&format!("there is no reason for {kind:?}")),
        }
    }
}
