//! Owners: whose a refresh token is.

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use mailgrant_core::{
    TokenRecord,
    secrecy::{ExposeSecret, SecretString},
};
use sha2::{Digest, Sha256};

use super::flaw::Flaw;

/// Whose each refresh token of this run is, by its hash.
#[derive(Default)]
pub(super) struct Owners(HashMap<[u8; 32], String>);

impl Owners {
    /// Refuses a token under a second name: each would be refreshed, and end the other.
    pub(super) fn expect(&mut self, name: &str, token: Option<&SecretString>) -> Result<(), Flaw> {
        let Some(token) = token else { return Ok(()) };
        let owner = self.0.entry(hash(token)).or_insert_with(|| name.to_owned());
        if owner == name {
            return Ok(());
        }
        Err(Flaw::new(
            "token_twice",
            format!("it has the refresh token of `{owner}`, and whoever of the two renews first ends the other"),
        ))
    }
}

/// What a token is told apart by.
#[expect(clippy::disallowed_methods, reason = "door: a refresh token, into the hash that it is told apart by")]
pub(super) fn hash(token: &SecretString) -> [u8; 32] {
    Sha256::digest(token.expose_secret()).into()
}

/// What a record is told apart by, once its tokens were renewed: the refresh token that it had, else the access token.
pub(super) fn hash_of(record: &TokenRecord) -> String {
    let tokens = record.clone().into_tokens();
    let token = tokens.refresh_token.or(tokens.access_token);
    token.map(|token| URL_SAFE_NO_PAD.encode(hash(&token))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_one_account_s() {
        let mut owners = Owners::default();
        let (one, other) = (SecretString::from("hush"), SecretString::from("other"));
        owners.expect("a", Some(&one)).unwrap();
        owners.expect("a", Some(&one)).unwrap();
        owners.expect("b", Some(&other)).unwrap();
        owners.expect("c", None).unwrap();
        let flaw = owners.expect("b", Some(&one)).unwrap_err();
        assert!(flaw.code == "token_twice" && flaw.why.contains("`a`") && !flaw.why.contains("hush"), "{flaw:?}");
    }
}
