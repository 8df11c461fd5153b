//! Scenarios with a name: one misfortune at one place, nothing drawn.

use std::time::Duration;

use mailgrant_storage::{EventKind, Store};

use crate::{
    book::Stroke,
    caller::Errand,
    chance::Chance,
    network::Treatment,
    oracle::Standing,
    plan::Action,
    run::Run,
    sabotage::Sabotage,
    scenario::{Mode, Point, Scenario},
    world::World,
};

/// A calm world in which `sent` is what becomes of the first refresh, and `stroke` befalls its sender.
pub(crate) fn world(mode: Mode, sent: Option<Treatment>, stroke: Option<(Point, Stroke)>) -> Run {
    let world = World::new(7, Scenario::calm(mode), Sabotage::None, false);
    let mut run = Run::begin(world, Chance::of(7, 5));
    {
        let mut book = run.world.book();
        book.treatments.extend(sent);
        book.prepared.extend(stroke);
    }
    // The token is over by then.
    run.for_another(Duration::from_secs(700));
    run.act(Action::Call(1, 0, Errand::Ask));
    run.for_another(Duration::from_secs(200));
    run
}

/// Lets the world come to rest: how often a family was revoked, and how the account stands.
fn rest(mut run: Run) -> (u64, Standing) {
    run.come_to_rest();
    let standing = run.world.book().oracle.accounts[0].standing;
    let ran = run.end();
    assert_eq!(ran.violation, None);
    (ran.tally.of("family revoked for reuse"), standing)
}

pub(crate) fn posts(run: &Run) -> usize {
    run.world.book().oracle.posts.len()
}

fn kinds(run: &Run) -> Vec<EventKind> {
    let events = futures_util::FutureExt::now_or_never(run.world.store.events(0, 100)).unwrap().unwrap();
    events.into_iter().map(|event| event.kind).collect()
}

const FROZEN: Stroke = Stroke::Freeze(Duration::from_secs(60));

const MODES: [Mode; 4] =
    [Mode::Strict, Mode::Grace(Duration::from_secs(30)), Mode::RevokeOnNewTokenUse, Mode::NonRotating];

#[test]
fn nothing_is_lost_where_nothing_goes_wrong() {
    for mode in MODES {
        assert_eq!(rest(world(mode, None, None)), (0, Standing::Active), "{mode:?}");
    }
}

#[test]
fn f12_a_frozen_holder_does_not_send_when_it_thaws() {
    let run = world(Mode::Strict, None, Some((Point::K2, FROZEN)));
    assert_eq!(posts(&run), 0);
    assert_eq!(run.world.book().tally.of("freeze past the lease"), 1);
    assert!(kinds(&run).ends_with(&[EventKind::Claimed, EventKind::Untouched]), "{:?}", kinds(&run));
    assert_eq!(rest(run), (0, Standing::Active));
}

#[test]
fn f15_a_crash_costs_a_grant_only_between_sending_and_saving() {
    for mode in MODES {
        for point in Point::ALL {
            let run = world(mode, None, Some((point, Stroke::Crash)));
            assert_eq!(run.world.book().prepared.len(), 0, "{point:?} was passed");
            let spent = matches!(point, Point::K3 | Point::K4 | Point::K5);
            // It is replayed minutes later, when the grace is over.
            let lost = spent && matches!(mode, Mode::Strict | Mode::Grace(_));
            let expected = if lost { (1, Standing::Refused) } else { (0, Standing::Active) };
            assert_eq!(rest(run), expected, "{mode:?} {point:?}");
        }
    }
}

#[test]
fn f12_a_freeze_after_sending_costs_nothing_where_nobody_replays() {
    for point in [Point::K3, Point::K4, Point::K5, Point::K6, Point::K7] {
        assert_eq!(rest(world(Mode::Strict, None, Some((point, FROZEN)))), (0, Standing::Active), "{point:?}");
    }
}

#[test]
fn f15_a_lost_answer_is_asked_for_again_within_a_known_grace() {
    for sent in [Treatment::DroppedAfter, Treatment::Truncated, Treatment::Html { dealt_with: true }] {
        let run = world(Mode::Grace(Duration::from_secs(30)), Some(sent), None);
        assert_eq!(posts(&run), 2, "{sent:?}");
        assert!(kinds(&run).contains(&EventKind::Replayed));
        assert_eq!(rest(run), (0, Standing::Active), "{sent:?}");
    }
}

#[test]
fn f15_a_lost_answer_of_a_strict_provider_costs_the_grant_once_and_audited() {
    let run = world(Mode::Strict, Some(Treatment::DroppedAfter), None);
    assert_eq!(kinds(&run).iter().filter(|kind| **kind == EventKind::Refused).count(), 0, "nobody has asked again");
    assert_eq!(rest(run), (1, Standing::Refused));
}

#[test]
fn f18_silence_a_bad_gateway_and_a_wrong_secret_end_no_grant() {
    let treatments = [
        Treatment::DroppedBefore,
        Treatment::Html { dealt_with: false },
        Treatment::Silent { dealt_with: false },
        Treatment::Unavailable { seconds: None },
        Treatment::TooMany { seconds: 60 },
        Treatment::InvalidClient,
    ];
    for sent in treatments {
        let run = world(Mode::Strict, Some(sent), None);
        assert_eq!(run.world.book().oracle.accounts[0].standing, Standing::Active, "{sent:?}");
        assert_eq!(rest(run), (0, Standing::Active), "{sent:?}");
    }
}

#[test]
fn f17_an_answer_without_a_refresh_token_keeps_the_old_one() {
    for mode in MODES {
        assert_eq!(rest(world(mode, Some(Treatment::NoRefreshToken), None)), (0, Standing::Active), "{mode:?}");
    }
}

#[test]
fn a_thawed_host_does_not_replay_its_own_attempt() {
    let lost = (0..200).filter(|seed| {
        let life = Duration::from_secs(60);
        let scenario = Scenario { hosts: 1, upkeep: true, life, ..Scenario::calm(Mode::Strict) };
        let mut run = Run::begin(World::new(*seed, scenario, Sabotage::None, false), Chance::of(*seed, 5));
        // The answer waits for the host, and the token is over when it thaws.
        run.world.book().prepared.push((Point::K4, FROZEN));
        run.live(vec![(Duration::from_secs(45), Action::Call(1, 0, Errand::Ask))]);
        run.end().tally.of("family revoked for reuse") > 0
    });
    assert_eq!(lost.count(), 0);
}
