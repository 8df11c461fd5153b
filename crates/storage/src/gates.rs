//! Gates: whether a provider may be asked at all, shared by everybody who asks it.

use std::time::Duration;

use crate::{
    EventKind,
    rules::{Moment, Note, Step, left},
};

/// Whether the provider behind a gate may be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Passage {
    /// It may.
    Open,
    /// It may once, to find out whether it answers again: the others wait for what this caller says.
    Probe,
    /// It may not.
    Closed {
        /// For how long, unless somebody opens or closes the gate meanwhile.
        left: Duration,
        /// Why it was closed: a stable word.
        cause: String,
        /// Somebody is asking for everybody just now, and may open it long before that.
        probed: bool,
    },
}

/// A closed gate as a backend keeps it; of an open one nothing is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gate {
    /// When the next probe may pass.
    pub(crate) until: Moment,
    pub(crate) cause: String,
    /// A probe is under way, and until then is how long it may take.
    pub(crate) probed: bool,
}

/// The answer that changes nothing; `None` where the answer is a probe, which [`pass`] grants.
pub(crate) fn look(gate: Option<&Gate>, now: Moment) -> Option<Passage> {
    let Some(gate) = gate else { return Some(Passage::Open) };
    left(Some(gate.until), now).map(|left| Passage::Closed { left, cause: gate.cause.clone(), probed: gate.probed })
}

/// A probe closes the gate behind itself without an event: it stays as closed as it was.
pub(crate) fn pass(gate: &mut Option<Gate>, hold: Duration, now: Moment) -> Step<Passage> {
    if let Some(answer) = look(gate.as_ref(), now) {
        return (answer, None);
    }
    *gate = gate.take().map(|gate| Gate { until: now.saturating_add(hold), probed: true, ..gate });
    (Passage::Probe, None)
}

/// A shorter pause takes nothing away from a longer one: who asked for that knew something too. The hold of a probe is
/// no pause: it ends with what the probe found out.
pub(crate) fn close(gate: &mut Option<Gate>, pause: Duration, cause: &str, now: Moment) -> Step<()> {
    let was_open = gate.is_none();
    let until = now.saturating_add(pause);
    let until = gate.as_ref().filter(|gate| !gate.probed).map_or(until, |gate| gate.until.max(until));
    *gate = Some(Gate { until, cause: cause.to_owned(), probed: false });
    ((), was_open.then(|| Note { cause: Some(cause.to_owned()), ..Note::beside_rows(EventKind::GateClosed) }))
}

pub(crate) fn open(gate: &mut Option<Gate>) -> Step<()> {
    let opened = gate.take();
    ((), opened.map(|gate| Note { cause: Some(gate.cause), ..Note::beside_rows(EventKind::GateOpened) }))
}
