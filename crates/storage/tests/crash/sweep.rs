//! One verb, with a child killed at each of its steps.

use tokio::runtime::{Builder, Runtime};

use crate::{
    errand::{Errand, Running, key},
    model::{Account, Found, Model},
    place::{Kind, Opened, Place, Who},
    points::{End, Points},
    verb::Verb,
};

pub(crate) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

pub(crate) fn through(kind: Kind, verb: Verb) {
    if let Some(errand) = Errand::of_this_process(kind) {
        runtime().block_on(run(&errand, verb));
    }
    runtime().block_on(kill_at_every_step(kind, verb));
}

/// In the child.
async fn run(errand: &Errand, verb: Verb) {
    let opened = errand.place.open(Who::Child).await.unwrap();
    Errand::wait_for_leave();
    assert_eq!(verb.say(opened.store(), &errand.key).await, verb.answer());
    Errand::done();
}

async fn kill_at_every_step(kind: Kind, verb: Verb) {
    let model = Model::of(verb).await;
    let place = Place::fresh(kind);
    let mut opened = place.open(Who::Test).await.unwrap();
    let mut points = Points::new();
    let mut outcomes = Outcomes::default();
    while let Some(point) = points.next() {
        let key = key(&outcomes.count.to_string());
        let since = opened.store().events(0, usize::MAX).await.unwrap().last().map_or(0, |event| event.id);
        verb.prepare(opened.store(), &key).await;
        let witness = if point.has_witness() {
            Some(opened)
        } else {
            opened.close().await;
            None
        };
        let (end, was_done) = points.kill(Running::start(&place, &key), point);
        place.bury().await;

        let found = async |by: &Opened| {
            let account = Account::of(by.store(), &key, since).await;
            model.find(&account).unwrap_or_else(|| panic!("killed {point} ({end}) it left {account:?}"))
        };
        let seen = match &witness {
            Some(witness) => Some(found(witness).await),
            None => None,
        };
        opened = place.open(Who::Test).await.unwrap();
        let left = found(&opened).await;
        assert!(seen.is_none_or(|seen| seen == left), "{point} ({end}): {seen:?} is not {left:?}");
        assert!(left == Found::After || !was_done, "what was said to be done is lost: {point} ({end})");
        outcomes.add(end, left);

        // Whoever comes next goes on where the dead one was.
        let store = witness.as_ref().unwrap_or(&opened).store();
        let expected = if left == Found::Before { verb.answer() } else { verb.answer_again() };
        assert_eq!(verb.say(store, &key).await, expected, "{point} ({end})");
        assert_eq!(found(&opened).await, Found::After, "{point} ({end})");
        assert_eq!(verb.say(opened.store(), &key).await, verb.answer_again(), "{point} ({end})");
        assert_eq!(found(&opened).await, Found::After, "{point} ({end})");
        if let Some(witness) = witness {
            witness.close().await;
        }
    }
    outcomes.judge();
    opened.close().await;
}

/// What was found after how many children.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    pub(crate) count: usize,
    killed_before: usize,
    killed_after: usize,
}

impl Outcomes {
    pub(crate) fn add(&mut self, end: End, found: Found) {
        self.count += 1;
        match (end, found) {
            (End::Killed(_), Found::Before) => self.killed_before += 1,
            (End::Killed(_), Found::After) => self.killed_after += 1,
            (End::Through, found) => assert_eq!(found, Found::After),
        }
    }

    /// Of the killed, some came too early and some too late, or the steps were not those of the verb.
    pub(crate) fn judge(&self) {
        assert!(self.killed_before > 0 && self.killed_after > 0, "{self:?}");
    }
}
