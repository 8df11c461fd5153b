//! Telemetry: what operators see of renewals, never with a secret or an account in a label.

use std::time::Duration;

use mailgrant_core::{ClientIdentity, Outcome};

/// A renewal was answered, or was not.
pub(crate) fn renewal(identity: &ClientIdentity, outcome: &Outcome, took: Duration, late: Duration, replays: bool) {
    let outcome = match outcome {
        Outcome::Renewed(_) => "renewed",
        Outcome::Untouched(_) => "untouched",
        Outcome::Refused(_) => "refused",
        Outcome::Uncertain(_) => "uncertain",
    };
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    tracing::debug!(outcome, milliseconds, replays, "answered");
    sink::count("mailgrant_renewals_total", identity, outcome);
    if replays {
        sink::count("mailgrant_replays_total", identity, outcome);
    }
    sink::observe("mailgrant_renewal_seconds", identity, took);
    sink::observe("mailgrant_renewal_lag_seconds", identity, late);
}

/// The provider said no to a grant whose token was this old: from many of these an operator learns how long refresh
/// tokens live.
pub(crate) fn refused(identity: &ClientIdentity, age: Duration) {
    tracing::warn!(age_seconds = age.as_secs(), "the provider refused a grant");
    sink::observe("mailgrant_age_at_refusal_seconds", identity, age);
}

/// For how long the most overdue of a client's accounts has been due.
pub(crate) fn oldest_due(identity: &ClientIdentity, late: Duration) {
    sink::level("mailgrant_oldest_due_seconds", identity, late.as_secs_f64());
}

/// A gate closed, or opened.
pub(crate) fn gate(identity: &ClientIdentity, closed: bool) {
    let ClientIdentity { provider, environment, .. } = identity;
    if closed {
        tracing::warn!(provider = provider.as_str(), environment, "the provider is not asked for a while");
    } else {
        tracing::info!(provider = provider.as_str(), environment, "the provider answers again");
    }
    sink::level("mailgrant_gate_closed", identity, f64::from(u8::from(closed)));
}

/// The store answered a verb of a renewal, or did not.
pub(crate) fn store(verb: &'static str, took: Duration) {
    sink::store("mailgrant_store_seconds", verb, took);
}

/// Labels are the provider and the environment of registered clients, so there are as many as there are of those, or a verb.
#[cfg(feature = "metrics")]
mod sink {
    use super::{ClientIdentity, Duration};

    pub(super) fn count(name: &'static str, identity: &ClientIdentity, outcome: &'static str) {
        let (provider, environment) = labels(identity);
        metrics::counter!(name, "provider" => provider, "environment" => environment, "outcome" => outcome)
            .increment(1);
    }

    pub(super) fn observe(name: &'static str, identity: &ClientIdentity, value: Duration) {
        let (provider, environment) = labels(identity);
        metrics::histogram!(name, "provider" => provider, "environment" => environment).record(value);
    }

    pub(super) fn level(name: &'static str, identity: &ClientIdentity, value: f64) {
        let (provider, environment) = labels(identity);
        metrics::gauge!(name, "provider" => provider, "environment" => environment).set(value);
    }

    pub(super) fn store(name: &'static str, verb: &'static str, took: Duration) {
        metrics::histogram!(name, "verb" => verb).record(took);
    }

    fn labels(identity: &ClientIdentity) -> (String, String) {
        (identity.provider.to_string(), identity.environment.clone())
    }
}

#[cfg(not(feature = "metrics"))]
mod sink {
    use super::{ClientIdentity, Duration};

    pub(super) fn count(_: &'static str, _: &ClientIdentity, _: &'static str) {}
    pub(super) fn observe(_: &'static str, _: &ClientIdentity, _: Duration) {}
    pub(super) fn level(_: &'static str, _: &ClientIdentity, _: f64) {}
    pub(super) fn store(_: &'static str, _: &'static str, _: Duration) {}
}
