//! A record's tokens, to be looked for where they must not be.

use mailgrant_core::TokenRecord;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// Never printed.
#[derive(Deserialize)]
pub(super) struct Tokens {
    access_token: SecretString,
    refresh_token: Option<SecretString>,
}

impl Tokens {
    #[expect(clippy::disallowed_methods, reason = "door: out of the bytes that would be sealed next")]
    pub(super) fn of(record: &TokenRecord) -> Result<Self, &'static str> {
        serde_json::from_slice(record.encode().expose_secret()).map_err(|_| "the record cannot be read")
    }

    pub(super) fn into_access_token(self) -> SecretString {
        self.access_token
    }

    pub(super) fn into_secrets(self) -> impl Iterator<Item = SecretString> {
        [Some(self.access_token), self.refresh_token].into_iter().flatten()
    }
}
