//! A world in which nothing happens: each token that ends costs one refresh.

use std::{collections::HashMap, time::Duration};

use mailgrant_storage::EventKind;

use crate::{crew::Crew, judge::Judge, place::Server, report::Report, world::World};

const ACCOUNTS: usize = 100;
const LIFE: u64 = 2;
const WORKERS: usize = 4;

/// So many tokens end.
const RENEWALS: u64 = 2000;

pub(crate) async fn run(server: Server, test: &'static str, seed: u64) -> Report {
    let world = World::new(server, ACCOUNTS, LIFE).await;
    let mut crew = Crew::new(&world, test, seed);
    crew.start(WORKERS).await;
    while world.counters().refreshes < RENEWALS {
        crew.pass(Duration::from_millis(250)).await;
    }
    crew.finish().await;
    let (mut report, judge) = Judge::judge(&format!("{server:?}, calm"), &world, &crew.book).await;
    let counters = report.counters;
    report.expect(counters.refreshes == judge.renewals, "what was issued was saved");
    report.expect(judge.claims == judge.renewals, "each claim is a renewal");
    report.expect(judge.replays == 0, "nothing is taken over");
    report.expect(counters.token_requests == counters.exchanges + counters.refreshes, "nothing else is sent");
    report.expect(counters.reused_refresh_tokens + counters.refusals == 0, "nothing is spent twice");
    report.expect(crew.book.put_off == 0 && crew.book.lost.is_empty(), "everybody is served");
    report.expect(shortest(&world).await >= world.life.mul_f64(0.77), "a token is not renewed twice in its life");
    world.end().await;
    report
}

/// The shortest time between two claims of one account, by the store's clock.
async fn shortest(world: &World) -> Duration {
    let mut last = HashMap::new();
    let mut shortest = Duration::MAX;
    for event in world.events(0).await.into_iter().filter(|event| event.kind == EventKind::Claimed) {
        if let Some(before) = last.insert(event.key, event.at) {
            shortest = shortest.min(event.at.duration_since(before).unwrap_or_default());
        }
    }
    shortest
}
