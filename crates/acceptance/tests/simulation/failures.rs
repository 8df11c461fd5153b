//! Failures of docs/failure-modes.md that want time: clocks that are wrong, a provider that never answers.

use std::time::Duration;

use crate::{
    caller::Errand,
    chance::Chance,
    named::{posts, world},
    network::Treatment,
    oracle::Standing,
    plan::Action,
    run::Run,
    sabotage::Sabotage,
    scenario::{Mode, Scenario},
    world::World,
};

#[test]
fn f07_wrong_clocks_and_clocks_that_jump_cost_nothing() {
    const MINUTES: i64 = 60_000;
    let scenario = Scenario { length: Duration::from_secs(3000), ..Scenario::calm(Mode::Strict) };
    let lives = 5;
    let mut run = Run::begin(World::new(7, scenario, Sabotage::None, false), Chance::of(7, 5));
    run.act(Action::StepClock(1, 10 * MINUTES));
    run.act(Action::StepClock(2, -10 * MINUTES));
    let calls = (0..600).map(|number: u64| {
        let node = usize::try_from(number % 2).expect("one of two") + 1;
        // Some are used a while after they were had.
        let after = Duration::from_secs(number % 20);
        (Duration::from_secs(number * 5), Action::Call(node, 0, Errand::Use { after }))
    });
    let jumps = [
        (Duration::from_secs(900), Action::StepClock(1, -10 * MINUTES)),
        (Duration::from_secs(2000), Action::StepClock(2, 10 * MINUTES)),
        (Duration::from_secs(2010), Action::StepClock(1, 0)),
    ];
    let mut plan: Vec<_> = calls.chain(jumps).collect();
    plan.sort_by_key(|(at, _)| *at);
    run.live(plan);
    run.for_another(Duration::from_secs(30));
    assert!((lives..=lives + 2).contains(&posts(&run)), "{} renewals in {lives} lives", posts(&run));
    let ran = run.end();
    assert_eq!(ran.violation, None);
    let of = |what| ran.tally.of(what);
    // Nobody is served what is over, or is about to be; and no claim meets another.
    assert_eq!((of("token rejected"), of("caller told to wait"), of("claim held")), (0, 0, 0));
    assert_eq!((of("token used"), of("family revoked for reuse")), (600, 0));
}

#[test]
fn f10_whoever_waits_for_a_provider_that_never_answers_is_told_so_and_the_next_attempt_goes_on() {
    for dealt_with in [false, true] {
        let mut run = world(Mode::RevokeOnNewTokenUse, None, None);
        run.for_another(Duration::from_secs(700));
        let served = run.world.book().tally.of("caller served");
        let before = posts(&run);
        run.world.book().treatments.push(Treatment::Silent { dealt_with });
        for _ in 0..50 {
            run.act(Action::Call(1, 0, Errand::Ask));
            run.for_another(Duration::from_millis(100));
        }
        run.for_another(Duration::from_secs(9));
        {
            let book = run.world.book();
            let told = (book.tally.of("caller told to wait"), book.tally.of("caller served") - served);
            assert_eq!((told, book.oracle.calls.len()), ((50, 0), 0), "nobody hangs");
        }
        assert_eq!(posts(&run) - before, 1);
        run.for_another(Duration::from_secs(5));
        run.act(Action::Call(1, 0, Errand::Use { after: Duration::from_secs(1) }));
        run.act(Action::Call(2, 0, Errand::Use { after: Duration::from_secs(1) }));
        run.for_another(Duration::from_secs(5));
        assert_eq!(posts(&run) - before, 2, "nothing is in the way of the next one");
        assert_eq!(run.world.book().oracle.accounts[0].standing, Standing::Active);
        let ran = run.end();
        assert_eq!((ran.violation, ran.tally.of("token used")), (None, 2));
    }
}
