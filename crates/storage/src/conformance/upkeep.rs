//! The promises of `claim_due`.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use super::bench::{
    Bench, CLIENT, ENVIRONMENT, LEASE, SECOND, assert_aged, assert_near, at_once, attempt, entry, key, refused,
    renewed, timeless, uncertain, untouched,
};
use crate::{Attempt, AttemptId, Claim, Due, Entry, EventKind, Secret, Settled, Store, Version};

fn names(page: &[Due]) -> Vec<&str> {
    page.iter().map(|due| due.key.account()).collect()
}

fn upkeep_in(seconds: u32) -> Entry {
    Entry { due_in: None, upkeep_in: Some(SECOND * seconds), ..entry(1) }
}

/// Promise 18: `claim_due` gives each row whose upkeep is due to one caller, the most overdue first.
pub async fn p18_claim_due_pages_what_is_due<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    let put = async |name: &str, entry: Entry| bench.store.put(&key(name), None, &entry).await.unwrap();
    put("third", upkeep_in(3000)).await;
    put("first", upkeep_in(1000)).await;
    put("second", upkeep_in(2000)).await;
    put("later", upkeep_in(90_000)).await;
    put("only if asked for", Entry { due_in: Some(Duration::ZERO), upkeep_in: None, ..entry(1) }).await;
    put("other client", Entry { client_key: "other".into(), ..upkeep_in(0) }).await;
    put("other environment", Entry { environment: "other".into(), ..upkeep_in(0) }).await;
    let seen = put("held", upkeep_in(0)).await;
    bench.granted(&key("held"), seen).await;
    put("resting", upkeep_in(0)).await;
    let rested = bench.granted(&key("resting"), seen).await;
    bench.settle(&key("resting"), seen, &rested, &untouched(LEASE * 20)).await;
    put("unsettled", upkeep_in(0)).await;
    let unsettled = bench.granted(&key("unsettled"), seen).await;
    bench.settle(&key("unsettled"), seen, &unsettled, &uncertain(Duration::ZERO)).await;
    put("refused", upkeep_in(0)).await;
    let refusal = bench.granted(&key("refused"), seen).await;
    bench.settle(&key("refused"), seen, &refusal, &refused()).await;
    put("removed", upkeep_in(0)).await;
    bench.remove(&key("removed"), Secret::UntilRevoked).await;

    assert_eq!(bench.due(CLIENT, Duration::ZERO, 10).await, []);
    assert_eq!(bench.due(CLIENT, SECOND * 9000, 0).await, []);
    bench.pass(SECOND * 3100).await;
    let page = bench.due(CLIENT, Duration::ZERO, 2).await;
    assert_eq!(names(&page), ["first", "second"]);
    for due in &page {
        assert_eq!(timeless(due.row.clone()), timeless(bench.row(&due.key).await));
        assert_eq!(due.row.attempt.as_ref().map(|open| (open.id, open.replays)), Some((due.attempt, 0)));
        assert_eq!((due.row.upkeep_in, &due.before), (Some(Duration::ZERO), &None));
        assert!(matches!(bench.claim(&due.key, &attempt(), due.row.version).await, Claim::Held(_)));
        assert_eq!(bench.claim(&due.key, &due.attempt, due.row.version).await, Claim::Granted);
    }
    assert_aged(page[0].late, SECOND * 2100);
    assert_aged(page[1].late, SECOND * 1100);
    assert_eq!(names(&bench.due(CLIENT, SECOND * 60, 10).await), ["third"]);
    let page = bench.due(CLIENT, SECOND * 89_000, 10).await;
    assert_eq!(names(&page), ["later"]);
    assert_eq!(page[0].late, Duration::ZERO);
    let elsewhere = bench.store.claim_due(CLIENT, "other", Duration::ZERO, &[attempt(), attempt()], LEASE).await;
    assert_eq!(names(&elsewhere.unwrap()), ["other environment"]);
    each_goes_to_one_caller(&bench).await;
}

async fn each_goes_to_one_caller<S: Store, A: AsyncFn(&S, Duration)>(bench: &Bench<S, A>) {
    const CROWD: &str = "crowd";
    for number in 0..40 {
        let entry = Entry { client_key: CROWD.into(), ..upkeep_in(0) };
        bench.store.put(&key(&format!("{CROWD}-{number}")), None, &entry).await.unwrap();
    }
    let callers = (0..8).map(|_| {
        let store = Arc::clone(&bench.store);
        let attempts: Vec<_> = (0..7).map(|_| attempt()).collect();
        async move { store.claim_due(CROWD, ENVIRONMENT, SECOND, &attempts, LEASE).await.unwrap() }
    });
    let claimed: Vec<_> = at_once(callers).await.into_iter().flatten().collect();
    assert_eq!(claimed.len(), 40);
    assert_eq!(claimed.iter().map(|due| &due.key).collect::<BTreeSet<_>>().len(), 40, "rows claimed twice");
    assert_eq!(claimed.iter().map(|due| due.attempt.to_string()).collect::<BTreeSet<_>>().len(), 40);
}

/// Promise 23: an unsettled attempt is replayed, once the access token is over.
pub async fn p23_claim_due_takes_over_what_nobody_settled<S: Store>(
    store: Arc<S>,
    advance: impl AsyncFn(&S, Duration),
) {
    let bench = Bench { store, advance };
    let ends_in = |seconds: u32, upkeep| Entry { expires_in: Some(SECOND * seconds), ..upkeep_in(upkeep) };
    let open = async |name: &str, entry: Entry| {
        let seen = bench.store.put(&key(name), None, &entry).await.unwrap();
        bench.granted(&key(name), seen).await
    };
    let unsettled = async |name: &str, entry: Entry, pause| {
        let lost = open(name, entry).await;
        bench.settle(&key(name), Version::FIRST, &lost, &uncertain(pause)).await;
        lost
    };
    let over = unsettled("over", ends_in(3000, 2000), Duration::ZERO).await;
    unsettled("alive", ends_in(86_400, 0), Duration::ZERO).await;
    unsettled("resting", ends_in(3000, 0), LEASE * 20).await;
    unsettled("early", ends_in(3000, 40_000), Duration::ZERO).await;
    let lapsed = open("lapsed", ends_in(3000, 1500)).await;
    assert_eq!(bench.due(CLIENT, SECOND * 2500, 10).await, []);
    let endless = unsettled("endless", Entry { expires_in: None, ..upkeep_in(1000) }, Duration::ZERO).await;
    let page = bench.due(CLIENT, SECOND * 2500, 10).await;
    is_taken_over(&page, &[("endless", endless)]);
    bench.settle(&key("endless"), Version::FIRST, &page[0].attempt, &untouched(Duration::ZERO)).await;

    bench.pass(LEASE + SECOND * 60).await;
    open("held", ends_in(0, 0)).await;
    bench.store.put(&key("fresh"), None, &upkeep_in(0)).await.unwrap();
    let page = bench.due(CLIENT, SECOND, 10).await;
    assert_eq!(names(&page), ["endless", "lapsed", "over", "fresh"], "the most overdue first");
    // The one that was given back untouched is as unknown as it was, and goes by the name of who had it last.
    let given_back = page[0].before.as_ref().expect("an attempt that was taken over");
    assert_eq!((given_back.lease, given_back.replays), (None, 0));
    is_taken_over(&page[1..3], &[("lapsed", lapsed), ("over", over)]);
    assert_eq!(page[3].before, None);
    assert_aged(page[1].late, SECOND * 2160);
    for due in &page {
        let row = bench.row(&due.key).await;
        assert_eq!(timeless(due.row.clone()), timeless(row.clone()));
        assert_near(row.attempt.unwrap().lease, LEASE);
    }
    let events = bench.events().await;
    let heard: Vec<_> =
        events[events.len() - 4..].iter().map(|event| (event.key.clone(), event.kind, event.attempt)).collect();
    let kinds = [EventKind::Replayed, EventKind::Replayed, EventKind::Replayed, EventKind::Claimed];
    let expected: Vec<_> =
        page.iter().zip(kinds).map(|(due, kind)| (due.key.clone(), kind, Some(due.attempt))).collect();
    assert_eq!(heard, expected);
    assert_eq!(bench.due(CLIENT, SECOND, 10).await, [], "they are held");

    let settled = bench.settle(&page[1].key, Version::FIRST, &page[1].attempt, &renewed(2)).await;
    assert_eq!(settled, Settled::Done(Version::FIRST.next()));
    bench.pass(LEASE + SECOND).await;
    let again = bench.due(CLIENT, SECOND, 10).await;
    assert_eq!(names(&again), ["endless", "over", "held"], "renewed, or with a token that lives");
    let counted: Vec<_> = again.iter().map(|due| due.row.attempt.as_ref().map_or(0, |open| open.replays)).collect();
    assert_eq!(counted, [2, 2, 1]);
    one_caller_takes_over(&bench).await;
}

#[track_caller]
fn is_taken_over(page: &[Due], lost: &[(&str, AttemptId)]) {
    assert_eq!(names(page), lost.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    for (due, (_, lost)) in page.iter().zip(lost) {
        let before = due.before.as_ref().expect("an attempt that was taken over");
        assert_eq!(*before, Attempt { id: *lost, lease: None, age: before.age, replays: 0 });
        let open = due.row.attempt.as_ref().expect("the attempt that took it over");
        assert_eq!((open.id, open.replays), (due.attempt, 1));
        assert!(open.age <= before.age);
    }
}

async fn one_caller_takes_over<S: Store, A: AsyncFn(&S, Duration)>(bench: &Bench<S, A>) {
    const ALONE: &str = "alone";
    let key = key(ALONE);
    let entry = Entry { client_key: ALONE.into(), expires_in: None, ..upkeep_in(0) };
    let seen = bench.store.put(&key, None, &entry).await.unwrap();
    let lost = bench.granted(&key, seen).await;
    bench.settle(&key, seen, &lost, &uncertain(Duration::ZERO)).await;
    let callers = (0..12).map(|_| {
        let store = Arc::clone(&bench.store);
        async move { store.claim_due(ALONE, ENVIRONMENT, Duration::ZERO, &[attempt()], LEASE).await.unwrap() }
    });
    let claimed: Vec<_> = at_once(callers).await.into_iter().flatten().collect();
    is_taken_over(&claimed, &[(ALONE, lost)]);
}

/// Promise 29: somebody uses the account, so its upkeep is due sooner, and never later.
pub async fn p29_hasten_brings_the_upkeep_forward<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    let key = key("main");
    let seen = bench.store.put(&key, None, &upkeep_in(90_000)).await.unwrap();
    let (before, events) = (bench.row(&key).await, bench.events().await);
    let hasten = async |seen, seconds| bench.store.hasten(&key, seen, SECOND * seconds).await.unwrap();
    hasten(seen.next(), 1000).await;
    assert_near(bench.row(&key).await.upkeep_in, SECOND * 90_000);
    hasten(seen, 5000).await;
    assert_near(bench.row(&key).await.upkeep_in, SECOND * 5000);
    hasten(seen, 9000).await;
    let after = bench.row(&key).await;
    assert_near(after.upkeep_in, SECOND * 5000);
    assert_eq!(timeless(after), timeless(before), "nothing else changes");
    assert_eq!(bench.events().await, events, "nothing has happened to it");
    bench.pass(SECOND * 5001).await;
    assert_eq!(names(&bench.due(CLIENT, Duration::ZERO, 10).await), ["main"]);

    // What had none has one, what is gone has none.
    let other = super::bench::key("other");
    let seen = bench.store.put(&other, None, &Entry { upkeep_in: None, ..entry(1) }).await.unwrap();
    bench.store.hasten(&other, seen, SECOND * 700).await.unwrap();
    assert_near(bench.row(&other).await.upkeep_in, SECOND * 700);
    let tombstone = bench.remove(&other, Secret::EraseNow).await.unwrap();
    bench.store.hasten(&other, tombstone, SECOND).await.unwrap();
    assert_eq!(bench.row(&other).await.upkeep_in, None);
    bench.store.hasten(&super::bench::key("nobody"), seen, SECOND).await.unwrap();
    assert_eq!(bench.store.load(&super::bench::key("nobody")).await.unwrap(), None);
}
