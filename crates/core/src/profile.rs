//! Profile: everything in which providers differ, as data.

use std::{num::NonZeroU32, time::Duration};

use http::HeaderMap;

use crate::{Endpoint, Endpoints, Expiry, endpoint::is_loopback};

/// How one provider, at one environment, wants to be spoken to.
///
/// [`Profile::new`] is RFC 6749 as written; a provider changes what it does otherwise.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Profile {
    /// Which environment this is, such as `retail`. It is kept with every grant, and a grant of another
    /// environment is refused.
    pub environment: String,
    /// Where it is spoken to.
    pub endpoints: Endpoints,
    /// How the app proves itself at the token endpoint. One method, never probed (RFC 6749 §2.3).
    pub client_auth: ClientAuth,
    /// How the body of a token request is written.
    pub body: BodyFormat,
    /// How a code is exchanged.
    pub exchange: ExchangeMethod,
    /// Whether the consent page is told what it is asked for (`response_type`, RFC 6749 §3.1.1).
    pub response_type: bool,
    /// What marks a callback as one login's.
    pub binding: MarkedBy,
    /// Whether a login has to name its redirect URI.
    pub redirect_uri_required: bool,
    /// Headers of the environment that go with every token request.
    pub token_headers: HeaderMap,
    /// Headers of the environment that go with every call of the API.
    pub api_headers: HeaderMap,
    /// Whether logins carry a proof key (RFC 7636).
    pub pkce: Pkce,
    /// The issuer, where the provider returns `iss` in callbacks (RFC 9207): then every callback must name it. Where none
    /// is known, one that comes back must be at the address of the consent page.
    pub issuer: Option<String>,
    /// The life of a token whose answer names none. Where it is [`Expiry::Never`], an answer that names a life of
    /// zero says the same.
    pub unnamed_expiry: Expiry,
    /// How long a code is good for, counted from its receipt.
    pub code_life: Duration,
    /// How long one call of the token endpoint may take, the connection included: an answer that comes too late
    /// is a lost one.
    pub token_timeout: Duration,
    /// What is known about sending a refresh token twice.
    pub replay: ReplayPolicy,
    /// How fast one app may call the token endpoint.
    pub pace: Pace,
    /// How long a refresh token may lie unused before it ends; an assumption where the provider does not say. One that
    /// nobody used for half of it is renewed to keep it.
    pub idle_limit: Duration,
    /// Where the provider says whose account a token opens, if it does.
    pub account: Option<AccountName>,
    /// How a grant is given back, if the provider takes it back.
    pub revocation: Option<RevocationEndpoint>,
}

impl Profile {
    /// The standard's own behaviour, at these endpoints.
    #[must_use]
    pub fn new(environment: impl Into<String>, endpoints: Endpoints) -> Self {
        Self {
            environment: environment.into(),
            endpoints,
            client_auth: ClientAuth::Basic,
            body: BodyFormat::Form,
            exchange: ExchangeMethod::Post,
            response_type: true,
            binding: MarkedBy::State,
            redirect_uri_required: false,
            token_headers: HeaderMap::new(),
            api_headers: HeaderMap::new(),
            pkce: Pkce::S256,
            issuer: None,
            unnamed_expiry: Expiry::Unknown,
            code_life: Duration::from_secs(600),
            token_timeout: Duration::from_secs(20),
            replay: ReplayPolicy::default(),
            pace: Pace::default(),
            idle_limit: Duration::from_secs(14 * 24 * 3600),
            account: None,
            revocation: None,
        }
    }
}

impl Profile {
    /// Whether a callback that names this issuer may be of this environment.
    pub(crate) fn is_issued_by(&self, issuer: &str) -> bool {
        let Some(expected) = &self.issuer else {
            let page = self.endpoints.authorize.uri();
            let Ok(issuer) = issuer.parse::<http::Uri>() else { return false };
            // A server under test has loopback's many names, and perhaps a proxy before it.
            let both_local = [page, &issuer].iter().all(|uri| uri.host().is_some_and(is_loopback));
            return issuer.scheme().is_some()
                && issuer.scheme() == page.scheme()
                && (both_local || place(&issuer) == place(page));
        };
        expected == issuer
    }
}

/// Host and port, which may be left out.
fn place(uri: &http::Uri) -> (Option<String>, u16) {
    let default = if uri.scheme_str() == Some("http") { 80 } else { 443 };
    (uri.host().map(str::to_ascii_lowercase), uri.port_u16().unwrap_or(default))
}

/// How the app proves itself: RFC 6749 §2.3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientAuth {
    /// HTTP Basic, id and secret form-urlencoded first, as the standard says.
    Basic,
    /// HTTP Basic without the encoding, for servers that do not decode it.
    BasicRaw,
    /// `client_id` and `client_secret` in the body.
    Body,
}

/// How the body of a token request is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyFormat {
    /// `application/x-www-form-urlencoded`, as the standard says.
    Form,
    /// `application/json;charset=utf-8`: one object of texts.
    Json,
}

/// How a code is exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExchangeMethod {
    /// By POST, in the body, as the standard says (RFC 6749 §4.1.3).
    Post,
    /// By GET: id, secret, redirect URI and code in the query, no `grant_type`. **Such a URL is a secret**: for
    /// providers that document nothing else.
    Get,
}

/// What marks a callback as one login's. Whoever may finish the login is said by its
/// [`Binding`](crate::Binding), whatever the mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MarkedBy {
    /// The `state` of the authorization request, which the provider returns (RFC 6749 §4.1.1).
    State,
    /// The same, in the query of the redirect URI that both requests name: for a provider that returns no `state`
    /// of its own. A grant that names no redirect URI falls back on [`State`](Self::State).
    RedirectNonce,
    /// Nothing: the callback finishes whatever login is open for its [`Binding`](crate::Binding), of which there is one
    /// at a time. The weakest: it does not say which request a code answers.
    BrowserOnly,
}

/// Where the provider says whose account a token opens, by a text or a whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AccountName {
    /// In this field of the answer that brings the token.
    InAnswer(&'static str),
    /// In a field of what its API answers: one call, which follows each login.
    At {
        /// The path of the resource, such as `/accounts`.
        path: &'static str,
        /// The field.
        field: &'static str,
    },
}

/// Where a grant is given back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a place and a form, made by providers")]
pub struct RevocationEndpoint {
    /// Its address.
    pub endpoint: Endpoint,
    /// How it wants to be asked.
    pub form: RevocationForm,
}

/// How a revocation endpoint wants to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevocationForm {
    /// RFC 7009 §2.1: `POST` with `token` and `token_type_hint`.
    Standard,
    /// `DELETE` with a form of `refresh_token` and the app's credentials as its body.
    Delete,
}

/// Whether a login carries a proof key. The method `plain` does not exist here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pkce {
    /// None is sent: the provider does not mention it.
    Off,
    /// `S256` (RFC 7636 §4.2).
    S256,
}

/// What is known about sending a refresh token twice.
///
/// It is asked when a refresh was sent and no answer came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReplayPolicy {
    /// How long after its first use the provider answers a refresh token again; zero where nothing is known.
    pub grace: Duration,
}

/// How fast one app may call the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pace {
    /// Calls a second.
    pub per_second: NonZeroU32,
    /// Calls at once, after a rest.
    pub burst: NonZeroU32,
    /// Calls within a longer time, where that is limited too.
    pub window: Option<(NonZeroU32, Duration)>,
    /// Calls under way at the same time.
    pub parallel: NonZeroU32,
}

impl Pace {
    /// So many calls a second, so many at once after a rest, and ten under way at the same time; zero counts as one.
    #[must_use]
    pub fn new(per_second: u32, burst: u32) -> Self {
        Self {
            per_second: at_least_one(per_second),
            burst: at_least_one(burst),
            window: None,
            parallel: at_least_one(10),
        }
    }

    /// And so many within `period`.
    #[must_use]
    pub fn within(self, calls: u32, period: Duration) -> Self {
        Self { window: Some((at_least_one(calls), period)), ..self }
    }

    /// With so many under way at the same time.
    #[must_use]
    pub fn parallel(self, calls: u32) -> Self {
        Self { parallel: at_least_one(calls), ..self }
    }
}

fn at_least_one(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

/// Ten a second, twenty at once.
impl Default for Pace {
    fn default() -> Self {
        Self::new(10, 20)
    }
}
