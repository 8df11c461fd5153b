//! PanelDomain: the host name of a MAX customer's panel.

use mailgrant_core::{Error, ErrorKind, http::HeaderValue};

/// The host name of a MAX customer's panel, such as `custom-domain.getresponse360.com`.
///
/// It is the operator's configuration, or of a list of allowed ones; never what a request brings: customers are
/// sent there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PanelDomain(Box<str>);

impl PanelDomain {
    /// Parses a host name of lower-case letters, digits and hyphens, of two labels at least.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if it has a scheme, a port, a leading `www.`, is an address, or otherwise no
    /// such name.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let labels: Vec<&str> = text.split('.').collect();
        let top = labels.last().is_some_and(|top| top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_lowercase()));
        if text.len() <= 253 && labels.len() >= 2 && labels.iter().copied().all(label) && top && labels[0] != "www" {
            return Ok(Self(text.into()));
        }
        Err(Error::new(
            ErrorKind::Configuration,
            "panel_domain_invalid",
            "a panel domain is a host name in lower case, such as custom-domain.getresponse360.com: no scheme, no port, no `www.`, no address",
        ))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).unwrap_or_else(|_| unreachable!("a host name is a header value"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_host_names_are_panel_domains() {
        for good in ["custom-domain.getresponse360.com", "a.pl", "x1.y-2.example"] {
            assert!(PanelDomain::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "localhost",
            "https://a.com",
            "a.com/",
            "a.com:443",
            "www.a.com",
            "A.com",
            "10.0.0.1",
            "[::1]",
            "a..com",
            "-a.com",
            "a-.com",
            "a.com.",
            "a.com\r\nx: y",
            "a b.com",
            "é.com",
            "a.c",
            "a.c0m",
        ] {
            assert_eq!(PanelDomain::parse(bad).unwrap_err().code(), "panel_domain_invalid", "{bad}");
        }
    }
}
