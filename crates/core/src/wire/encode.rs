//! Secrets into requests, through buffers that are wiped.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use bytes::Bytes;
use http::HeaderValue;
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{ClientSecret, Credentials, Verifier, bearer::wiped_header};

/// A form (`application/x-www-form-urlencoded`) that is wiped once it was sent.
pub(super) struct Form(Zeroizing<Vec<u8>>);

impl Form {
    /// Room for tokens of ordinary size: a buffer that grows leaves copies behind.
    pub(super) fn new() -> Self {
        Self(Zeroizing::new(Vec::with_capacity(8 * 1024)))
    }

    pub(super) fn pair(mut self, name: &str, value: &str) -> Self {
        if !self.0.is_empty() {
            self.0.push(b'&');
        }
        self.0.extend_from_slice(name.as_bytes());
        self.0.push(b'=');
        for part in form_urlencoded::byte_serialize(value.as_bytes()) {
            self.0.extend_from_slice(part.as_bytes());
        }
        self
    }

    #[expect(clippy::disallowed_methods, reason = "door: into the request that the secret is for")]
    pub(super) fn secret(self, name: &str, value: &impl ExposeSecret<str>) -> Self {
        self.pair(name, value.expose_secret())
    }

    pub(super) fn into_body(self) -> Bytes {
        Bytes::from_owner(self.0)
    }

    /// For a URL: what is in it is shown to a browser anyway.
    pub(super) fn into_query(self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
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
    fn forms_are_encoded_and_ordered() {
        let form = Form::new().pair("a", "x y").secret("b", &ClientSecret::from("&=+"));
        assert_eq!(form.into_query(), "a=x+y&b=%26%3D%2B");
    }
}
