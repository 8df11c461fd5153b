//! The promises of gates.

use std::{sync::Arc, time::Duration};

use super::bench::{Bench, SECOND, assert_near, at_once, key};
use crate::{EventKind, Passage, Store};

const GATE: &str = "getresponse/retail/token";
const HOLD: Duration = Duration::from_secs(700);

impl<S: Store, A: AsyncFn(&S, Duration)> Bench<S, A> {
    async fn ask(&self, gate: &str) -> Passage {
        self.store.pass_gate(gate, HOLD).await.unwrap()
    }

    async fn shut(&self, pause: Duration, cause: &str) {
        self.store.close_gate(GATE, &key("main"), pause, cause).await.unwrap();
    }

    async fn gates(&self) -> Vec<(EventKind, Option<String>)> {
        self.events().await.into_iter().map(|event| (event.kind, event.cause)).collect()
    }
}

#[track_caller]
fn assert_closed(passage: &Passage, pause: Duration, why: &str) {
    let Passage::Closed { left, cause, .. } = passage else { panic!("expected Closed, heard {passage:?}") };
    assert_near(Some(*left), pause);
    assert!(!left.is_zero(), "a pause that is over");
    assert_eq!(cause, why);
}

/// Promise 24: while its pause runs nobody passes; of two pauses the one that ends later stands.
pub async fn p24_a_closed_gate_lets_nobody_pass<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    assert_eq!(bench.ask(GATE).await, Passage::Open);
    bench.shut(SECOND * 6000, "maintenance").await;
    assert_closed(&bench.ask(GATE).await, SECOND * 6000, "maintenance");
    for other in ["", "getresponse", "getresponse/retail/token ", "GetResponse/retail/token", "getresponse_retail%"] {
        assert_eq!(bench.ask(other).await, Passage::Open, "{other:?} is another gate");
    }
    bench.shut(SECOND * 2000, "answers_stall").await;
    assert_closed(&bench.ask(GATE).await, SECOND * 6000, "answers_stall");
    bench.shut(SECOND * 9000, "maintenance").await;
    let passages = (0..12).map(|_| {
        let store = Arc::clone(&bench.store);
        async move { store.pass_gate(GATE, HOLD).await.unwrap() }
    });
    for passage in at_once(passages).await {
        assert_closed(&passage, SECOND * 9000, "maintenance");
    }
    bench.pass(SECOND * 7000).await;
    assert_closed(&bench.ask(GATE).await, SECOND * 2000, "maintenance");
}

/// Promise 25: after the pause one passes for each hold, as a probe.
pub async fn p25_a_gate_lets_one_probe_pass<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    bench.shut(SECOND * 1200, "maintenance").await;
    let events = bench.events().await;
    bench.pass(SECOND * 1201).await;
    for round in 0..6 {
        let passages = (0..12).map(|_| {
            let store = Arc::clone(&bench.store);
            async move { store.pass_gate(GATE, HOLD).await.unwrap() }
        });
        let (probes, others): (Vec<_>, Vec<_>) =
            at_once(passages).await.into_iter().partition(|passage| *passage == Passage::Probe);
        assert_eq!(probes.len(), 1, "probes in round {round}");
        for other in &others {
            assert_closed(other, HOLD, "maintenance");
            assert!(matches!(other, Passage::Closed { probed: true, .. }), "somebody is asking");
        }
        bench.pass(HOLD + SECOND).await;
    }
    assert_eq!(bench.events().await, events, "a probe is no change of the gate");

    // What the probe finds out takes the place of its hold.
    assert_eq!(bench.ask(GATE).await, Passage::Probe);
    bench.shut(SECOND * 200, "answers_stall").await;
    let after = bench.ask(GATE).await;
    assert_closed(&after, SECOND * 200, "answers_stall");
    assert!(matches!(after, Passage::Closed { probed: false, .. }), "nobody is asking");
    bench.shut(SECOND * 3600, "maintenance").await;
    assert_closed(&bench.ask(GATE).await, SECOND * 3600, "maintenance");
    bench.pass(SECOND * 3601).await;
    assert_eq!(bench.ask(GATE).await, Passage::Probe);
    assert_closed(&bench.ask(GATE).await, HOLD, "maintenance");
    assert_eq!(bench.events().await, events, "it was closed all the time");
}

/// Promise 26: after `open_gate` everybody passes, and what the gate did is told once.
pub async fn p26_an_opened_gate_is_open<S: Store>(store: Arc<S>, advance: impl AsyncFn(&S, Duration)) {
    let bench = Bench { store, advance };
    let key = key("main");
    let open = async || bench.store.open_gate(GATE, &key).await.unwrap();
    open().await;
    assert_eq!(bench.events().await, [], "it was open");
    bench.shut(SECOND * 6000, "maintenance").await;
    bench.shut(SECOND * 3000, "answers_stall").await;
    open().await;
    open().await;
    for _ in 0..3 {
        assert_eq!(bench.ask(GATE).await, Passage::Open);
    }
    // Nothing of what it was before is left: neither the pause nor the hold of a probe.
    bench.shut(SECOND * 2000, "maintenance").await;
    assert_closed(&bench.ask(GATE).await, SECOND * 2000, "maintenance");
    bench.pass(SECOND * 2001).await;
    assert_eq!(bench.ask(GATE).await, Passage::Probe);
    open().await;
    assert_eq!(bench.ask(GATE).await, Passage::Open);
    bench.shut(Duration::ZERO, "maintenance").await;
    assert_eq!(bench.ask(GATE).await, Passage::Probe, "without a pause the first who asks may");

    let (closed, opened) = (EventKind::GateClosed, EventKind::GateOpened);
    let (maintenance, stall) = (Some("maintenance".to_owned()), Some("answers_stall".to_owned()));
    let expected = [
        (closed, maintenance.clone()),
        (opened, stall),
        (closed, maintenance.clone()),
        (opened, maintenance.clone()),
        (closed, maintenance),
    ];
    assert_eq!(bench.gates().await, expected);
    let events = bench.events().await;
    assert!(events.iter().all(|event| event.key == key && event.version.is_none() && event.attempt.is_none()));
    assert_eq!(bench.store.load(&key).await.unwrap(), None, "a gate makes no row");
}
