//! The way back to the app.

use form_urlencoded::Serializer;
use hyper::{StatusCode, Uri};

use crate::reply::{self, Reply};

/// Where the parameters go.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    Query,
    Fragment,
}

/// Sends the browser back. A query that the redirect URI has already stays.
pub(crate) fn back(redirect_uri: &str, part: Part, parameters: &[(&str, Option<&str>)]) -> Reply {
    let mut encoded = Serializer::new(String::new());
    for (name, value) in parameters {
        if let Some(value) = value {
            encoded.append_pair(name, value);
        }
    }
    let encoded = encoded.finish();
    let joint = match part {
        _ if encoded.is_empty() => "",
        Part::Fragment => "#",
        Part::Query if redirect_uri.ends_with(['?', '&']) => "",
        Part::Query if redirect_uri.contains('?') => "&",
        Part::Query => "?",
    };
    let location = format!("{redirect_uri}{joint}{encoded}");
    let reply = reply::header(reply::empty(StatusCode::FOUND), "location", &location);
    reply::header(reply, "cache-control", "no-store")
}

/// Whether parameters can be added: anything else could not be put into a header, or would swallow
/// the query in a fragment.
pub(crate) fn is_usable(redirect_uri: &str) -> bool {
    !redirect_uri.contains('#') && redirect_uri.bytes().all(|byte| byte.is_ascii_graphic())
}

pub(crate) fn is_loopback(uri: &str) -> bool {
    let Ok(uri) = uri.parse::<Uri>() else {
        return false;
    };
    let http = matches!(uri.scheme_str(), Some("http" | "https"));
    let host = uri.host().unwrap_or_default();
    http && matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::{Part, back, is_loopback};

    #[test]
    fn loopback_is_told_from_what_looks_like_it() {
        assert!(is_loopback("http://127.0.0.1:9/callback"));
        assert!(is_loopback("http://localhost/callback?x=1"));
        assert!(is_loopback("http://[::1]:9/"));
        assert!(!is_loopback("http://localhost.example.com/"));
        assert!(!is_loopback("http://127.0.0.1@example.com/"));
        assert!(!is_loopback("javascript:alert(1)"));
    }

    #[test]
    fn a_query_is_continued() {
        let location = |uri, parameters| back(uri, Part::Query, parameters).headers()["location"].clone();
        let code = [("code", Some("1")), ("state", None)];
        assert_eq!(location("http://a/", &code[..]), "http://a/?code=1");
        assert_eq!(location("http://a/?b=2", &code), "http://a/?b=2&code=1");
        assert_eq!(location("http://a/?", &code), "http://a/?code=1");
        assert_eq!(location("http://a/?b=2&", &code), "http://a/?b=2&code=1");
        assert_eq!(location("http://a/", &[]), "http://a/");
    }
}
