//! Tally: how often each thing happened, so that a rig that tests nothing is found out.

use std::collections::BTreeMap;

/// Counts by name; worlds are added up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally(BTreeMap<&'static str, u64>);

/// What has to happen at least once over all seeds.
pub(crate) const EXPECTED: &[&str] = &[
    "crash at K1",
    "crash at K2",
    "crash at K3",
    "crash at K4",
    "crash at K5",
    "crash at K6",
    "crash at K7",
    "freeze at a point",
    "freeze past the lease",
    "clock stepped",
    "store failed",
    "store answer lost",
    "store slow",
    "store stale",
    "store outage",
    "claim granted",
    "claim held",
    "claim newer",
    "claim unsettled",
    "claim resting",
    "claim replayed",
    "settled renewed",
    "settled untouched",
    "settled refused",
    "settled uncertain",
    "settled in vain",
    "not sent: too late",
    "request unreachable",
    "request dropped before",
    "request dropped after",
    "answer truncated",
    "answer html",
    "answer 429",
    "answer 503",
    "answer invalid_client",
    "answer without refresh token",
    "answer never",
    "answer slow",
    "answered again within the grace",
    "family revoked for reuse",
    "family revoked by its customer",
    "grant given back",
    "reuse after a lost answer",
    "reuse after a crash",
    "reuse after a freeze",
    "caller left",
    "caller served",
    "caller told to wait",
    "caller told to ask",
    "token adopted from another host",
    "token used",
    "token rejected",
    "renewal forced",
    "old bearer rejected",
    "disconnected",
    "connected anew",
];

impl Tally {
    pub(crate) fn count(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    pub(crate) fn of(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or_default()
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (what, count) in &other.0 {
            *self.0.entry(what).or_default() += count;
        }
    }

    pub(crate) fn missing(&self) -> Vec<&'static str> {
        EXPECTED.iter().copied().filter(|what| self.of(what) == 0).collect()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.iter().map(|(what, count)| format!("{count:>9}  {what}")).collect()
    }
}
