//! The steps of the story, each with what it was promised.

use std::time::Duration;

use super::chapter::Chapter;

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
    FormBody,
    FormAgain,
    JsonBody,
    JsonAgain,
    Fragment,
    NoRenewal,
    Adopt,
    AdoptAgain,
    MaxLogin,
    MaxApart,
    NonceConsent,
    GetExchange,
    Endless,
    Revoked,
    WrongAccount,
    Reauthorized,
    PostExchange,
    Rotation,
    GivenBack,
    OneStore,
}

impl Step {
    /// In the order in which they are played.
    pub(super) const ALL: [Self; 33] = [
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
        Self::FormBody,
        Self::FormAgain,
        Self::JsonBody,
        Self::JsonAgain,
        Self::Fragment,
        Self::NoRenewal,
        Self::Adopt,
        Self::AdoptAgain,
        Self::MaxLogin,
        Self::MaxApart,
        Self::NonceConsent,
        Self::GetExchange,
        Self::Endless,
        Self::Revoked,
        Self::WrongAccount,
        Self::Reauthorized,
        Self::PostExchange,
        Self::Rotation,
        Self::GivenBack,
        Self::OneStore,
    ];

    pub(super) const fn number(self) -> usize {
        self as usize + 1
    }

    /// The step of that number.
    pub(super) fn numbered(number: usize) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.number() == number)
    }

    pub(super) const fn chapter(self) -> Chapter {
        match self {
            Self::FormBody | Self::FormAgain => Chapter::Form,
            Self::JsonBody | Self::JsonAgain => Chapter::Json,
            Self::Fragment | Self::NoRenewal => Chapter::Implicit,
            Self::Adopt | Self::AdoptAgain => Chapter::Adopted,
            Self::MaxLogin | Self::MaxApart => Chapter::Max,
            Self::NonceConsent
            | Self::GetExchange
            | Self::Endless
            | Self::Revoked
            | Self::WrongAccount
            | Self::Reauthorized => Chapter::Classic,
            Self::PostExchange | Self::Rotation | Self::GivenBack => Chapter::Delegated,
            Self::OneStore => Chapter::Together,
            _ => Chapter::Code,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        self.words().0
    }

    /// For the summary: in one line.
    pub(super) const fn promise(self) -> &'static str {
        self.words().1
    }

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Begin => ("begin", "response_type, client_id and state are sent, nothing else"),
            Self::Consent => ("consent", "the browser comes back to the registered address with a code"),
            Self::Callback => ("callback", "the state comes back as it was sent; no other is believed"),
            Self::Exchange => ("exchange", "a code is good once: Bearer, 3600 seconds, with a refresh token"),
            Self::Save => ("sealed save", "the store's files hold neither token nor client secret"),
            Self::Call => ("API call", "GET /accounts answers 200 with the account's id"),
            Self::Expiry => ("expiry", "a token past its life is answered 401/1014, which echoes it"),
            Self::Refresh => ("refresh", "one request brings a new access token, a new refresh token"),
            Self::Rejection => ("rejection", "401/1014, one refresh for all, then the same call answers 200"),
            Self::Refusal => ("refusal", "a refused refresh token: ask the customer, send nothing more"),
            Self::ConsentAgain => ("consent again", "a new consent brings the account back"),
            Self::Disconnect => ("disconnect", "erased here; the provider has no revocation endpoint"),
            Self::Events => ("events", "each change was recorded with it, in order"),
            Self::FormBody => ("form body", "one request, as a form: a token for a day, no refresh token"),
            Self::FormAgain => ("obtained again", "once expired, one request obtains another; none refreshes"),
            Self::JsonBody => ("JSON body", "one request, as JSON: a token for a day, no refresh token"),
            Self::JsonAgain => ("obtained again", "once expired, one request obtains another; none refreshes"),
            Self::Fragment => ("fragment", "the token comes in the fragment, which is accepted once"),
            Self::NoRenewal => ("no renewal", "once expired, the customer has to be asked: nothing is sent"),
            Self::Adopt => ("adopted", "a token made elsewhere is kept, and works"),
            Self::AdoptAgain => ("adopted again", "once expired, another is adopted under the same key"),
            Self::MaxLogin => ("X-Domain", "X-Domain goes with the token request, with each call"),
            Self::MaxApart => ("apart", "a grant of retail is refused in MAX, one of MAX in retail"),
            Self::NonceConsent => ("consent", "client_id and redirect_uri are sent, nothing else"),
            Self::GetExchange => ("GET exchange", "by GET, with the same redirect URI: a token, whose it is"),
            Self::Endless => ("no end", "a year later the token works; it was never refreshed"),
            Self::Revoked => ("revoked", "403, then the customer has to be asked: nothing is sent"),
            Self::WrongAccount => ("wrong account", "a consent with another account stores nothing"),
            Self::Reauthorized => ("reauthorized", "a new consent with the same account keeps its key"),
            Self::PostExchange => ("POST exchange", "a code is good once: by POST, 3600 seconds, a refresh token"),
            Self::Rotation => ("rotation", "three callers, one refresh: both tokens are new"),
            Self::GivenBack => ("given back", "the provider is told, then erased here: no copy is any good"),
            Self::OneStore => ("one store", "a record is taken by its own client, refused by all others"),
        }
    }

    /// Whether a person is asked for their consent in it.
    const fn asks(self) -> bool {
        matches!(
            self,
            Self::Consent
                | Self::ConsentAgain
                | Self::MaxLogin
                | Self::NonceConsent
                | Self::Reauthorized
                | Self::PostExchange
        )
    }

    /// How long it may take. A person may take their time.
    pub(super) const fn limit(self, headless: bool) -> Duration {
        if self.asks() && !headless { Duration::from_secs(600) } else { Duration::from_secs(30) }
    }
}
