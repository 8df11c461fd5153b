//! The book of a world: what happens in it, kept in one place.

use std::{collections::HashMap, time::Duration};

use mailgrant_storage::Row;

use crate::{
    chance::Chance,
    executor::{Executor, Node},
    network::Treatment,
    oracle::Oracle,
    provider::Provider,
    scenario::{Point, Scenario},
    tally::Tally,
};

/// Everything that a world keeps beside its hosts.
pub(crate) struct Book {
    pub(crate) chance: Chance,
    pub(crate) provider: Provider,
    pub(crate) oracle: Oracle,
    pub(crate) tally: Tally,
    /// Nothing goes wrong any more (or yet).
    pub(crate) well: bool,
    pub(crate) outage_until: Duration,
    /// A misfortune that a named scenario has prepared: it happens at the next passage of its point.
    pub(crate) prepared: Vec<(Point, Stroke)>,
    /// What becomes of the next refreshes, where a named scenario says so.
    pub(crate) treatments: Vec<Treatment>,
    pub(crate) crashes_left: u32,
    /// How many calls there were.
    pub(crate) calls: u64,
    /// Each account's row as it was before its last change, and when that was.
    pub(crate) rows_before: HashMap<usize, (Duration, Option<Row>)>,
    trace: Option<Vec<String>>,
}

/// What happens to a host at a point of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stroke {
    Nothing,
    Crash,
    Freeze(Duration),
}

impl Book {
    pub(crate) fn new(seed: u64, scenario: &Scenario, traced: bool) -> Self {
        Self {
            chance: Chance::of(seed, 2),
            provider: Provider::new(scenario.mode, scenario.life),
            oracle: Oracle::new(scenario.accounts),
            tally: Tally::default(),
            well: true,
            outage_until: Duration::ZERO,
            prepared: Vec::new(),
            treatments: Vec::new(),
            crashes_left: 6,
            calls: 0,
            rows_before: HashMap::new(),
            trace: traced.then(Vec::new),
        }
    }

    /// A line of the trace, if there is one.
    pub(crate) fn note(&mut self, executor: &Executor, what: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{:>14.6}  {}", executor.now().as_secs_f64(), what()));
        }
    }

    pub(crate) fn take_trace(&mut self) -> Vec<String> {
        self.trace.take().unwrap_or_default()
    }

    /// The store has let `node` down.
    pub(crate) fn trouble(&mut self, executor: &Executor, node: Node, what: &'static str) {
        self.tally.count(what);
        self.note(executor, || format!("host {node}: {what}"));
        self.oracle.trouble.insert(node, executor.now());
    }

    /// What happens to `node`, which has come to `point`.
    pub(crate) fn stroke(&mut self, executor: &Executor, scenario: &Scenario, node: Node, point: Point) -> Stroke {
        if let Some(place) = self.prepared.iter().position(|(at, _)| *at == point) {
            let (_, stroke) = self.prepared.remove(place);
            return self.struck(executor, node, point, stroke);
        }
        if self.well {
            return Stroke::Nothing;
        }
        let rates = &scenario.rates;
        if self.crashes_left > 0 && scenario.crash_points.contains(&point) && self.chance.hits(rates.crash) {
            self.crashes_left -= 1;
            return self.struck(executor, node, point, Stroke::Crash);
        }
        if scenario.freeze_points.contains(&point) && self.chance.hits(rates.freeze) {
            let seconds = self.chance.one_of(&[2, 20, 31, 45, 120]);
            let stroke = Stroke::Freeze(Duration::from_secs(seconds) + self.chance.millis(0..=900));
            return self.struck(executor, node, point, stroke);
        }
        Stroke::Nothing
    }

    fn struck(&mut self, executor: &Executor, node: Node, point: Point, stroke: Stroke) -> Stroke {
        self.note(executor, || format!("host {node} at {point:?}: {stroke:?}"));
        self.tally.count(match (stroke, point) {
            (Stroke::Crash, Point::K1) => "crash at K1",
            (Stroke::Crash, Point::K2) => "crash at K2",
            (Stroke::Crash, Point::K3) => "crash at K3",
            (Stroke::Crash, Point::K4) => "crash at K4",
            (Stroke::Crash, Point::K5) => "crash at K5",
            (Stroke::Crash, Point::K6) => "crash at K6",
            (Stroke::Crash, Point::K7) => "crash at K7",
            _ => "freeze at a point",
        });
        if matches!(stroke, Stroke::Freeze(duration) if duration > crate::oracle::LEASE) {
            self.tally.count("freeze past the lease");
        }
        stroke
    }
}
