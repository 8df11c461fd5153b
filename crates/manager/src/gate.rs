//! Gate: whether a provider is to be asked at all.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use mailgrant_core::{AnyClient, ClientIdentity, Error, ErrorKind, Outcome};
use mailgrant_storage::{AccountKey, Passage};

use crate::{manager::Inner, telemetry};

/// What this process knows of the gates that it has come to: one for each app at each environment.
///
/// What the provider says, or leaves unsaid, closes a gate for every process, through the store. That it cannot be
/// reached at all may be this host's own trouble, and closes the gate for this process alone.
#[derive(Debug, Default)]
pub(crate) struct Gates(Mutex<HashMap<ClientIdentity, Gate>>);

#[derive(Debug, Default)]
struct Gate {
    /// Failures since the provider was last heard to speak.
    failures: u32,
    closed: Option<(Duration, Cause)>,
}

/// Leave to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pass {
    /// The gate is open.
    Open,
    /// It is closed, and this one asks for everybody.
    Probe,
}

/// Why a gate is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    Throttled,
    Misconfigured,
    Unwell,
    Unreachable,
}

/// What an outcome says about the provider.
enum Word {
    /// It speaks, whatever it says of the grant.
    Speaks,
    /// It asks for a pause.
    Pause(Duration),
    /// It fails, for this reason.
    Fails(Cause),
    /// It was not asked.
    Nothing,
}

/// Failures in a row before a gate closes: one account's trouble is not everybody's.
const PATIENCE: u32 = 3;

/// The longest pause between two probes.
const LONGEST: Duration = Duration::from_secs(30);

/// When whoever meets a probe may come again.
const SOON: Duration = Duration::from_secs(1);

/// How much longer than its request a probe may keep others waiting.
const MARGIN: Duration = Duration::from_secs(2);

/// Leave to ask the client's provider. A probe keeps the others waiting until its answer has come, or should have.
pub(crate) async fn pass(inner: &Inner, client: &dyn AnyClient) -> Result<Pass, Error> {
    knock(inner, client, client.profile().token_timeout + MARGIN).await
}

/// Whether there would be leave. Nobody is kept waiting for whoever finds that there is nothing to ask.
pub(crate) async fn peek(inner: &Inner, client: &dyn AnyClient) -> Result<Pass, Error> {
    knock(inner, client, Duration::ZERO).await
}

async fn knock(inner: &Inner, client: &dyn AnyClient, hold: Duration) -> Result<Pass, Error> {
    let (identity, now) = (client.identity(), inner.host.monotonic());
    if let Some((left, cause)) = inner.gates.knock(identity, now, hold) {
        return Err(cause.error(left));
    }
    match inner.vault.store().pass_gate(&name(identity), hold).await? {
        Passage::Open => Ok(Pass::Open),
        Passage::Probe => Ok(Pass::Probe),
        // What comes of a probe is soon known.
        Passage::Closed { left, cause, probed: true } => Err(Cause::named(&cause).error(left.min(SOON))),
        Passage::Closed { left, cause, .. } => {
            let cause = Cause::named(&cause);
            inner.gates.shut(identity, now + left, cause);
            Err(cause.error(left))
        }
        _ => Err(Cause::Unwell.error(LONGEST)),
    }
}

/// Learns from an outcome. `key` is the account that it is about.
pub(crate) async fn learn(inner: &Inner, client: &dyn AnyClient, key: &AccountKey, pass: Pass, outcome: &Outcome) {
    let (identity, store) = (client.identity(), inner.vault.store());
    let (pause, cause) = match word(outcome) {
        Word::Nothing => return,
        Word::Speaks => {
            inner.gates.at(identity, |gate| *gate = Gate::default());
            if pass == Pass::Probe {
                telemetry::gate(identity, false);
                // If the store is away, the next probe opens it.
                let _ = store.open_gate(&name(identity), key).await;
            }
            return;
        }
        Word::Pause(pause) => (pause, Cause::Throttled),
        Word::Fails(cause) => {
            let failures = inner.gates.at(identity, |gate| {
                gate.failures = gate.failures.saturating_add(1);
                gate.failures
            });
            // A probe that failed is proof enough.
            if failures < PATIENCE && pass != Pass::Probe {
                return;
            }
            let doublings = failures.saturating_sub(PATIENCE).min(8);
            ((Duration::from_secs(1) * 2_u32.pow(doublings)).min(LONGEST), cause)
        }
    };
    inner.gates.shut(identity, inner.host.monotonic() + pause, cause);
    telemetry::gate(identity, true);
    if cause != Cause::Unreachable {
        // If the store is away, nothing can be claimed either.
        let _ = store.close_gate(&name(identity), key, pause, cause.name()).await;
    }
}

fn word(outcome: &Outcome) -> Word {
    match outcome {
        Outcome::Renewed(_) => Word::Speaks,
        Outcome::Refused(error) if error.status().is_some() => Word::Speaks,
        Outcome::Refused(_) => Word::Nothing,
        Outcome::Uncertain(_) => Word::Fails(Cause::Unwell),
        Outcome::Untouched(error) => match (error.code(), error.status()) {
            ("rate_limited", _) => Word::Pause(error.retry_after().unwrap_or(LONGEST)),
            ("provider_unreachable", _) => Word::Fails(Cause::Unreachable),
            ("answer_lost", _) => Word::Fails(Cause::Unwell),
            (_, Some(_)) if error.kind() == ErrorKind::Configuration => Word::Fails(Cause::Misconfigured),
            (_, Some(_)) => Word::Fails(Cause::Unwell),
            (_, None) => Word::Nothing,
        },
    }
}

/// One app at one environment: what the store knows the gate by.
fn name(identity: &ClientIdentity) -> String {
    format!("{}/{}/{}", identity.provider, identity.environment, identity.client_id)
}

impl Gates {
    /// How long the gate stays closed, if it is. Where this process has closed it by itself, the first to come
    /// afterwards keeps its others waiting for a moment.
    fn knock(&self, identity: &ClientIdentity, now: Duration, hold: Duration) -> Option<(Duration, Cause)> {
        self.at(identity, |gate| {
            let (until, cause) = gate.closed?;
            if now < until {
                return Some((until - now, cause));
            }
            gate.closed = (cause == Cause::Unreachable).then_some((now + hold.min(MARGIN), cause));
            None
        })
    }

    fn shut(&self, identity: &ClientIdentity, until: Duration, cause: Cause) {
        self.at(identity, |gate| gate.closed = Some((until, cause)));
    }

    fn at<T>(&self, identity: &ClientIdentity, change: impl FnOnce(&mut Gate) -> T) -> T {
        let mut gates: MutexGuard<'_, HashMap<_, _>> = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !gates.contains_key(identity) {
            gates.insert(identity.clone(), Gate::default());
        }
        change(gates.entry(identity.clone()).or_default())
    }
}

impl Cause {
    /// As stored, and as the event of a gate that closes says it.
    fn name(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::Misconfigured => "client_misconfigured",
            Self::Unwell | Self::Unreachable => "provider_unwell",
        }
    }

    fn named(name: &str) -> Self {
        match name {
            "throttled" => Self::Throttled,
            "client_misconfigured" => Self::Misconfigured,
            _ => Self::Unwell,
        }
    }

    fn error(self, left: Duration) -> Error {
        let (kind, code, message) = match self {
            Self::Throttled => {
                (ErrorKind::TryLater, "provider_paused", "the provider asked for a pause: nothing was sent")
            }
            Self::Misconfigured => (
                ErrorKind::Configuration,
                "client_misconfigured",
                "the provider does not accept this app's requests: check its id, secret and endpoints; nothing was sent, and no account is to blame",
            ),
            Self::Unwell | Self::Unreachable => (
                ErrorKind::TryLater,
                "provider_unwell",
                "the provider has failed several times in a row and is asked again after a pause: nothing was sent",
            ),
        };
        Error::new(kind, code, message).after(left)
    }
}
