//! What the stories share: an emulator with an app registered, a client for it, somebody who consents.

use std::{io, time::Duration};

use mailgrant_core::{
    Client, Credentials, Endpoint, Endpoints, Error, ErrorKind, Provider, Request, ReqwestTransport, Transport,
    bytes::Bytes, http,
};
use mailgrant_emulator::{App, Emulator, Settings};
use mailgrant_getresponse::GetResponse;
use mailgrant_verticalresponse::{VerticalResponse, VerticalResponseDelegated};

/// Where the app of the stories is registered to return to. Nobody listens there.
pub const REDIRECT_URI: &str = "https://app.example/callback";

/// An emulator of these settings, with one app whose id and secret are not made of letters alone.
///
/// # Errors
///
/// If no port on loopback can be had.
pub async fn emulator(settings: Settings) -> io::Result<Emulator> {
    let app = App::new(CREDENTIALS.0, CREDENTIALS.1).redirect_uri(REDIRECT_URI);
    Emulator::builder().settings(settings).app(app).start().await
}

const CREDENTIALS: (&str, &str) = ("id: +%&", "secret: +%&é");

/// GetResponse, as the emulator plays it.
///
/// # Errors
///
/// None in practice: the emulator's addresses are well-formed.
pub fn getresponse(emulator: &Emulator) -> Result<GetResponse, Error> {
    let endpoints = Endpoints::parse(&emulator.authorize_url(), &emulator.token_url(), &emulator.api_url())?;
    Ok(GetResponse::at(endpoints))
}

/// VerticalResponse's first generation, as the emulator plays it.
///
/// # Errors
///
/// None in practice.
pub fn verticalresponse(emulator: &Emulator) -> Result<VerticalResponse, Error> {
    let at = emulator.verticalresponse();
    Ok(VerticalResponse::at(Endpoints::parse(&at.authorize_url, &at.token_url, &at.api_url)?))
}

/// VerticalResponse's second generation, as the emulator plays it.
///
/// # Errors
///
/// None in practice.
pub fn delegated(emulator: &Emulator) -> Result<VerticalResponseDelegated, Error> {
    let at = emulator.verticalresponse_delegated();
    let endpoints = Endpoints::parse(&at.authorize_url, &at.token_url, &at.api_url)?;
    let revoke = at.revoke_url.map(|url| Endpoint::parse(&url)).transpose()?;
    Ok(VerticalResponseDelegated::at(endpoints, revoke))
}

/// A client of GetResponse for the emulator's app.
///
/// # Errors
///
/// None in practice.
pub fn client(emulator: &Emulator) -> Result<Client<GetResponse>, Error> {
    client_of(getresponse(emulator)?)
}

/// A client of any provider for the emulator's app.
///
/// # Errors
///
/// None in practice.
pub fn client_of<P: Provider>(provider: P) -> Result<Client<P>, Error> {
    Client::new(provider, Credentials::new(CREDENTIALS.0, CREDENTIALS.1))
}

/// Plays a customer in front of an emulator that consents at once: the address that the browser is sent to.
///
/// # Errors
///
/// If the emulator does not answer with a redirect.
pub async fn consent(authorize_url: &str) -> Result<String, Error> {
    let odd = |what: &'static str| Error::new(ErrorKind::Bug, "no_redirect", what);
    let request =
        http::Request::get(authorize_url).body(Bytes::new()).map_err(|_| odd("the authorize URL is no URL"))?;
    let transport = ReqwestTransport::builder().build()?;
    let answer = transport.send(Request::new(request, Duration::from_secs(30), 64 * 1024)).await;
    let answer = answer.map_err(|error| odd("no answer from the authorize endpoint").caused_by(error))?;
    let location = answer.headers().get(http::header::LOCATION).and_then(|location| location.to_str().ok());
    Ok(location.ok_or_else(|| odd("the authorize endpoint does not redirect"))?.to_owned())
}

/// The programs of the guides, compiled.
#[cfg(doctest)]
mod guides {
    #[doc = include_str!("../../../docs/guides/browser.md")]
    #[doc = include_str!("../../../docs/guides/login.md")]
    #[doc = include_str!("../../../docs/guides/operating.md")]
    #[doc = include_str!("../../../docs/guides/scripts.md")]
    #[doc = include_str!("../../../docs/guides/testing.md")]
    struct Guides;
}
