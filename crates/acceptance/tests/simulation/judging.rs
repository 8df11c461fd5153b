//! What the oracle makes of attempts that come to nothing: whoever claims has leave to send.

use std::time::Duration;

use mailgrant_storage::{AttemptId, Settled, Settlement, Status};

use crate::{oracle::LEASE, store::SimulatedStore};

/// So long before its end, a lease is not sent under any more.
const GUARD: Duration = Duration::from_secs(5);

impl SimulatedStore {
    /// A claim for which a host asked at `since`, if it was granted.
    pub(crate) fn asked_for(&self, attempt: &AttemptId, since: Duration) {
        let mut book = self.world.book();
        if let Some(claimed) = book.oracle.attempts.iter_mut().rev().find(|known| known.id == *attempt) {
            claimed.asked_at = Some(since);
        }
    }

    /// What a host says of an attempt, at `since`, and what it hears.
    pub(crate) fn heard_of(&self, attempt: &AttemptId, settlement: &Settlement, settled: &Settled, since: Duration) {
        match (settlement, settled) {
            (Settlement::Untouched { .. }, Settled::Done(_)) => self.expect_tried(attempt, since),
            (Settlement::Refused { .. }, Settled::Missed(Some(row))) if row.status == Status::Active => {
                self.world.book().tally.count("refused too late");
            }
            _ => {}
        }
    }

    /// What is claimed is sent, unless it is too late, or the store leaves the claim in doubt.
    fn expect_tried(&self, attempt: &AttemptId, since: Duration) {
        let mut book = self.world.book();
        let Some(known) = book.oracle.attempts.iter().rev().find(|known| known.id == *attempt) else { return };
        let (node, account, tried) = (known.node, known.account, known.tried);
        let Some(asked_at) = known.asked_at else { return };
        let too_late = since >= asked_at + LEASE - GUARD;
        let in_doubt = book.oracle.trouble.get(&node).is_some_and(|at| *at >= asked_at);
        if !tried && !too_late && !in_doubt {
            book.oracle.violate(self.world.executor.now(), || {
                format!("host {node} claims account {account} and puts it off, with time to send")
            });
        }
    }
}
