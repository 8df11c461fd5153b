//! Many hosts, one store, one provider and every misfortune we know of: a simulated world, by seed.
//!
//! ```text
//! cargo test -p mailgrant-acceptance --test simulation                               ten thousand seeds
//! SIMULATION_SEEDS=100000 cargo test -p mailgrant-acceptance --test simulation       more of them
//! SIMULATION_SEED=1234 cargo test ... --test simulation -- --nocapture a_named_seed  one, with its trace
//! ```

#![expect(clippy::unwrap_used, reason = "a world that cannot go on says where")]

mod aviary;
mod book;
mod caller;
mod chance;
mod client;
mod executor;
mod failures;
mod host;
mod judging;
mod misfortune;
mod mutation;
mod named;
mod network;
mod oracle;
mod plan;
mod posting;
mod provider;
mod run;
mod sabotage;
mod scenario;
mod seeds;
mod server;
mod store;
mod tally;
mod telling;
mod transport;
mod waiting;
mod world;

use crate::{run::run, sabotage::Sabotage};

#[test]
fn no_seed_breaks_an_invariant() {
    let mut list = seeds::corpus();
    list.extend(0..seeds::how_many());
    let sum = seeds::run_all(&list, Sabotage::None, 20);
    sum.tally.lines().iter().for_each(|line| println!("{line}"));
    let failures: Vec<String> = sum
        .failures
        .iter()
        .map(|(seed, violation)| format!("seed {seed}: {violation}\n    {}", seeds::replay(*seed)))
        .collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    if list.len() >= 5000 {
        assert!(sum.tally.missing().is_empty(), "these never happened: {:?}", sum.tally.missing());
    }
}

#[test]
fn a_named_seed() {
    let Some(seed) = seeds::named() else { return };
    let ran = run(seed, Sabotage::None, true);
    ran.trace.iter().for_each(|line| println!("{line}"));
    assert_eq!(ran.violation, None);
}

#[test]
fn the_same_seed_is_the_same_world() {
    for seed in 0..40 {
        let (one, other) = (run(seed, Sabotage::None, true), run(seed, Sabotage::None, true));
        for (line, same) in one.trace.iter().zip(&other.trace) {
            assert_eq!(line, same, "seed {seed}");
        }
        assert_eq!(one.trace.len(), other.trace.len(), "seed {seed}");
    }
}
