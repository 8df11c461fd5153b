//! Many seeds over the cores, those that once failed first.

use std::{
    env,
    panic::{self, AssertUnwindSafe},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use crate::{
    run::{Ran, run_where},
    sabotage::Sabotage,
    scenario::Scenario,
    tally::Tally,
};

/// How many seeds a plain `cargo test` runs.
const SEEDS: u64 = 10_000;

/// How many seeds to run.
pub(crate) fn how_many() -> u64 {
    env::var("SIMULATION_SEEDS").map_or(SEEDS, |seeds| seeds.parse().expect("SIMULATION_SEEDS is a number"))
}

/// The one seed that is to be run, if one is named.
pub(crate) fn named() -> Option<u64> {
    env::var("SIMULATION_SEED").ok().map(|seed| seed.parse().expect("SIMULATION_SEED is a number"))
}

/// Seeds that once failed.
pub(crate) fn corpus() -> Vec<u64> {
    let lines = include_str!("corpus.txt").lines();
    let seeds = lines.filter(|line| !line.starts_with('#')).filter_map(|line| line.split_whitespace().next());
    seeds.map(|seed| seed.parse().expect("a line of the corpus begins with a seed")).collect()
}

/// What came of many seeds.
#[derive(Default)]
pub(crate) struct Sum {
    pub(crate) tally: Tally,
    pub(crate) failures: Vec<(u64, String)>,
}

/// One seed; a panic is a violation too.
fn try_run(seed: u64, sabotage: Sabotage, bend: fn(Scenario) -> Scenario) -> Ran {
    panic::catch_unwind(AssertUnwindSafe(|| run_where(seed, sabotage, false, bend))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default();
        Ran { violation: Some(format!("a panic: {text}")), tally: Tally::default(), trace: Vec::new() }
    })
}

/// Runs the seeds of `list`, and stops early after `enough` failures.
pub(crate) fn run_all(list: &[u64], sabotage: Sabotage, enough: usize) -> Sum {
    run_all_where(list, sabotage, enough, |scenario| scenario)
}

/// As [`run_all`], of worlds that are bent.
pub(crate) fn run_all_where(list: &[u64], sabotage: Sabotage, enough: usize, bend: fn(Scenario) -> Scenario) -> Sum {
    let (next, sum) = (AtomicU64::new(0), Mutex::new(Sum::default()));
    let work = || loop {
        let place = usize::try_from(next.fetch_add(1, Ordering::Relaxed)).expect("a count");
        let Some(&seed) = list.get(place) else { return };
        let ran = try_run(seed, sabotage, bend);
        let mut sum = sum.lock().unwrap();
        sum.tally.add(&ran.tally);
        sum.failures.extend(ran.violation.map(|violation| (seed, violation)));
        if sum.failures.len() >= enough {
            next.store(u64::MAX / 2, Ordering::Relaxed);
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(work))));
    let mut sum = sum.into_inner().unwrap();
    sum.failures.sort();
    sum
}

/// What to type to see a seed again.
pub(crate) fn replay(seed: u64) -> String {
    format!("SIMULATION_SEED={seed} cargo test -p mailgrant-acceptance --test simulation -- --nocapture a_named_seed")
}
