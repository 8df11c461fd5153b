//! Aside: the tokens of an account that is on its way here, dormant.
//!
//! They lie in a note, which nothing renews, until the account is one here.

use mailgrant_core::{Error, ErrorKind, SecretBytes, TokenRecord, secrecy::ExposeSecret};
use mailgrant_storage::{AccountKey, Filter, Secret, Vault, Version};
use serde::{Deserialize, Serialize};

use super::flaw::Flaw;
use crate::provider::ProviderName;

/// They have keys of their own.
const TENANT: &str = "imports";

const FORMAT: u32 = 1;

/// The tokens of an account that is on its way here.
#[derive(Debug)]
pub(super) struct Aside {
    /// The note's.
    pub(super) version: Version,
    /// Where they were taken from, as [`Old::name`](super::old::Old::name) says it.
    pub(super) from: String,
    /// What the account goes over here.
    pub(super) over: Option<Version>,
    pub(super) record: TokenRecord,
}

impl Aside {
    /// Whoever comes from somewhere else has to wait.
    pub(super) fn elsewhere(&self) -> Flaw {
        Flaw::new("aside_elsewhere", format!("tokens of it lie aside from {}: finish the import from there", self.from))
    }
}

/// What stands before the record.
#[derive(Serialize, Deserialize)]
struct Head {
    v: u32,
    from: String,
    over: Option<u64>,
}

/// The tokens that were put aside, with the note's version; without them if they were erased.
pub(super) async fn load(
    vault: &Vault,
    provider: ProviderName,
    name: &str,
) -> Result<(Option<Version>, Option<Aside>), Error> {
    match vault.load_note(&key(provider, name)?).await? {
        None => Ok((None, None)),
        Some((version, None)) => Ok((Some(version), None)),
        Some((version, Some(bytes))) => Ok((Some(version), Some(decode(version, &bytes)?))),
    }
}

/// Puts a record aside over what was there at `seen`.
pub(super) async fn put(
    vault: &Vault,
    provider: ProviderName,
    name: &str,
    seen: Option<Version>,
    from: &str,
    over: Option<Version>,
    record: &TokenRecord,
) -> Result<(), Error> {
    let head = Head { v: FORMAT, from: from.to_owned(), over: over.map(Version::get) };
    vault.put_note(&key(provider, name)?, seen, &encode(&head, record)).await.map(drop)
}

/// Erases what was put aside at `version`, if nobody else has.
pub(super) async fn erase(vault: &Vault, provider: ProviderName, name: &str, version: Version) -> Result<(), Error> {
    match vault.store().remove(&key(provider, name)?, version, Secret::EraseNow).await.map_err(Error::from) {
        Err(error) if error.code() == "store_conflict" => Ok(()),
        removed => removed.map(drop),
    }
}

/// The accounts of which something is aside.
pub(super) async fn all(vault: &Vault, provider: ProviderName) -> Result<Vec<String>, Error> {
    const PAGE: usize = 200;
    let filter = Filter { tenant: Some(TENANT.to_owned()), provider: Some(provider.name().to_owned()), status: None };
    let (mut names, mut after) = (Vec::new(), None);
    loop {
        let page = vault.store().list(&filter, after.as_ref(), PAGE).await?;
        let Some((last, _)) = page.last() else { return Ok(names) };
        after = Some(last.clone());
        names.extend(page.iter().map(|(key, _)| key.account().to_owned()));
    }
}

fn key(provider: ProviderName, name: &str) -> Result<AccountKey, Error> {
    AccountKey::new(TENANT, provider.name(), name)
}

#[expect(clippy::disallowed_methods, reason = "door: a record, into the note that is sealed next")]
fn encode(head: &Head, record: &TokenRecord) -> SecretBytes {
    let mut bytes = Vec::with_capacity(16 * 1024);
    if let Err(error) = serde_json::to_writer(&mut bytes, head) {
        unreachable!("texts and numbers become JSON: {error}");
    }
    bytes.push(b'\n');
    bytes.extend_from_slice(record.encode().expose_secret());
    SecretBytes::new(Box::new(bytes))
}

#[expect(clippy::disallowed_methods, reason = "door: opened bytes, into the record that they are")]
fn decode(version: Version, bytes: &SecretBytes) -> Result<Aside, Error> {
    let bytes = bytes.expose_secret();
    let unreadable = || {
        Error::new(
            ErrorKind::Configuration,
            "aside_unreadable",
            "what was put aside of the account is none of this build's: update mailgrant",
        )
    };
    let at = bytes.iter().position(|byte| *byte == b'\n').ok_or_else(unreadable)?;
    let head: Head = serde_json::from_slice(&bytes[..at]).map_err(|_| unreadable())?;
    if head.v > FORMAT {
        return Err(unreadable());
    }
    let record = TokenRecord::decode(&bytes[at + 1..])?;
    Ok(Aside { version, from: head.from, over: head.over.and_then(Version::from_stored), record })
}
