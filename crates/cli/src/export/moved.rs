//! Moved: what is remembered of an account that was moved away, or is on its way.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use mailgrant_core::{Error, ErrorKind, SecretBytes, secrecy::ExposeSecret};
use mailgrant_storage::{AccountKey, AttemptId, Filter, Row, Secret, Status, StoreError, Vault, Version};
use serde::{Deserialize, Serialize};

use crate::{identity::Recipient, sealed::ExportId};

/// Notes of their own. They hold no secret.
const TENANT: &str = "exports";

const FORMAT: u32 = 1;

/// Where an account went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Moved {
    v: u32,
    pub(super) id: ExportId,
    /// The recipient's public key.
    pub(super) to: String,
    /// The file, whole.
    pub(super) out: PathBuf,
    /// The version that leaves; `None` until it is claimed.
    #[serde(default)]
    pub(super) leaving: Option<u64>,
    /// For how many seconds since the note was written its export may be under way.
    #[serde(default)]
    hold: u64,
    /// The tombstone that is left; `None` while it is on its way.
    pub(super) gone: Option<u64>,
}

impl Moved {
    /// Of an export of so many accounts.
    pub(super) fn new(id: ExportId, to: &Recipient, out: &Path, accounts: usize) -> Self {
        let hold = 60 + accounts as u64 / 10;
        Self { v: FORMAT, id, to: to.written(), out: out.to_owned(), leaving: None, hold, gone: None }
    }

    /// For how long others leave the account alone.
    pub(super) fn hold(&self) -> Duration {
        Duration::from_secs(self.hold)
    }

    /// Whether this is the tombstone that the export made, its secret in it. Others make tombstones too, which are still
    /// to be given back at the provider.
    pub(super) fn has_left(&self, row: &Row) -> bool {
        row.status == Status::Disconnected && row.sealed.is_some() && self.made(row.version)
    }

    /// Whether the export made the tombstone of this version.
    pub(super) fn made(&self, tombstone: Version) -> bool {
        self.leaving.and_then(Version::from_stored).is_some_and(|left| left.next() == tombstone)
    }

    /// By which nobody else renews while it leaves.
    pub(super) fn attempt(&self) -> AttemptId {
        AttemptId::from_bytes(self.id)
    }

    /// The same, done: this tombstone is left.
    pub(super) fn gone(self, tombstone: Version) -> Self {
        Self { gone: Some(tombstone.get()), ..self }
    }
}

/// What is remembered, with the note's version.
pub(super) async fn load(vault: &Vault, key: &AccountKey) -> Result<(Option<Version>, Option<Moved>), Error> {
    match vault.load_note(&note(key)?).await? {
        None => Ok((None, None)),
        Some((version, None)) => Ok((Some(version), None)),
        Some((version, Some(bytes))) => Ok((Some(version), Some(decode(&bytes)?))),
    }
}

/// How long ago the note was written; no time at all if it is another one by now.
pub(super) async fn age(vault: &Vault, key: &AccountKey, noted: Version) -> Result<Duration, Error> {
    let row = vault.store().load(&note(key)?).await?.filter(|row| row.version == noted);
    Ok(row.map_or(Duration::ZERO, |row| row.age))
}

/// Writes the note over the one that was `seen`; its version, `None` if another one is there by now.
pub(super) async fn put(
    vault: &Vault,
    key: &AccountKey,
    seen: Option<Version>,
    moved: &Moved,
) -> Result<Option<Version>, Error> {
    match vault.put_note(&note(key)?, seen, &encode(moved)).await {
        Err(error) if error.code() == "store_conflict" => Ok(None),
        noted => noted.map(Some),
    }
}

/// It is here, after all. A note that is another one by now stays.
pub(super) async fn forget(vault: &Vault, key: &AccountKey, seen: Version) -> Result<(), Error> {
    match vault.store().remove(&note(key)?, seen, Secret::EraseNow).await {
        Ok(_) | Err(StoreError::Conflict(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Every account of which something is remembered.
pub(super) async fn all(vault: &Vault) -> Result<Vec<(AccountKey, Version, Moved)>, Error> {
    let filter = Filter { tenant: Some(TENANT.to_owned()), ..Filter::default() };
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = vault.store().list(&filter, after.as_ref(), 200).await?;
        let Some((last, _)) = page.last() else { return Ok(all) };
        after = Some(last.clone());
        for (key, _) in page {
            let account = AccountKey::new("default", key.provider(), key.account())?;
            if let (Some(noted), Some(moved)) = load(vault, &account).await? {
                all.push((account, noted, moved));
            }
        }
    }
}

fn note(key: &AccountKey) -> Result<AccountKey, Error> {
    AccountKey::new(TENANT, key.provider(), key.account())
}

fn encode(moved: &Moved) -> SecretBytes {
    let bytes = serde_json::to_vec(moved);
    SecretBytes::new(Box::new(bytes.unwrap_or_else(|error| unreachable!("texts and numbers become JSON: {error}"))))
}

#[expect(clippy::disallowed_methods, reason = "door: opened bytes, into the note that they are")]
fn decode(bytes: &SecretBytes) -> Result<Moved, Error> {
    let moved: Option<Moved> = serde_json::from_slice(bytes.expose_secret()).ok();
    moved.filter(|moved| moved.v <= FORMAT).ok_or_else(|| {
        Error::new(
            ErrorKind::Configuration,
            "note_unreadable",
            "what is remembered of the account's export is none of this build's notes: update mailgrant",
        )
    })
}
