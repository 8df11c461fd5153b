//! The steps of the story, each with what it was promised.

use std::time::Duration;

/// One step of the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Begin,
    Consent,
    Callback,
    Exchange,
    Save,
    Call,
    Expiry,
    Refresh,
    Rejection,
    Refusal,
    ConsentAgain,
    Disconnect,
    Events,
}

impl Step {
    /// In the order in which they are played.
    pub(super) const ALL: [Self; 13] = [
        Self::Begin,
        Self::Consent,
        Self::Callback,
        Self::Exchange,
        Self::Save,
        Self::Call,
        Self::Expiry,
        Self::Refresh,
        Self::Rejection,
        Self::Refusal,
        Self::ConsentAgain,
        Self::Disconnect,
        Self::Events,
    ];

    pub(super) const fn number(self) -> usize {
        self as usize + 1
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::Consent => "consent",
            Self::Callback => "callback",
            Self::Exchange => "exchange",
            Self::Save => "sealed save",
            Self::Call => "API call",
            Self::Expiry => "expiry",
            Self::Refresh => "refresh",
            Self::Rejection => "rejection",
            Self::Refusal => "refusal",
            Self::ConsentAgain => "consent again",
            Self::Disconnect => "disconnect",
            Self::Events => "events",
        }
    }

    /// For the summary: in one line.
    pub(super) const fn promise(self) -> &'static str {
        match self {
            Self::Begin => "response_type, client_id and state are sent, nothing else",
            Self::Consent => "the browser comes back to the registered address with a code",
            Self::Callback => "the state comes back as it was sent; no other is believed",
            Self::Exchange => "a code is good once: Bearer, 3600 seconds, with a refresh token",
            Self::Save => "the store's files hold neither token nor client secret",
            Self::Call => "GET /accounts answers 200 with the account's id",
            Self::Expiry => "a token past its life is answered 401/1014, which echoes it",
            Self::Refresh => "one request brings a new access token, a new refresh token",
            Self::Rejection => "401/1014, one refresh for all, then the same call answers 200",
            Self::Refusal => "a refused refresh token: ask the customer, send nothing more",
            Self::ConsentAgain => "a new consent brings the account back",
            Self::Disconnect => "erased here; the provider has no revocation endpoint",
            Self::Events => "each change was recorded with it, in order",
        }
    }

    /// How long it may take. A person may take their time.
    pub(super) const fn limit(self, headless: bool) -> Duration {
        match self {
            Self::Consent | Self::ConsentAgain if !headless => Duration::from_secs(600),
            _ => Duration::from_secs(30),
        }
    }
}
