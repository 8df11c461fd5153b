//! OAuth 2.0 grants as typed state machines: obtain access, use it, renew it.
//!
//! One customer, one login and one API call need this crate and a provider, nothing else:
//!
//! ```no_run
//! # mod mailgrant_example { use mailgrant_core::*;
//! # #[derive(Clone, Debug)] pub struct Postbox(Profile);
//! # impl Postbox { pub fn production() -> Self { unreachable!("never run") } }
//! # impl Provider for Postbox { const NAME: &'static str = "postbox"; fn profile(&self) -> &Profile { &self.0 } }
//! # impl OfferedBy<Postbox> for AuthorizationCode { type Renewal = renewal::Refresh; } }
//! # use mailgrant_example::Postbox;
//! use mailgrant_core::{AuthorizationCode, Callback, Client, Credentials, Error, http::Method};
//!
//! # async fn run() -> Result<(), Error> {
//! let client = Client::new(Postbox::production(), Credentials::new("client-id", "client-secret"))?;
//! let login = client.begin(AuthorizationCode::registered()); // Unauthorized
//! println!("open {}", login.authorize_url());
//! # let address_the_browser_was_sent_to = "";
//! let callback = Callback::parse(address_the_browser_was_sent_to)?;
//! let session = login.receive(callback)?.exchange().await?; // CodeReceived, Authorized
//! let request = session.bearer().request(Method::GET, "/accounts")?;
//! println!("{}", client.send(request).await?.status());
//! # Ok(()) }
//! ```
//!
//! # The machine
//!
//! A [`Session`] is one grant in one of five states: [`Unauthorized`], [`CodeReceived`], [`Authorized`],
//! [`Expired`] and [`Uncertain`] (a refresh was sent and no answer came). A verb exists only in the states in
//! which it makes sense, and only for grants that the provider offers: what is illegal does not compile.
//! Types order the verbs; they do not stop clocks or crashes, and the places where that shows say so.
//!
//! # What a service adds
//!
//! A session at rest is a [`TokenRecord`]; a login on its way is a [`PendingAuthorization`]. `mailgrant-storage`
//! seals and keeps them, and `mailgrant-manager` keeps many accounts alive, so that a rotated refresh token
//! is never lost and never spent twice. Code that only makes calls asks for a [`TokenSource`].
//!
//! # Features
//!
//! * `reqwest` (default): [`ReqwestTransport`]. Without it, bring a [`Transport`].
//! * `testing`: a host whose clock is moved by hand, a mocked transport.

mod any_client;
mod at_rest;
mod bearer;
mod binding;
mod budget;
mod callback;
mod client;
mod endpoint;
mod error;
mod expiry;
mod grant;
mod host;
mod identity;
mod issued;
mod login;
mod machine;
mod owner;
mod pending;
mod profile;
mod provider;
mod record;
pub mod refusal;
pub mod renewal;
mod revocation;
mod sealed;
mod secret;
mod session;
mod setback;
mod standing;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod token_source;
mod tokens;
mod transport;
pub mod verdict;
mod wire;

pub use {async_trait::async_trait, bytes, http, secrecy};

#[cfg(feature = "reqwest")]
pub use crate::transport::{ReqwestTransport, ReqwestTransportBuilder};
pub use crate::{
    any_client::{AnyClient, Outcome},
    at_rest::{RecordFormat, SecretBytes},
    bearer::{AnyProvider, Bearer},
    binding::{Binding, Lookup},
    budget::{Permit, RefreshBudget},
    callback::Callback,
    client::{Client, ClientBuilder, Credentials},
    endpoint::{Endpoint, Endpoints},
    error::{Error, ErrorKind},
    expiry::Expiry,
    grant::{
        Adopted, AuthorizationCode, AuthorizeUrl, ByConsent, ByProvider, ClientCredentials, Exchange, Grant, GrantKind,
        Implicit, Obtain, OfferedBy, Refresh, Replay,
    },
    host::{BoxFuture, Host, SystemHost},
    identity::ClientIdentity,
    machine::{Authorized, CodeReceived, Expired, State, Unauthorized, Uncertain},
    pending::PendingAuthorization,
    profile::{
        AccountName, BodyFormat, ClientAuth, ExchangeMethod, MarkedBy, Pace, Pkce, Profile, ReplayPolicy,
        RevocationEndpoint, RevocationForm,
    },
    provider::Provider,
    record::TokenRecord,
    refusal::{Meaning, Refusal},
    renewal::{Renewal, RenewalKind},
    revocation::Revocation,
    secret::{AccessToken, ClientSecret, Code, CsrfState, RefreshToken, Verifier},
    session::Session,
    setback::{RefreshError, TransitionError},
    standing::Standing,
    token_source::TokenSource,
    tokens::Tokens,
    transport::{Request, Sent, Transport, TransportError},
    verdict::Verdict,
    wire::{Answer, Asked},
};
