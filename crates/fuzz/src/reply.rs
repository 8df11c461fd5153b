//! An answer of a provider, as a seed of the corpus writes it.

use std::fmt;

use mailgrant_core::{
    bytes::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode},
};
use serde_json::{Map, Value};

/// An answer of a provider, of any status.
#[derive(Clone)]
pub struct Reply {
    /// From 100 to 999.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// An answer without headers.
    #[must_use]
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: HeaderMap::new(), body: body.into() }
    }

    /// What a good provider answers.
    #[must_use]
    pub fn tokens() -> Self {
        Self::new(200, r#"{"access_token":"a1","token_type":"bearer","expires_in":60,"refresh_token":"r1"}"#)
    }

    /// Reads a seed: the status, a line for each header, an empty line, the body. What is no status is 200, what is no
    /// header is left out, and without an empty line there is no body.
    #[must_use]
    pub fn of_seed(seed: &[u8]) -> Self {
        let end = seed.windows(2).position(|two| two == b"\n\n");
        let (head, body) = end.map_or((seed, &[][..]), |end| (&seed[..end], &seed[end + 2..]));
        let head = String::from_utf8_lossy(head);
        let mut lines = head.lines();
        let status =
            lines.next().and_then(|line| line.trim().parse().ok()).filter(|status| (100..1000).contains(status));
        let mut headers = HeaderMap::new();
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value.trim())) {
                headers.append(name, value);
            }
        }
        Self { status: status.unwrap_or(200), headers, body: body.to_vec() }
    }

    /// The answer, to be sent.
    #[must_use]
    pub fn into_response(self) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(self.body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap();
        *response.headers_mut() = self.headers;
        response
    }

    /// Its body, if it is a JSON object: read by a library that knows nothing of tokens.
    ///
    /// `None` also of an object that this library refuses where a reader that skips half of it does not, such as one
    /// with a number that is too large.
    #[must_use]
    pub fn object(&self) -> Option<Map<String, Value>> {
        serde_json::from_slice(self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body)).ok()
    }

    /// Whether a verdict may come with its status at all.
    #[must_use]
    pub fn may_be_a_verdict(&self) -> bool {
        self.status != 429 && matches!(self.status, 200..=299 | 400..=499)
    }
}

/// As a seed, so that what fails can become one.
impl fmt::Debug for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}, {:?}, {:?}", self.status, self.headers, self.body.escape_ascii().to_string())
    }
}
