//! Moved: what is remembered of an account that was moved away, or is on its way.

use std::path::{Path, PathBuf};

use mailgrant_core::{Error, ErrorKind, SecretBytes, secrecy::ExposeSecret};
use mailgrant_storage::{AccountKey, AttemptId, Filter, Secret, Vault, Version};
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
    /// The tombstone that is left; `None` while it is on its way.
    pub(super) gone: Option<u64>,
}

impl Moved {
    pub(super) fn new(id: ExportId, to: &Recipient, out: &Path) -> Self {
        Self { v: FORMAT, id, to: to.written(), out: out.to_owned(), gone: None }
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

pub(super) async fn put(vault: &Vault, key: &AccountKey, moved: &Moved) -> Result<(), Error> {
    let (seen, _) = load(vault, key).await?;
    vault.put_note(&note(key)?, seen, &encode(moved)).await.map(drop)
}

/// It is here, after all.
pub(super) async fn forget(vault: &Vault, key: &AccountKey) -> Result<(), Error> {
    let (Some(seen), Some(_)) = load(vault, key).await? else { return Ok(()) };
    vault.store().remove(&note(key)?, seen, Secret::EraseNow).await?;
    Ok(())
}

/// Every account of which something is remembered.
pub(super) async fn all(vault: &Vault) -> Result<Vec<(AccountKey, Moved)>, Error> {
    let filter = Filter { tenant: Some(TENANT.to_owned()), ..Filter::default() };
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = vault.store().list(&filter, after.as_ref(), 200).await?;
        let Some((last, _)) = page.last() else { return Ok(all) };
        after = Some(last.clone());
        for (key, _) in page {
            let account = AccountKey::new("default", key.provider(), key.account())?;
            if let Some(moved) = load(vault, &account).await?.1 {
                all.push((account, moved));
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
