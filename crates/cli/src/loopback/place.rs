//! Place: what a request must be to count as a callback.

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Body, Incoming},
    header::{CONTENT_TYPE, HOST, HeaderName, ORIGIN},
};
use mailgrant_core::{Host, SystemHost};
use serde::Deserialize;

use super::{HEAD, Page, fragment};
use crate::redirect::RedirectUri;

/// The most that a page hands over; no provider's fragment is longer.
const MOST: usize = 16 * 1024;

/// Where callbacks come to.
#[derive(Clone, Debug)]
pub(super) struct Place {
    authority: String,
    path: String,
    /// Whether a login is waited for that comes back in the fragment.
    fragments: bool,
}

/// What came.
pub(super) enum Came {
    Query(String),
    /// With its `#`, from our own page's script.
    Fragment(String),
    /// No callback: the answer to whatever it is.
    Other(Response<Full<Bytes>>),
}

/// What the page's script posts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HandedOver {
    fragment: String,
}

impl Place {
    pub(super) fn new(redirect: &RedirectUri, fragments: bool) -> Self {
        Self { authority: redirect.authority(), path: redirect.path().to_owned(), fragments }
    }

    /// What the request is.
    pub(super) async fn read(&self, request: Request<Incoming>) -> Came {
        let wrong = |status| Came::Other(Page::wrong_request(status).into_response());
        let ours = only(&request, HOST).is_some_and(|host| host.eq_ignore_ascii_case(self.authority.as_bytes()));
        let handing_over = self.fragments && request.method() == Method::POST;
        // Another name that leads here is another site's attempt to speak to us.
        let a_callback = request.uri().path() == self.path && (handing_over || request.method() == Method::GET);
        if !ours || request.uri().authority().is_some() || !a_callback {
            return wrong(StatusCode::BAD_REQUEST);
        }
        if handing_over {
            return match self.fragment(request).await {
                Ok(fragment) => Came::Fragment(fragment),
                Err(status) => wrong(status),
            };
        }
        let query = request.uri().query().unwrap_or_default();
        if self.fragments && !says_something(query) {
            return Came::Other(fragment::page());
        }
        Came::Query(query.to_owned())
    }

    /// The fragment that our own page posts.
    async fn fragment(&self, request: Request<Incoming>) -> Result<String, StatusCode> {
        let origin = format!("http://{}", self.authority);
        // A page of another site cannot say that it is ours.
        let same_origin = only(&request, ORIGIN).is_some_and(|sent| sent == origin.as_bytes());
        if !same_origin || !only(&request, CONTENT_TYPE).is_some_and(is_json) || request.uri().query().is_some() {
            return Err(StatusCode::BAD_REQUEST);
        }
        if request.body().size_hint().lower() > MOST as u64 {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let body = tokio::select! {
            biased;
            body = Limited::new(request.into_body(), MOST).collect() => body,
            () = SystemHost.sleep(HEAD) => return Err(StatusCode::REQUEST_TIMEOUT),
        };
        let body = body.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?.to_bytes();
        // serde takes a list for a struct, and our page sends none.
        let object = body.starts_with(b"{").then(|| serde_json::from_slice(&body).ok()).flatten();
        let handed: HandedOver = object.ok_or(StatusCode::BAD_REQUEST)?;
        Ok(format!("#{}", handed.fragment))
    }
}

/// The value of a header that is there once.
fn only(request: &Request<Incoming>, name: HeaderName) -> Option<&[u8]> {
    let mut values = request.headers().get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => Some(value.as_bytes()),
        _ => None,
    }
}

fn is_json(content_type: &[u8]) -> bool {
    let essence = content_type.split(|byte| *byte == b';').next().unwrap_or_default();
    essence.trim_ascii().eq_ignore_ascii_case(b"application/json")
}

/// Whether a query holds something of a callback, so that its fragment does not.
fn says_something(query: &str) -> bool {
    query.split('&').any(|pair| ["code", "error", "state"].contains(&pair.split('=').next().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denial_comes_in_the_query() {
        for query in ["code=c", "x=1&error=access_denied&state=s", "state"] {
            assert!(says_something(query), "{query}");
        }
        for query in ["", "x=1", "codes=1&x=state", "=code"] {
            assert!(!says_something(query), "{query}");
        }
    }

    #[test]
    fn json_is_told_by_its_essence() {
        assert!(is_json(b"application/json") && is_json(b"Application/JSON ; charset=utf-8"));
        assert!(!is_json(b"text/plain") && !is_json(b"application/jsonp") && !is_json(b"text/plain;application/json"));
    }
}
