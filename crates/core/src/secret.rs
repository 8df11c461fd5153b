//! Secrets, each with a type of its own over `secrecy`.
//!
//! None of them can be printed, compared with `==` or serialized. Their one door is
//! [`secrecy::ExposeSecret`], which the workspace's lints watch.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use crate::{Error, Host};

macro_rules! secrets {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(SecretString);

        impl ExposeSecret<str> for $name {
            #[expect(clippy::disallowed_methods, reason = "the newtype passes the call on; its caller is the door")]
            fn expose_secret(&self) -> &str {
                self.0.expose_secret()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )*};
}

secrets! {
    /// What opens the API: RFC 6749 §1.4. Opaque, whatever it looks like.
    AccessToken
    /// What buys the next access token: RFC 6749 §1.5. It may be good for one use.
    RefreshToken
    /// The authorization code of RFC 6749 §1.3.1, good for one use within minutes.
    Code
    /// The app's password at the provider: RFC 6749 §2.3.1.
    ClientSecret
    /// The `state` of one login: RFC 6749 §10.12. 256 random bits.
    CsrfState
    /// The `code_verifier` of one login: RFC 7636 §4.1. 256 random bits.
    Verifier
}

/// Taken as they come; tokens are not: see `received`.
macro_rules! from_secret {
    ($($name:ident)*) => {$(
        impl $name {
            pub(crate) fn from_secret(secret: SecretString) -> Self {
                Self(secret)
            }
        }
    )*};
}

from_secret! { Code CsrfState Verifier }

impl<T: Into<String>> From<T> for ClientSecret {
    fn from(secret: T) -> Self {
        Self(secret.into().into())
    }
}

impl AccessToken {
    /// Takes a token as it came, unless it could not be a header value.
    pub(crate) fn received(token: SecretString) -> Result<Self, Error> {
        printable(&token).map(|()| Self(token))
    }

    /// Something in a token's place, which is none.
    pub(crate) fn stand_in(text: &str) -> Self {
        Self(text.into())
    }
}

impl RefreshToken {
    pub(crate) fn received(token: SecretString) -> Result<Self, Error> {
        printable(&token).map(|()| Self(token))
    }
}

impl CsrfState {
    pub(crate) fn draw(host: &dyn Host) -> Self {
        Self(draw(host))
    }

    pub(crate) fn matches(&self, other: &Self) -> bool {
        same(self, other)
    }
}

/// Compares in a time that tells nothing of where the two differ.
#[expect(clippy::disallowed_methods, reason = "door: to compare two secrets")]
pub(crate) fn same(one: &impl ExposeSecret<str>, other: &impl ExposeSecret<str>) -> bool {
    one.expose_secret().as_bytes().ct_eq(other.expose_secret().as_bytes()).into()
}

impl Verifier {
    pub(crate) fn draw(host: &dyn Host) -> Self {
        Self(draw(host))
    }
}

/// 256 random bits in 43 unreserved characters.
fn draw(host: &dyn Host) -> SecretString {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let mut bytes = zeroize::Zeroizing::new([0_u8; 32]);
    host.random(&mut *bytes);
    let mut text = String::with_capacity(43);
    URL_SAFE_NO_PAD.encode_string(*bytes, &mut text);
    text.into()
}

/// RFC 6749 appendix A.12 allows visible characters and the space only; anything else would be a
/// header injection waiting to happen.
#[expect(clippy::disallowed_methods, reason = "door: to look for control characters in what was received")]
fn printable(token: &SecretString) -> Result<(), Error> {
    let token = token.expose_secret();
    if !token.is_empty() && token.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) {
        Ok(())
    } else {
        Err(Error::try_later(
            "token_malformed",
            "the provider's token is empty or holds characters that no token may hold; nothing was kept: tell the provider",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemHost;

    #[test]
    fn debug_says_the_type_and_nothing_else() {
        assert_eq!(format!("{:?}", ClientSecret::from("hush")), "ClientSecret(..)");
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test looks at what was drawn")]
    fn drawn_values_are_43_unreserved_characters_and_differ() {
        let (first, second) = (CsrfState::draw(&SystemHost), CsrfState::draw(&SystemHost));
        assert_eq!(first.expose_secret().len(), 43);
        assert!(first.expose_secret().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        assert!(!first.matches(&second));
        assert!(first.matches(&first.clone()));
    }

    #[test]
    fn control_characters_are_refused() {
        for bad in ["", "a\r\nX: y", "a\u{7f}", "ä", "a\0b"] {
            assert!(AccessToken::received(bad.to_owned().into()).is_err(), "{bad:?}");
        }
        assert!(AccessToken::received("a b~!".to_owned().into()).is_ok());
    }
}
