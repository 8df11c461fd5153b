//! What can happen to one call of the store, as with any real database.

use std::time::Duration;

use mailgrant_storage::{AccountKey, Claim, Row, Settled, Settlement, StoreError};

use crate::{book::Stroke, executor::Node, scenario::Point, store::SimulatedStore, world::World};

/// What is left of the way once the call was carried out.
pub(crate) struct Way {
    /// When the call was made.
    pub(crate) since: Duration,
    back: Duration,
    answer_is_lost: bool,
}

fn away() -> StoreError {
    StoreError::unavailable("the world says so")
}

impl SimulatedStore {
    /// The way there: slow, or not at all.
    pub(crate) async fn there(&self) -> Result<Way, StoreError> {
        let (world, node) = (&self.world, self.node);
        let (there, fails, way) = {
            let mut book = world.book();
            let rates = &world.scenario.rates;
            let (mut there, mut back) = (book.chance.millis(0..=3), book.chance.millis(0..=3));
            let (mut fails, mut answer_is_lost) = (false, false);
            if !book.well {
                fails = book.chance.hits(rates.store_fails);
                answer_is_lost = book.chance.hits(rates.store_answer_lost);
                for leg in [&mut there, &mut back] {
                    if book.chance.hits(rates.store_slow) {
                        *leg = book.chance.millis(200..=20_000);
                        book.trouble(&world.executor, node, "store slow");
                    }
                }
            }
            (there, fails, Way { since: world.executor.now(), back, answer_is_lost })
        };
        world.executor.sleep(there).await;
        let mut book = world.book();
        if world.executor.now() < book.outage_until {
            book.trouble(&world.executor, node, "store outage");
            return Err(away());
        }
        if fails {
            book.trouble(&world.executor, node, "store failed");
            return Err(away());
        }
        Ok(way)
    }

    /// The way back: slow, or the answer is lost.
    pub(crate) async fn back(&self, way: Way) -> Result<(), StoreError> {
        self.world.executor.sleep(way.back).await;
        if way.answer_is_lost {
            self.world.book().trouble(&self.world.executor, self.node, "store answer lost");
            return Err(away());
        }
        Ok(())
    }

    /// A replica of the database that lags behind answers with the row as it was, aged as it would have.
    pub(crate) fn perhaps_stale(&self, key: &AccountKey, row: Option<Row>) -> Option<Row> {
        let mut book = self.world.book();
        if book.well || !book.chance.hits(self.world.scenario.rates.store_stale) {
            return row;
        }
        let (account, now) = (self.world.account(key), self.world.executor.now());
        let Some((at, before)) = book.rows_before.get(&account).cloned() else { return row };
        if now > at + STALE {
            return row;
        }
        book.tally.count("store stale");
        book.note(&self.world.executor, || format!("host {} is shown account {account} as it was", self.node));
        before.map(|row| aged(row, now - at))
    }

    pub(crate) fn count_claim(&self, key: &AccountKey, claim: &Claim) {
        let (world, node) = (&self.world, self.node);
        let account = world.account(key);
        let mut book = world.book();
        book.note(&world.executor, || format!("host {node} claims account {account}: {}", name(claim)));
        book.tally.count(name(claim));
    }

    pub(crate) fn count_settlement(&self, settlement: &Settlement, settled: &Settled) {
        let what = match (settlement, settled) {
            (_, Settled::Missed(_)) => "settled in vain",
            (Settlement::Renewed(_), _) => "settled renewed",
            (Settlement::Untouched { .. }, _) => "settled untouched",
            (Settlement::Refused { .. }, _) => "settled refused",
            _ => "settled uncertain",
        };
        let mut book = self.world.book();
        book.note(&self.world.executor, || format!("host {}: {what}", self.node));
        book.tally.count(what);
    }
}

/// How far a replica lags behind at most.
pub(crate) const STALE: Duration = Duration::from_secs(5);

fn name(claim: &Claim) -> &'static str {
    match claim {
        Claim::Granted => "claim granted",
        Claim::Held(_) => "claim held",
        Claim::Newer(_) => "claim newer",
        Claim::Unsettled(_) => "claim unsettled",
        Claim::Resting(_) => "claim resting",
        _ => "claim closed",
    }
}

/// The row, so much later, if nothing had happened to it.
fn aged(row: Row, by: Duration) -> Row {
    let later = |left: Option<Duration>| left.map(|left| left.saturating_sub(by));
    let ends = |left: Option<Duration>| later(left).filter(|left| !left.is_zero());
    let attempt = row.attempt.map(|mut attempt| {
        attempt.lease = ends(attempt.lease);
        attempt.age += by;
        attempt
    });
    Row {
        expires_in: later(row.expires_in),
        due_in: later(row.due_in),
        upkeep_in: later(row.upkeep_in),
        resting: ends(row.resting),
        age: row.age + by,
        attempt,
        ..row
    }
}

impl World {
    /// As [`pass`](Self::pass), for a host that still has time to say what it heard.
    pub(crate) fn pass_by(&self, node: Node, point: Point) {
        let stroke = self.book().stroke(&self.executor, &self.scenario, node, point);
        match stroke {
            Stroke::Nothing => {}
            Stroke::Crash => self.executor.crash(node),
            Stroke::Freeze(duration) => self.executor.freeze(node, duration),
        }
    }
}
