//! A world in which holders freeze between their claim and their sending: nothing is lost, and nothing sent too late.

use std::time::Duration;

use mailgrant_storage::{Event, EventKind};

use crate::{
    crew::Crew,
    judge::Judge,
    place::Server,
    report::Report,
    words::Point,
    world::{World, number_of},
};

const ACCOUNTS: usize = 20;
const LIFE: u64 = 3;

/// The lease still holds, and it is too late to send: 25 of its 30 seconds are over.
const TOO_LATE: Duration = Duration::from_millis(27_500);

pub(crate) async fn run(server: Server, test: &'static str, seed: u64) -> Report {
    let world = World::new(server, ACCOUNTS, LIFE).await;
    let mut crew = Crew::new(&world, test, seed);
    crew.start(3).await;
    let past_lease = crew.hold(0, Point::Sending).await;
    let past_guard = crew.hold(1, Point::Sending).await;
    crew.pass(TOO_LATE).await;
    crew.thaw(1);
    let begins = |event: &Event| matches!(event.kind, EventKind::Claimed | EventKind::Replayed);
    while !renewed_behind(&world.events(0).await, &past_lease) {
        crew.pass(Duration::from_millis(250)).await;
    }
    crew.thaw(0);
    crew.finish().await;
    let (mut report, judge) = Judge::judge(&format!("{server:?}, held"), &world, &crew.book).await;
    let counters = report.counters;
    for (attempt, account) in [past_lease, past_guard] {
        let events = world.events(0).await;
        let of = |event: &&Event| event.attempt.is_some_and(|id| id.to_string() == attempt);
        let ends: Vec<_> = events.iter().filter(of).filter(|event| !begins(event)).map(|event| event.kind).collect();
        report
            .expect(!ends.contains(&EventKind::Renewed), &format!("account {account}: who is too late sends nothing"));
    }
    report.expect(judge.replays > 0, "what was held was taken over");
    report.expect(judge.refused.is_empty(), "no account is refused");
    report.expect(counters.reused_refresh_tokens + counters.refusals == 0, "nothing is spent twice");
    report.expect(counters.refreshes == judge.renewals, "what was issued was saved");
    report.expect(counters.token_requests == counters.exchanges + counters.refreshes, "nothing else is sent");
    world.end().await;
    report
}

/// Whether somebody renewed the account after this attempt had been taken over.
fn renewed_behind(events: &[Event], (attempt, account): &(String, usize)) -> bool {
    let mut events = events.iter().filter(|event| event.attempt.is_some() && number_of(&event.key) == *account);
    events.any(|event| event.attempt.is_some_and(|id| id.to_string() == *attempt))
        && events.any(|event| event.kind == EventKind::Replayed)
        && events.any(|event| event.kind == EventKind::Renewed)
}
