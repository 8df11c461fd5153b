//! Book: what the test knows of its workers: who made which attempt, who was away when, what callers were told.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use mailgrant_storage::AttemptId;

use crate::words::Told;

/// As the manager claims: so long others wait for a holder that says nothing.
const LEASE: Duration = Duration::from_secs(30);

/// What is left of a lease when nothing is sent or waited for any more, and a second for clocks that are read apart.
const GUARD: Duration = Duration::from_secs(6);

/// Moments are on the host's monotonic clock.
#[derive(Debug, Default)]
pub(crate) struct Book {
    attempts: HashMap<String, (usize, Duration)>,
    away: Vec<Away>,
    pub(crate) served: u64,
    /// Callers who were told to try later.
    pub(crate) put_off: u64,
    /// Accounts of which a caller heard that the customer has to be asked, or that nothing works.
    pub(crate) lost: BTreeSet<usize>,
    pub(crate) complaints: Vec<String>,
}

/// A worker that was frozen, or killed, from one moment to another.
#[derive(Debug)]
struct Away {
    worker: usize,
    from: Duration,
    until: Option<Duration>,
    killed: bool,
}

impl Book {
    pub(crate) fn claims(&mut self, worker: usize, attempt: String, at: Duration) {
        self.attempts.insert(attempt, (worker, at));
    }

    pub(crate) fn freezes(&mut self, worker: usize, at: Duration) {
        self.away.push(Away { worker, from: at, until: None, killed: false });
    }

    pub(crate) fn thaws(&mut self, worker: usize, at: Duration) {
        let frozen = self.away.iter_mut().filter(|away| away.worker == worker && away.until.is_none());
        frozen.for_each(|away| away.until = Some(at));
    }

    pub(crate) fn kills(&mut self, worker: usize, at: Duration) {
        self.away.push(Away { worker, from: at, until: None, killed: true });
    }

    pub(crate) fn told(&mut self, worker: usize, account: usize, told: Told) {
        match told {
            Told::Later(_) if self.away.iter().any(|away| away.worker == worker) => self.put_off += 1,
            Told::Lost(_) | Told::Spoiled => drop(self.lost.insert(account)),
            told => self.complaints.push(format!("worker {worker}, account {account}: a caller is told {told:?}")),
        }
    }

    /// Whether the worker that made this attempt was killed or frozen at some time after it had begun.
    pub(crate) fn was_shaken(&self, attempt: &AttemptId) -> bool {
        self.is_made_by(attempt, |away, at| away.killed || away.until.is_none_or(|until| until >= at))
    }

    /// Whether nobody could hear of this attempt while another one took it over: its worker was dead by then, or was
    /// frozen until its lease was over, or all but.
    pub(crate) fn was_away(&self, attempt: &AttemptId, taken_over_by: &AttemptId) -> bool {
        let Some((_, then)) = self.attempts.get(&taken_over_by.to_string()) else { return false };
        self.is_made_by(attempt, |away, at| {
            away.from <= *then && (away.killed || away.until.is_none_or(|until| until >= at + LEASE - GUARD))
        })
    }

    fn is_made_by(&self, attempt: &AttemptId, was: impl Fn(&Away, Duration) -> bool) -> bool {
        let Some((worker, at)) = self.attempts.get(&attempt.to_string()) else { return false };
        self.away.iter().any(|away| away.worker == *worker && was(away, *at))
    }
}
