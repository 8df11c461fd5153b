//! The way to the consent page, whatever comes back from it.

use std::fmt;

use zeroize::Zeroizing;

use crate::{ByConsent, Error, Grant, PendingAuthorization, Provider, Session, Unauthorized, wire};

impl<P: Provider, G: Grant> Session<P, G, Unauthorized> {
    /// Where to send the customer's browser. The same for as long as this session lives.
    ///
    /// ```
    /// # use mailgrant_core::{*, http::{Response, header::LOCATION}};
    /// # fn example<P: Provider, G: ByConsent>(login: Session<P, G, Unauthorized>) -> http::Result<Response<()>> {
    /// Response::builder().status(303).header(LOCATION, login.authorize_url().as_str()).body(())
    /// # }
    /// ```
    #[must_use]
    pub fn authorize_url(&self) -> AuthorizeUrl
    where
        G: ByConsent,
    {
        AuthorizeUrl(wire::authorize_url(self.client(), self.grant(), self.machine().login()))
    }

    /// Puts the login aside until its callback comes, perhaps on another machine.
    ///
    /// ```
    /// # use {mailgrant_core::*, std::collections::HashMap};
    /// # type Logins = HashMap<Lookup, PendingAuthorization>;
    /// # fn example<P: Provider>(client: Client<P>, session_cookie: &str, mut logins: Logins)
    /// # -> Result<String, Error>
    /// # where AuthorizationCode: OfferedBy<P> {
    /// let login = client.begin(AuthorizationCode::registered());
    /// let url = login.authorize_url();
    /// let pending = login.into_pending();
    /// logins.insert(pending.lookup(&Binding::browser(session_cookie)?), pending);
    /// Ok(url.into()) // send the browser there
    /// # }
    /// ```
    #[must_use]
    pub fn into_pending(self) -> PendingAuthorization
    where
        G: ByConsent,
    {
        PendingAuthorization::of(self)
    }
}

/// A redirect URI of RFC 6749 §3.1.2: absolute, without a fragment.
pub(super) fn redirect_uri(text: &str) -> Result<Box<str>, Error> {
    let absolute = text.split_once("://").is_some_and(|(scheme, rest)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
            && !rest.is_empty()
    });
    let query = text.split_once('?').map_or("", |(_, query)| query);
    let speaks_for_the_provider = form_urlencoded::parse(query.as_bytes())
        .any(|(name, _)| matches!(&*name, "state" | "code" | "error" | "iss" | "access_token"));
    let plain = text.len() <= LONGEST && !text.contains('#') && text.bytes().all(|byte| byte.is_ascii_graphic());
    if absolute && plain && !speaks_for_the_provider {
        return Ok(text.into());
    }
    Err(Error::configuration(
        "redirect_uri_invalid",
        "a redirect URI must be absolute, of visible ASCII characters, without a fragment, and without `state` or `code` in its query, such as https://app.example/callback",
    ))
}

/// Room enough, and small enough to be sent in a URL with the rest.
const LONGEST: usize = 2048;

/// Where to send a customer's browser.
///
/// It carries the login's `state`: show it to that customer only. `Display` writes all of it, `Debug` leaves
/// the query out. It is wiped when it is dropped; a `String` of it is the caller's.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthorizeUrl(Zeroizing<String>);

impl AuthorizeUrl {
    /// All of it, for a `Location` header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AuthorizeUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for AuthorizeUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "AuthorizeUrl({}?..)", self.0.split('?').next().unwrap_or_default())
    }
}

impl From<AuthorizeUrl> for String {
    fn from(mut url: AuthorizeUrl) -> Self {
        std::mem::take(&mut *url.0)
    }
}
