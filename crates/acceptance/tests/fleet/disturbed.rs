//! A world in which workers are killed and frozen at random, some at the worst of moments.

use std::time::Duration;

use mailgrant_core::{Host, SystemHost};
use mailgrant_storage::EventKind;

use crate::{
    chance::Chance,
    crew::Crew,
    judge::Judge,
    place::Server,
    report::Report,
    words::Point,
    world::{World, number_of},
};

const ACCOUNTS: usize = 60;
const LIFE: u64 = 3;
const WORKERS: usize = 5;

/// So many of them are left alone at any time.
const LEFT_ALONE: usize = 2;

/// So long the provider takes to answer.
const DELAY: Duration = Duration::from_millis(60);

pub(crate) async fn run(server: Server, test: &'static str, seed: u64) -> Report {
    let world = World::new(server, ACCOUNTS, LIFE).await;
    world.slow(DELAY);
    let mut crew = Crew::new(&world, test, seed);
    crew.start(WORKERS).await;
    let (_, lost) = crew.hold(0, Point::Saving).await;
    crew.hold(1, Point::Sending).await;
    kill(&mut crew, 1);
    crew.hold(2, Point::Saving).await;
    kill(&mut crew, 2);
    let kills = 2 + disturb(&world, &mut crew, seed, lost).await;
    crew.thaw(0);
    crew.finish().await;
    let (mut report, _) = Judge::judge(&format!("{server:?}, disturbed"), &world, &crew.book).await;
    report.lines.push(format!("{kills} killed"));
    report.expect(report.counters.family_revocations >= 2, "who dies or freezes before saving loses a family");
    world.end().await;
    report
}

/// Disturbs whoever is not left alone, until the account that was held before its saving is refused to somebody else.
/// How many were killed.
async fn disturb(world: &World, crew: &mut Crew<'_>, seed: u64, lost: usize) -> u64 {
    let mut chance = Chance::of(seed, 2);
    let mut frozen: Vec<(usize, Duration)> = Vec::new();
    let (mut kills, mut seen) = (0, 0);
    loop {
        crew.pass(chance.millis(200..=1200)).await;
        let now = SystemHost.monotonic();
        frozen.extract_if(.., |(_, until)| *until <= now).for_each(|(worker, _)| crew.thaw(worker));
        let awake = crew.awake();
        if awake.len() > LEFT_ALONE {
            let worker = chance.one_of(&awake);
            let until = now + chance.millis(200..=6000);
            match chance.below(10) {
                0..2 => {
                    kill(crew, worker);
                    kills += 1;
                }
                2..6 => {
                    crew.freeze(worker);
                    frozen.push((worker, until));
                }
                _ => {
                    let point = chance.one_of(&[Point::Sending, Point::Saving]);
                    crew.hold(worker, point).await;
                    frozen.push((worker, until));
                }
            }
        }
        let events = world.events(seen).await;
        seen = events.last().map_or(seen, |event| event.id);
        if events.iter().any(|event| event.kind == EventKind::Refused && number_of(&event.key) == lost) {
            frozen.into_iter().for_each(|(worker, _)| crew.thaw(worker));
            return kills;
        }
    }
}

fn kill(crew: &mut Crew<'_>, worker: usize) {
    crew.kill(worker);
    crew.replace();
}
