//! The accounts of an export, as `import` reads them.

use std::time::{SystemTime, UNIX_EPOCH};

use mailgrant_core::{
    Error, Expiry, SecretBytes, TokenRecord,
    secrecy::{ExposeSecret, SecretString},
};
use mailgrant_storage::{AccountKey, Row, Vault};
use serde::Serialize;

#[derive(Serialize)]
struct Line<'a> {
    account: &'a str,
    access_token: Option<&'a str>,
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    obtained_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<&'a str>,
    grant: &'a str,
    client_id: &'a str,
    environment: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Moment {
    Seconds(u64),
    Word(&'static str),
}

/// The lines of an export.
pub(super) struct Lines(Vec<u8>);

impl Lines {
    pub(super) fn new() -> Self {
        Self(Vec::with_capacity(16 * 1024))
    }

    /// Adds the account's line from what is sealed here, if its row is the one that is `meant`; whether it is.
    pub(super) async fn add(
        &mut self,
        vault: &Vault,
        key: &AccountKey,
        meant: impl Fn(&Row) -> bool,
    ) -> Result<bool, Error> {
        let Some(kept) = vault.load(key).await?.filter(|kept| meant(&kept.row)) else { return Ok(false) };
        let Some(record) = kept.record else { return Ok(false) };
        write(&mut self.0, key.account(), record)?;
        Ok(true)
    }

    pub(super) fn into_bytes(self) -> SecretBytes {
        SecretBytes::new(Box::new(self.0))
    }
}

#[expect(clippy::disallowed_methods, reason = "door: tokens, into the bytes that are sealed next")]
fn write(bytes: &mut Vec<u8>, account: &str, record: TokenRecord) -> Result<(), Error> {
    let (identity, grant) = (record.identity().clone(), record.grant());
    let tokens = record.into_tokens();
    let opened = |token: &'_ Option<SecretString>| token.as_ref().map(|token| token.expose_secret().to_owned());
    let (access, refresh) = (opened(&tokens.access_token), opened(&tokens.refresh_token));
    let line = Line {
        account,
        access_token: access.as_deref(),
        refresh_token: refresh.as_deref(),
        expires_at: match tokens.expires_at {
            Expiry::At(end) => Some(Moment::Seconds(seconds(end))),
            Expiry::Never => Some(Moment::Word("never")),
            _ => None,
        },
        obtained_at: tokens.obtained_at.map(seconds),
        scope: tokens.scope.as_deref(),
        account_id: tokens.account_id.as_deref(),
        grant: grant.name(),
        client_id: &identity.client_id,
        environment: &identity.environment,
    };
    if let Err(error) = serde_json::to_writer(&mut *bytes, &line) {
        unreachable!("texts and numbers become JSON: {error}");
    }
    bytes.push(b'\n');
    Ok(())
}

fn seconds(moment: SystemTime) -> u64 {
    moment.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
