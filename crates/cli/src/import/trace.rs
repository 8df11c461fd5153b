//! Trace: what became the account under a key at a version, as the store's events tell it.

use mailgrant_core::Error;
use mailgrant_storage::{AccountKey, EventKind, Vault, Version};

/// What the event of `Manager::import` says.
const REMARK: &str = "imported";

/// Events that are read at once.
const PAGE: usize = 1000;

/// What was put over a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trace {
    /// What was imported.
    Imported,
    /// Another grant.
    Another,
    /// Nothing, or its event is gone.
    Unknown,
}

/// What was put under `key` over `over`. Reads all events: it is for the rare account that nothing else tells of.
pub(super) async fn of(vault: &Vault, key: &AccountKey, over: Option<Version>) -> Result<Trace, Error> {
    let version = Some(Version::after(over));
    let mut after = 0;
    loop {
        let page = vault.store().events(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(Trace::Unknown) };
        after = last.id;
        let mut puts = page.iter().filter(|event| event.key == *key && event.kind == EventKind::Connected);
        if let Some(put) = puts.find(|event| event.version == version) {
            return Ok(if put.cause.as_deref() == Some(REMARK) { Trace::Imported } else { Trace::Another });
        }
    }
}
