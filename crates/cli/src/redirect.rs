//! RedirectUri: where the browser comes back to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use mailgrant_core::http::Uri;

/// Where the browser comes back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RedirectUri {
    scheme: String,
    host: String,
    port: Option<u16>,
    path: String,
}

impl RedirectUri {
    /// Parses an absolute URI; `None` if it is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let uri: Uri = text.split('#').next()?.parse().ok()?;
        let (scheme, authority) = (uri.scheme_str()?.to_ascii_lowercase(), uri.authority()?);
        if authority.as_str().contains('@') {
            return None;
        }
        let default = match &*scheme {
            "http" => Some(80),
            "https" => Some(443),
            _ => None,
        };
        Some(Self {
            host: authority.host().to_ascii_lowercase(),
            port: authority.port_u16().or(default),
            path: uri.path().to_owned(),
            scheme,
        })
    }

    /// Whether this address, whatever its query, is where the browser was to come back to.
    pub(crate) fn is_of(&self, address: &str) -> bool {
        Self::parse(address).as_ref() == Some(self)
    }

    /// The path on its host.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// What the `Host` header of a request to it says.
    pub(crate) fn authority(&self) -> String {
        match self.port {
            None | Some(80) => self.host.clone(),
            Some(port) => format!("{}:{port}", self.host),
        }
    }

    /// The addresses to listen on; none if it is not plain http on this machine.
    pub(crate) fn loopback(&self) -> Vec<SocketAddr> {
        let (Some(port), "http") = (self.port, &*self.scheme) else { return Vec::new() };
        let literal = self.host.trim_start_matches('[').trim_end_matches(']');
        let addresses: Vec<IpAddr> = match literal.parse::<IpAddr>() {
            Ok(address) if address.is_loopback() => vec![address],
            // Whichever of the two the browser takes, nobody else must be there.
            Err(_) if self.host == "localhost" => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
            _ => Vec::new(),
        };
        addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> RedirectUri {
        RedirectUri::parse(text).unwrap()
    }

    #[test]
    fn only_plain_http_on_this_machine_is_listened_on() {
        let of = |text: &str| parse(text).loopback().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(of("http://127.0.0.1:8765/callback"), ["127.0.0.1:8765"]);
        assert_eq!(of("http://[::1]:1/"), ["[::1]:1"]);
        assert_eq!(of("http://LOCALHOST:2"), ["127.0.0.1:2", "[::1]:2"]);
        for elsewhere in
            ["https://127.0.0.1:1/x", "http://127.0.0.1.example.com:1/", "http://192.168.0.1:1/", "app://localhost:1/x"]
        {
            assert!(of(elsewhere).is_empty(), "{elsewhere}");
        }
    }

    #[test]
    fn an_address_is_told_by_scheme_host_port_and_path() {
        let uri = parse("https://App.example/callback");
        for good in [
            "https://app.example/callback?code=c&state=s",
            "https://app.example:443/callback#x",
            "HTTPS://APP.EXAMPLE/callback",
        ] {
            assert!(uri.is_of(good), "{good}");
        }
        for bad in [
            "http://app.example/callback",
            "https://app.example.evil/callback",
            "https://u@app.example/callback",
            "https://app.example/callback/x",
            "https://app.example/Callback",
            "https://app.example:444/callback",
            "code=c&state=s",
            "",
        ] {
            assert!(!uri.is_of(bad), "{bad}");
        }
    }

    #[test]
    fn the_host_header_leaves_the_default_port_out() {
        assert_eq!(parse("http://127.0.0.1/x").authority(), "127.0.0.1");
        assert_eq!(parse("http://[::1]:8080/x").authority(), "[::1]:8080");
    }
}
