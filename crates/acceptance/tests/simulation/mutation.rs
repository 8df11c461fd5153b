//! Each guard, switched off at its seam, makes the simulation fail: it sees what it claims to see.

use std::time::Duration;

use crate::{
    sabotage::Sabotage,
    scenario::{Rates, Scenario},
    seeds,
};

/// Among the first seeds there is one that finds the guard missing, by a violation that says so.
fn is_seen(sabotage: Sabotage, seeds: u64, words: &[&str]) {
    is_seen_where(sabotage, seeds, words, |scenario| scenario);
}

/// As [`is_seen`], in worlds that are bent.
fn is_seen_where(sabotage: Sabotage, seeds: u64, words: &[&str], bend: fn(Scenario) -> Scenario) {
    let list: Vec<u64> = (0..seeds).collect();
    let sum = seeds::run_all_where(&list, sabotage, 1, bend);
    let (seed, violation) = sum.failures.first().unwrap_or_else(|| panic!("{sabotage:?} goes unseen"));
    let told = words.iter().any(|word| violation.contains(word));
    assert!(told, "{sabotage:?} is seen for another reason, in seed {seed}: {violation}");
}

/// Customers who take their grants back and give them again, while answers are slow: a refusal often comes too late.
fn fickle(scenario: Scenario) -> Scenario {
    let life = Duration::from_secs(60);
    let rates = Rates { slow: 300, ..scenario.rates };
    Scenario { life, length: 6 * life, calls: 80, changes: 20, accounts: 1, rates, ..scenario }
}

#[test]
fn fickle_customers_break_nothing() {
    let list: Vec<u64> = (0..500).collect();
    let sum = seeds::run_all_where(&list, Sabotage::None, 1, fickle);
    assert_eq!(sum.failures, []);
    assert!(sum.tally.of("refused too late") > 3, "{} refusals came too late", sum.tally.of("refused too late"));
}

#[test]
fn a_store_that_ignores_the_version_is_seen() {
    is_seen(Sabotage::StoreIgnoresTheVersion, 2000, &["I2", "I7"]);
}

#[test]
fn a_store_that_ignores_the_attempt_is_seen() {
    is_seen_where(Sabotage::StoreIgnoresTheAttempt, 2000, &["I4"], fickle);
}

#[test]
fn a_store_that_revives_tombstones_is_seen() {
    is_seen(Sabotage::StoreRevivesTombstones, 2000, &["I6"]);
}

#[test]
fn a_store_that_grants_held_claims_is_seen() {
    is_seen(Sabotage::StoreGrantsHeldClaims, 500, &["I1", "I5"]);
}

#[test]
fn a_client_that_ignores_the_deadline_is_seen() {
    is_seen(Sabotage::ClientIgnoresTheDeadline, 500, &["I5"]);
}

#[test]
fn tasks_that_die_with_their_caller_are_seen() {
    is_seen(Sabotage::TasksDieWithTheirCaller, 500, &["I1", "I5", "hangs"]);
}

#[test]
fn callers_that_refresh_instead_of_rejecting_are_seen() {
    is_seen(Sabotage::CallersRefreshInsteadOfRejecting, 500, &["early"]);
}

#[test]
fn a_store_that_hides_what_moved_on_is_seen() {
    is_seen_where(Sabotage::StoreHidesWhatMovedOn, 2000, &["which lives"], fickle);
}

#[test]
fn a_client_that_asks_the_budget_late_is_seen() {
    is_seen(Sabotage::ClientAsksTheBudgetLate, 500, &["puts it off"]);
}
