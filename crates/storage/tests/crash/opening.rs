//! The making of the tables, with a child killed at each of its steps.

use crate::{
    errand::{Errand, Running, key},
    model::Found,
    place::{Kind, Place, Who},
    points::Points,
    sweep::{Outcomes, runtime},
    verb::Verb,
};

pub(crate) fn through(kind: Kind) {
    if let Some(errand) = Errand::of_this_process(kind) {
        runtime().block_on(run(&errand));
    }
    runtime().block_on(kill_at_every_step(kind));
}

/// In the child.
async fn run(errand: &Errand) {
    Errand::wait_for_leave();
    errand.place.open(Who::Child).await.unwrap();
    Errand::done();
}

async fn kill_at_every_step(kind: Kind) {
    let whole = {
        let place = Place::fresh(kind);
        place.open(Who::Test).await.unwrap().close().await;
        place.things().await
    };
    assert!(whole > 0);
    let mut points = Points::new();
    let mut outcomes = Outcomes::default();
    while let Some(point) = points.next() {
        let place = Place::fresh(kind);
        let (end, was_done) = points.kill(Running::start(&place, &key("main")), point);
        place.bury().await;
        let things = place.things().await;
        let left = match things {
            0 => Found::Before,
            things if things == whole => Found::After,
            _ => panic!("killed {point} ({end}) it left {things} things of {whole}"),
        };
        assert!(left == Found::After || !was_done, "what was said to be done is lost: {point} ({end})");
        outcomes.add(end, left);

        // Whoever opens it next makes what is missing; of several, one.
        let (one, two, three) = tokio::join!(place.open(Who::Test), place.open(Who::Test), place.open(Who::Test));
        for (opened, account) in [(one, "one"), (two, "two"), (three, "three")] {
            let opened = opened.unwrap();
            assert_eq!(Verb::Put.say(opened.store(), &key(account)).await, Verb::Put.answer(), "{point} ({end})");
            opened.close().await;
        }
        assert_eq!(place.open(Who::Test).await.unwrap().store().events(0, 10).await.unwrap().len(), 3);
    }
    outcomes.judge();
}
