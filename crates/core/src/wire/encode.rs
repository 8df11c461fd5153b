//! Secrets into requests, through buffers that are wiped.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use bytes::Bytes;
use http::{HeaderValue, Uri};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{BodyFormat, ClientSecret, Credentials, Endpoint, Verifier, bearer::wiped_header};

/// The fields of a request, as a form (`application/x-www-form-urlencoded`) or a JSON object, wiped once sent.
pub(super) struct Fields {
    bytes: Zeroizing<Vec<u8>>,
    format: BodyFormat,
}

impl Fields {
    /// Room for the longest callback's code, each byte of it escaped: a buffer that grows leaves copies behind.
    pub(super) fn new(format: BodyFormat) -> Self {
        Self { bytes: Zeroizing::new(Vec::with_capacity(64 * 1024)), format }
    }

    pub(super) fn pair(mut self, name: &str, value: &str) -> Self {
        let first = self.bytes.is_empty();
        match self.format {
            BodyFormat::Form => {
                if !first {
                    self.bytes.push(b'&');
                }
                self.bytes.extend_from_slice(name.as_bytes());
                self.bytes.push(b'=');
                for part in form_urlencoded::byte_serialize(value.as_bytes()) {
                    self.bytes.extend_from_slice(part.as_bytes());
                }
            }
            BodyFormat::Json => {
                self.bytes.push(if first { b'{' } else { b',' });
                for (text, end) in [(name, &b":"[..]), (value, b"")] {
                    if serde_json::to_writer(&mut *self.bytes, text).is_err() {
                        unreachable!("a text is JSON, and memory takes it");
                    }
                    self.bytes.extend_from_slice(end);
                }
            }
        }
        self
    }

    #[expect(clippy::disallowed_methods, reason = "door: into the request that the secret is for")]
    pub(super) fn secret(self, name: &str, value: &impl ExposeSecret<str>) -> Self {
        self.pair(name, value.expose_secret())
    }

    /// The URL of `endpoint` with the fields in its query, over bytes that are wiped with the last clone of it; `None`
    /// if it is longer than a URL may be.
    pub(super) fn in_query_of(&self, endpoint: &Endpoint) -> Option<Uri> {
        Uri::from_maybe_shared(Bytes::from_owner(self.behind(endpoint))).ok()
    }

    /// The same as a text that is wiped.
    pub(super) fn in_address_of(&self, endpoint: &Endpoint) -> Zeroizing<String> {
        match String::from_utf8(std::mem::take(&mut *self.behind(endpoint))) {
            Ok(url) => Zeroizing::new(url),
            Err(_) => unreachable!("an endpoint is a text, and so is a form"),
        }
    }

    /// In a buffer that does not grow.
    fn behind(&self, endpoint: &Endpoint) -> Zeroizing<Vec<u8>> {
        let endpoint = endpoint.as_str();
        let mut url = Zeroizing::new(Vec::with_capacity(endpoint.len() + 1 + self.bytes.len()));
        url.extend_from_slice(endpoint.as_bytes());
        url.push(if endpoint.contains('?') { b'&' } else { b'?' });
        url.extend_from_slice(&self.bytes);
        url
    }

    pub(super) fn content_type(&self) -> HeaderValue {
        HeaderValue::from_static(match self.format {
            BodyFormat::Form => "application/x-www-form-urlencoded",
            BodyFormat::Json => "application/json;charset=utf-8",
        })
    }

    pub(super) fn into_body(mut self) -> Bytes {
        if self.format == BodyFormat::Json {
            self.bytes.push(b'}');
        }
        Bytes::from_owner(self.bytes)
    }
}

/// HTTP Basic (RFC 6749 §2.3.1), form-urlencoded first unless `raw`.
#[expect(clippy::disallowed_methods, reason = "door: into the request that the secret is for")]
pub(super) fn basic(credentials: &Credentials, raw: bool) -> HeaderValue {
    let secret = credentials.secret.expose_secret();
    let mut pair = Zeroizing::new(Vec::with_capacity(3 * (credentials.id.len() + secret.len()) + 1));
    for (index, part) in [&*credentials.id, secret].into_iter().enumerate() {
        if index == 1 {
            pair.push(b':');
        }
        if raw {
            pair.extend_from_slice(part.as_bytes());
        } else {
            for piece in form_urlencoded::byte_serialize(part.as_bytes()) {
                // `%20` decodes to a space everywhere; servers that only percent-decode read `+` as itself.
                pair.extend_from_slice(if piece == "+" { b"%20" } else { piece.as_bytes() });
            }
        }
    }
    let mut encoded = Zeroizing::new(String::with_capacity(pair.len() * 4 / 3 + 16));
    encoded.push_str("Basic ");
    STANDARD.encode_string(&*pair, &mut encoded);
    wiped_header(Zeroizing::new(std::mem::take(&mut *encoded).into_bytes()))
}

/// The `S256` challenge of RFC 7636 §4.2.
#[expect(clippy::disallowed_methods, reason = "door: to hash the verifier")]
pub(super) fn challenge(verifier: &Verifier) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose_secret()))
}

#[expect(clippy::disallowed_methods, reason = "door: to see whether there is a secret at all")]
pub(crate) fn is_empty(secret: &ClientSecret) -> bool {
    secret.expose_secret().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc7636_appendix_b() {
        let verifier = Verifier::from_secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned().into());
        assert_eq!(challenge(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn basic_encodes_before_it_joins() {
        let credentials = Credentials::new("a:b c", "p+q%&é");
        assert_eq!(basic(&credentials, false), format!("Basic {}", STANDARD.encode("a%3Ab%20c:p%2Bq%25%26%C3%A9")));
        assert_eq!(basic(&credentials, true), format!("Basic {}", STANDARD.encode("a:b c:p+q%&é")));
        assert!(basic(&credentials, false).is_sensitive());
    }

    #[test]
    fn fields_are_encoded_and_ordered() {
        let fields = |format| Fields::new(format).pair("a", "x y").secret("b", &ClientSecret::from("&=+\""));
        assert_eq!(fields(BodyFormat::Form).into_body(), &b"a=x+y&b=%26%3D%2B%22"[..]);
        assert_eq!(fields(BodyFormat::Json).into_body(), &br#"{"a":"x y","b":"&=+\""}"#[..]);
    }
}
