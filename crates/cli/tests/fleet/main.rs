//! Eight processes of the command line ask for one expired account, again and again, while some are frozen and killed.
#![cfg(all(unix, feature = "postgres"))]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod asker;
mod database;
#[path = "../../../acceptance/tests/fleet/process.rs"]
mod process;
#[path = "../cli/rig.rs"]
#[expect(dead_code, reason = "the tests of every command use the rest of it")]
mod rig;
mod stage;

use std::time::Duration;

use mailgrant_core::{Host, SystemHost};
use mailgrant_emulator::{Fault, Target, Times};

use crate::{asker::Asker, stage::Stage};

const ROUNDS: u64 = 3;

/// So long an answer is on its way, so that its asker can be frozen meanwhile.
const DELAY: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_processes_of_which_some_are_frozen_and_killed_are_one_refresh_for_each_expiry() {
    let mut stage = Stage::new().await;
    for round in 0..ROUNDS {
        undisturbed(&mut stage).await;
        waiters_are_frozen_and_killed(&mut stage, round).await;
        all_are_frozen(&mut stage).await;
        holder_is_frozen_before_it_sends(&mut stage, round).await;
        holder_is_killed_before_it_sends(&mut stage).await;
    }
    assert_eq!(stage.events("renewed"), 5 * ROUNDS);
    assert_eq!(stage.events("replayed"), ROUNDS, "of those who were killed holding a claim");
    let counters = stage.rig.emulator.counters();
    assert_eq!(counters.token_requests, counters.exchanges + counters.refreshes);
    stage.end().await;
}

async fn undisturbed(stage: &mut Stage) {
    stage.expire().await;
    let askers = stage.ask(0..8);
    stage.expect_one_refresh(askers);
}

/// The first one is frozen while its answer is on its way; two of the others are killed, two frozen until all is over.
async fn waiters_are_frozen_and_killed(stage: &mut Stage, round: u64) {
    stage.expire().await;
    let requests = stage.rig.token_requests();
    stage.rig.emulator.fault(Fault::Delay(DELAY), Target::Token, Times::Next(1));
    let mut askers = stage.ask(0..1);
    stage.until("the first one's request arrives", async |stage| stage.rig.token_requests() > requests).await;
    askers[0].process.freeze();
    askers.extend(stage.ask(1..8));
    // On a slow machine the answer may have been faster than we were.
    stage
        .until("the others are there", async |stage| {
            askers.iter_mut().any(Asker::has_ended) || stage.database.connected().await >= 8
        })
        .await;
    let frozen = pick_two(&mut askers, round);
    frozen.iter().for_each(|asker| asker.process.freeze());
    pick_two(&mut askers, round).into_iter().for_each(Asker::kill);
    askers[0].process.thaw();
    let token = stage.expect_one_refresh(askers);
    frozen.iter().for_each(|asker| asker.process.thaw());
    assert_eq!(Stage::served(frozen), token);
}

/// Whoever of them holds the claim: all are frozen for longer than its answer takes, at whatever they are about.
async fn all_are_frozen(stage: &mut Stage) {
    stage.expire().await;
    let requests = stage.rig.token_requests();
    stage.rig.emulator.fault(Fault::Delay(DELAY), Target::Token, Times::Next(1));
    let askers = stage.ask(0..8);
    stage.until("somebody's request arrives", async |stage| stage.rig.token_requests() > requests).await;
    askers.iter().for_each(|asker| asker.process.freeze());
    SystemHost.sleep(DELAY).await;
    askers.iter().for_each(|asker| asker.process.thaw());
    stage.expect_one_refresh(askers);
}

/// It is thawed within its lease, and is the one who sends.
async fn holder_is_frozen_before_it_sends(stage: &mut Stage, round: u64) {
    stage.expire().await;
    let (holder, mut askers) = holder_and_others(stage).await;
    pick_two(&mut askers, round).into_iter().for_each(Asker::kill);
    holder.process.thaw();
    askers.push(holder);
    stage.expect_one_refresh(askers);
}

/// Its lease ends; what it may have sent is asked for again, once and audited, and was not.
async fn holder_is_killed_before_it_sends(stage: &mut Stage) {
    stage.expire().await;
    let (holder, askers) = holder_and_others(stage).await;
    holder.kill();
    stage.database.end_lease().await;
    stage.expect_one_refresh(askers);
}

/// One that is frozen with a claim that was granted while it did not look, and seven that wait for it.
async fn holder_and_others(stage: &mut Stage) -> (Asker, Vec<Asker>) {
    let lock = stage.database.lock().await;
    let holder = stage.ask(0..1).remove(0);
    stage.until("its claim waits for the row", async |stage| stage.database.blocked().await == 1).await;
    holder.process.freeze();
    lock.open().await;
    stage.until("the claim is granted", async |stage| stage.database.is_claimed().await).await;
    let askers = stage.ask(1..8);
    stage.until("the others are there", async |stage| stage.database.connected().await >= 8).await;
    stage.expect_none_yet();
    (holder, askers)
}

/// Two of them, others in each round, and never the first.
fn pick_two(askers: &mut Vec<Asker>, round: u64) -> Vec<Asker> {
    let first = 1 + usize::try_from(round).unwrap() % (askers.len() - 2);
    askers.drain(first..first + 2).collect()
}
