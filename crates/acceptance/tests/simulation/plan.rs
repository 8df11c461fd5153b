//! The plan of a world: who comes when, and what befalls whom, drawn before it begins.

use std::time::Duration;

use crate::{caller::Errand, chance::Chance, executor::Node, scenario::Scenario};

#[derive(Clone, Copy, Debug)]
pub(crate) enum Action {
    Call(Node, usize, Errand),
    /// The host freezes, whatever it is doing.
    Freeze(Node, Duration),
    /// The host dies, whatever it is doing.
    Crash(Node),
    /// Its wall clock is so many milliseconds off from now on.
    StepClock(Node, i64),
    Outage(Duration),
    /// The customer takes every grant back, at the provider.
    TakeBack(usize),
}

/// Actions with their moments, counted from the beginning, in order.
pub(crate) fn draw(scenario: &Scenario, chance: &mut Chance) -> Vec<(Duration, Action)> {
    let length = u64::try_from(scenario.length.as_millis()).expect("some hours");
    let mut plan = Vec::new();
    let hosts = u64::try_from(scenario.hosts).expect("a few");
    let host = |chance: &mut Chance| usize::try_from(chance.within(1..=hosts)).expect("a few");
    let mut calls = 0;
    while calls < scenario.calls {
        let (at, account) = (chance.millis(0..=length), chance.below(scenario.accounts));
        // Some come alone, some with many.
        let crowd = if chance.hits(150) { 2 + chance.below(8) } else { 1 };
        for _ in 0..crowd {
            let errand = errand(scenario, chance);
            plan.push((at + chance.millis(0..=200), Action::Call(host(chance), account, errand)));
        }
        calls += crowd;
    }
    for _ in 0..scenario.changes {
        let (mut at, mut account) = (chance.millis(0..=length), chance.below(scenario.accounts));
        let (call, soon) = (plan[chance.below(plan.len())], chance.millis(0..=500));
        if let ((called_at, Action::Call(_, whose, _)), true) = (call, chance.hits(600)) {
            // Just then the account may be renewed, for somebody who has asked.
            (at, account) = (called_at + soon, whose);
        }
        let change = match chance.below(4) {
            0 => Action::TakeBack(account),
            1 => Action::Call(host(chance), account, Errand::Connect),
            _ => Action::Call(host(chance), account, Errand::Disconnect),
        };
        plan.push((at, change));
        if chance.hits(500) {
            // The customer is asked again soon, or at the same time.
            let later = chance.millis(0..=60_000);
            plan.push((at + later, Action::Call(host(chance), account, Errand::Connect)));
        }
    }
    for _ in 0..scenario.outages {
        let lasts = Duration::from_secs(chance.one_of(&[3, 40, 300]));
        plan.push((chance.millis(0..=length), Action::Outage(lasts)));
    }
    if scenario.rates.freeze > 0 {
        let lasts = Duration::from_secs(chance.one_of(&[5, 35, 90]));
        plan.push((chance.millis(0..=length), Action::Freeze(host(chance), lasts)));
    }
    if scenario.rates.crash > 0 {
        plan.push((chance.millis(0..=length), Action::Crash(host(chance))));
    }
    if scenario.wrong_clocks {
        for node in 1..=scenario.hosts {
            for at in [Duration::ZERO, chance.millis(0..=length)] {
                let skew = i64::try_from(chance.within(0..=1_200_000)).expect("minutes") - 600_000;
                plan.push((at, Action::StepClock(node, skew)));
            }
        }
    }
    plan.sort_by_key(|(at, _)| *at);
    plan
}

fn errand(scenario: &Scenario, chance: &mut Chance) -> Errand {
    match chance.below(10) {
        0..4 => Errand::Ask,
        4..9 => Errand::Use { after: chance.millis(0..=3_000) },
        // With a token that is old by then.
        _ => Errand::Use { after: scenario.life.mul_f64(0.1) * u32::try_from(chance.below(15)).expect("a few") },
    }
}
