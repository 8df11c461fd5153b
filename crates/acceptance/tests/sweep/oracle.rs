//! The words in which the sweeps say what is to be expected.

use std::time::Duration;

use mailgrant_core::{Error, ErrorKind};
use mailgrant_emulator::{Consent, Settings, Throttling};

/// What an error is expected to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) kind: ErrorKind,
    pub(crate) code: &'static str,
    pub(crate) status: Option<u16>,
    pub(crate) provider_code: Option<&'static str>,
    pub(crate) pause: Option<Duration>,
    /// Whether the session is back at its beginning; if not, it is as it was.
    pub(crate) over: bool,
}

impl Verdict {
    /// Nothing was answered, and nothing ended.
    pub(crate) const fn new(kind: ErrorKind, code: &'static str) -> Self {
        Self { kind, code, status: None, provider_code: None, pause: None, over: false }
    }

    pub(crate) const fn answered(self, status: u16, provider_code: Option<&'static str>) -> Self {
        Self { status: Some(status), provider_code, ..self }
    }

    pub(crate) const fn after(self, pause: Duration) -> Self {
        Self { pause: Some(pause), ..self }
    }

    pub(crate) const fn over(self) -> Self {
        Self { over: true, ..self }
    }

    /// Ours to set right; no grant is lost.
    pub(crate) const fn misconfigured(status: u16, provider_code: &'static str) -> Self {
        Self::new(ErrorKind::Configuration, "client_misconfigured").answered(status, Some(provider_code))
    }

    /// The customer has to be asked again: the refresh token is dead.
    pub(crate) const fn grant_refused(status: u16, provider_code: &'static str) -> Self {
        Self::new(ErrorKind::AskUser, "grant_refused").answered(status, Some(provider_code)).over()
    }

    /// The customer has to be asked again: the code is dead.
    pub(crate) const fn code_refused(status: u16, provider_code: &'static str) -> Self {
        Self::new(ErrorKind::AskUser, "code_refused").answered(status, Some(provider_code)).over()
    }

    /// The customer said no.
    pub(crate) const fn denied() -> Self {
        Self::new(ErrorKind::AskUser, "access_denied").over()
    }

    /// Nobody can tell whose callback it is.
    pub(crate) const fn state_missing() -> Self {
        Self::new(ErrorKind::AskUser, "state_missing")
    }

    /// GetResponse's pause, or VerticalResponse's in the words of either gateway.
    pub(crate) const fn paused(throttling: Throttling) -> Self {
        let limited = Self::new(ErrorKind::TryLater, "rate_limited");
        match throttling {
            Throttling::OverQps => limited.answered(403, Some("over_limit")).after(Duration::from_secs(7)),
            Throttling::OverRate => limited.answered(403, Some("over_limit")).after(Duration::from_secs(30)),
            _ => limited.answered(429, None).after(Duration::from_secs(7)),
        }
    }

    /// What an error says, to be compared.
    pub(crate) fn of(error: &Error, over: bool) -> Self {
        Self {
            kind: error.kind(),
            code: error.code(),
            status: error.status(),
            provider_code: error.provider_code(),
            pause: error.retry_after(),
            over,
        }
    }
}

/// One trip through the consent page with what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Trip {
    pub(crate) page: Page,
    pub(crate) end: End,
}

/// What the provider makes of an authorization request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// It does not even know whom to send the browser back to.
    Closed,
    /// It knows the app, and refuses the request.
    Wrong,
    Denied,
    Granted,
}

/// Where a trip ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// On a page of the provider's, with this status: the app hears nothing.
    Stays(u16),
    /// At the callback: nothing is sent to the token endpoint.
    Callback(Verdict),
    /// At the exchange; whether the provider refused what was said, or did not get as far as that.
    Exchange(Verdict),
    Connected,
}

/// What the customer does where they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Customer {
    Allows,
    Denies,
}

impl Customer {
    pub(crate) fn named(name: &str) -> Self {
        if name == "denies" { Self::Denies } else { Self::Allows }
    }

    /// Whether the answer is no, be it the customer's or the setting's.
    pub(crate) fn denies(self, settings: &Settings) -> bool {
        settings.consent == Consent::Deny || settings.consent == Consent::Ask && self == Self::Denies
    }

    /// Thinks better of it.
    pub(crate) fn relents(&mut self, settings: &mut Settings) {
        *self = Self::Allows;
        if settings.consent == Consent::Deny {
            settings.consent = Consent::Auto;
        }
    }
}

/// A token's life, with what the refresh at its end comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cycle {
    pub(crate) seconds: u64,
    /// Whether the refresh token is still good; if not, the customer is asked again.
    pub(crate) renewed: bool,
}

/// The lives of one grant's refresh tokens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lives {
    pub(crate) access: u64,
    pub(crate) refreshed: u64,
    pub(crate) refresh: Option<u64>,
    pub(crate) rotates: bool,
}

impl Lives {
    /// The first three cycles. A refresh token that rotates begins a new life each time.
    pub(crate) fn cycles(self) -> [Cycle; 3] {
        let (mut seconds, mut age) = (self.access, 0);
        [(); 3].map(|()| {
            age += seconds;
            let renewed = self.refresh.is_none_or(|end| age < end);
            let cycle = Cycle { seconds, renewed };
            seconds = if renewed { self.refreshed } else { self.access };
            if self.rotates || !renewed {
                age = 0;
            }
            cycle
        })
    }
}
