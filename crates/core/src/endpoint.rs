//! Endpoint: a URL of a provider that may be spoken to.

use std::fmt;

use http::Uri;

use crate::Error;

/// An absolute URL: https, or http on loopback alone; without user, fragment or control characters.
///
/// Endpoints are the operator's configuration. Never make one from what a request brings (SSRF, phishing).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    text: Box<str>,
    uri: Uri,
}

impl Endpoint {
    /// Parses an absolute URL. A trailing slash is dropped; a query is kept (RFC 6749 §3.1).
    ///
    /// ```
    /// # use mailgrant_core::{Endpoint, Error};
    /// # fn main() -> Result<(), Error> {
    /// assert_eq!(Endpoint::parse("https://api.example.com/v3/")?.as_str(), "https://api.example.com/v3");
    /// assert!(Endpoint::parse("http://127.0.0.1:8080").is_ok());
    /// assert!(Endpoint::parse("http://api.example.com").is_err_and(|error| error.code() == "endpoint_invalid"));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) with the rule that it breaks.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let refuse = |why: &'static str| Error::configuration("endpoint_invalid", why);
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) || text.contains('\\') {
            return Err(refuse("an endpoint must be a URL of visible ASCII characters"));
        }
        if text.contains('#') {
            return Err(refuse("an endpoint must not have a fragment"));
        }
        let text = if text.contains('?') { text } else { text.trim_end_matches('/') };
        let uri: Uri = text
            .parse()
            .map_err(|_| refuse("an endpoint must be an absolute URL such as https://api.example.com/v3"))?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(refuse("an endpoint must be an absolute URL such as https://api.example.com/v3"));
        };
        if authority.as_str().contains('@') {
            return Err(refuse("an endpoint must not name a user"));
        }
        if authority.host().is_empty() || port_is_odd(authority.as_str()) {
            return Err(refuse("an endpoint must name a host and, if any, a valid port"));
        }
        match scheme {
            "https" => {}
            "http" if is_loopback(authority.host()) => {}
            "http" => {
                return Err(refuse(
                    "an endpoint must be https; plain http is for loopback (127.0.0.1, [::1], localhost) alone",
                ));
            }
            _ => return Err(refuse("an endpoint must be an https URL")),
        }
        Ok(Self { text: text.into(), uri })
    }

    /// The URL as text, without a trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The URL without its query, for names: a query may be nobody's business.
    #[must_use]
    pub fn without_query(&self) -> &str {
        self.text.split('?').next().unwrap_or_default()
    }

    pub(crate) fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The URL of a resource below this one.
    ///
    /// A path that repeats this URL's own is not doubled, so that `/v3/accounts` may be copied from the
    /// provider's pages. Nothing but a path, with a query at most, is accepted.
    pub(crate) fn join(&self, path: &str) -> Result<Uri, Error> {
        let refuse = || {
            Error::configuration(
                "path_invalid",
                "the path of a call must be relative to the API, such as `/accounts`: no scheme, no host, no `//`, no `..`",
            )
        };
        let plain = path.split('?').next().unwrap_or_default();
        let suspicious = plain.contains("//")
            || plain.contains(':')
            || plain.split('/').any(|segment| matches!(&*segment.to_ascii_lowercase().replace("%2e", "."), "." | ".."))
            || path.contains(['\\', '#'])
            || !path.bytes().all(|byte| byte.is_ascii_graphic());
        if suspicious {
            return Err(refuse());
        }
        let below = path.trim_start_matches('/');
        let own = self.uri.path().trim_matches('/');
        let below = below
            .strip_prefix(own)
            .filter(|rest| !own.is_empty() && rest.starts_with(['/', '?']))
            .map_or(below, |rest| rest.trim_start_matches('/'));
        let base = self.without_query();
        let joined: Uri = format!("{base}/{below}").parse().map_err(|_| refuse())?;
        if joined.scheme() == self.uri.scheme() && joined.authority() == self.uri.authority() {
            Ok(joined)
        } else {
            Err(refuse())
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// Whether something stands in the place of a port that is none.
fn port_is_odd(authority: &str) -> bool {
    let after_host = authority.rsplit_once(']').map_or(authority, |(_, rest)| rest);
    after_host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_err())
}

/// Literal loopback addresses and the name that RFC 6761 §6.3 reserves for them.
pub(crate) fn is_loopback(host: &str) -> bool {
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || literal.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The three places at which a provider is spoken to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Endpoints {
    /// Where the customer's browser goes: RFC 6749 §3.1.
    pub authorize: Endpoint,
    /// Where codes and refresh tokens are spent: RFC 6749 §3.2.
    pub token: Endpoint,
    /// The base that the paths of API calls are relative to, such as `https://api.getresponse.com/v3`.
    pub api: Endpoint,
}

impl Endpoints {
    /// Parses all three.
    ///
    /// ```
    /// # use mailgrant_core::{Endpoints, Error};
    /// # fn main() -> Result<(), Error> {
    /// let endpoints = Endpoints::parse(
    ///     "https://postbox.example/authorize",
    ///     "https://postbox.example/token",
    ///     "https://api.postbox.example",
    /// )?;
    /// assert_eq!(endpoints.api.as_str(), "https://api.postbox.example");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Endpoint::parse`]; an API base or token endpoint on plain http is for loopback alone.
    pub fn parse(authorize: &str, token: &str, api: &str) -> Result<Self, Error> {
        Ok(Self { authorize: Endpoint::parse(authorize)?, token: Endpoint::parse(token)?, api: Endpoint::parse(api)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_anywhere_and_http_on_loopback_alone() {
        for good in [
            "https://api.example.com/v3",
            "http://127.0.0.1:8080/x",
            "http://[::1]:1",
            "http://localhost:3000",
            "https://h/a?b=c",
        ] {
            assert!(Endpoint::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "x",
            "/v3",
            "http://example.com",
            "http://127.0.0.1.example.com",
            "ftp://h",
            "https://u:p@h",
            "https://h/#f",
            "https://h/\r\n",
            "https://h\\@evil",
            "https://:80",
            "https://h:99999/",
            "javascript:alert(1)",
        ] {
            assert_eq!(Endpoint::parse(bad).unwrap_err().code(), "endpoint_invalid", "{bad}");
        }
    }

    #[test]
    fn paths_stay_below_the_base() {
        let api = Endpoint::parse("https://api.example.com/v3/").unwrap();
        for (path, expected) in [
            ("/accounts", "https://api.example.com/v3/accounts"),
            ("accounts?perPage=2", "https://api.example.com/v3/accounts?perPage=2"),
            ("/v3/accounts", "https://api.example.com/v3/accounts"),
            ("/v3x/accounts", "https://api.example.com/v3/v3x/accounts"),
            ("", "https://api.example.com/v3/"),
        ] {
            assert_eq!(api.join(path).unwrap().to_string(), expected, "{path}");
        }
        for bad in [
            "https://evil.example/x",
            "//evil.example/x",
            "/../x",
            "/a/%2e%2E/x",
            "/.%2e/x",
            "/%2E./x",
            "/%2e/x",
            "/a\\b",
            "/a b",
            "/a#f",
            "/a\r\nb",
            "evil:80/x",
        ] {
            assert_eq!(api.join(bad).unwrap_err().code(), "path_invalid", "{bad}");
        }
    }
}
