//! GetResponse beside VerticalResponse on loopback: OAuth 2.0 servers with their APIs, for anybody's tests.
//!
//! The [`Emulator`] listens on `127.0.0.1`, answers what the providers document, keeps its own clock
//! (which can be advanced), counts what it was asked, and misbehaves on demand. Nothing here is
//! secret, nothing is stored, and nothing leaves the machine.
//!
//! What a provider leaves unsaid (does a refresh token rotate? which shape has a refusal at the
//! token endpoint?) is a field of [`Settings`]; what a network or a broken provider may do is a
//! [`Fault`]. A client that works under every setting works with the real service, whichever of
//! them it turns out to be.
//!
//! ```
//! use mailgrant_emulator::{App, Emulator, Fault, Settings, Target, Times};
//! use std::time::Duration;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let emulator = Emulator::builder()
//!     .settings(Settings::default())
//!     .app(App::new("client-id", "client-secret").redirect_uri("http://127.0.0.1:1/callback"))
//!     .start()
//!     .await?;
//! // Point a client at emulator.authorize_url(), token_url(), api_url() …
//! emulator.advance(Duration::from_secs(3600)); // every access token has now expired
//! emulator.fault(Fault::DropAfterCommit, Target::Token, Times::Next(1));
//! assert_eq!(emulator.counters().refreshes, 0);
//! emulator.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! # The one idea
//!
//! Each request has an arrival, a commit and an answer, in this order and never mixed: the body is
//! read, the state changes in one synchronous step under one lock, then the answer goes out. A
//! fault names the gap in which it strikes, so a test can tell "nothing happened" from "it happened
//! and nobody was told".
//!
//! # VerticalResponse
//!
//! Two generations of it play beside GetResponse on the same port, told apart by the beginning of the
//! path: [`Emulator::verticalresponse`] (an exchange by `GET`, tokens without an end) and
//! [`Emulator::verticalresponse_delegated`] (tokens that end, refresh tokens that serve once, a
//! revocation endpoint). Every registered app is good at each of them, but what one of them issued is
//! unknown at the others. Their settings are [`Settings::verticalresponse`] and
//! [`Settings::delegated`].
//!
//! # MAX
//!
//! An app with [`App::max`] belongs to a MAX environment: its token requests, as well as its API
//! calls, name the panel in `X-Domain`. Retail or MAX, an API call may carry `X-Parent-Login`, which
//! is then the address that `GET /v3/accounts` answers, so that a test can see that it arrived.
//!
//! # For other processes
//!
//! Below `/_emulator/` the same knobs are JSON endpoints: `GET counters`, `GET` or `POST settings`
//! (merges the given fields), `POST advance` `{"seconds": 60}`, `POST fault`
//! `{"fault": "html-502", "target": "token", "times": 1}` (`null` means always), `POST
//! clear-faults`, `POST revoke-access-tokens`, `POST revoke-grants`, `POST revoke-user`, and `POST
//! apps` `{"client_id": "…", "client_secret": "…", "redirect_uri": "…", "max": "…"}` (the last two
//! may be left out). A request with an `Origin`
//! header is refused there, and one whose `Host` is not this loopback address is refused
//! everywhere, so that no web page can play with a running emulator.

mod account;
mod addresses;
mod app;
mod bearer;
mod client_auth;
mod clock;
mod consent;
mod consent_page;
mod control;
mod counters;
mod delivery;
mod domain;
mod emulator;
mod fault;
mod faults;
mod fields;
mod getresponse;
mod grant;
mod ledger;
mod provider;
mod redirect;
mod reply;
mod seen;
mod server;
mod settings;
mod terms;
mod verticalresponse;
mod world;

pub use addresses::Addresses;
pub use app::App;
pub use counters::Counters;
pub use emulator::{Builder, Emulator};
pub use fault::{Fault, Target, Times, UnknownName};
pub use seen::Seen;
pub use settings::{
    Admission, ApiErrors, BadClient, Consent, Delegated, Denial, Errors, ExchangeErrors, Exp, ExpiresIn, Extras,
    ImplicitOrder, InvalidGrant, InvalidSetting, Pkce, RedirectCheck, RedirectUri, ReplyType, Revoke, Rotation,
    Settings, Throttling, TokenType, UserId, VerticalResponse,
};
