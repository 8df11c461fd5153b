//! Disconnect: tombstone first, then the provider is told, then the secrets are erased.

use std::sync::Arc;

use mailgrant_core::{AnyClient, Error, Expiry, Revocation, TokenRecord};
use mailgrant_storage::{AccountKey, Row, Secret};

use crate::{Disconnected, manager::Inner};

pub(crate) async fn disconnect(inner: &Inner, key: &AccountKey) -> Result<Option<Disconnected>, Error> {
    let store = inner.vault.store();
    let Some(row) = store.load(key).await? else { return Ok(None) };
    let record = open(inner, key, row);
    let Some(client) = record.as_ref().and_then(|record| told_by(inner, record)) else {
        store.remove(key, Secret::EraseNow).await?;
        inner.slot(key).clear();
        return Ok(Some(disconnected(Ok(Revocation::LocalOnly), record.as_ref())));
    };
    store.remove(key, Secret::UntilRevoked).await?;
    inner.slot(key).clear();
    // A renewal may have come in between: what the tombstone holds is what is alive.
    let record = store.load(key).await?.and_then(|row| open(inner, key, row));
    let revocation = match &record {
        Some(record) => client.revoke(record).await,
        None => Ok(Revocation::LocalOnly),
    };
    if revocation.is_ok() {
        store.remove(key, Secret::EraseNow).await?;
    }
    Ok(Some(disconnected(revocation, record.as_ref())))
}

/// The client that can give the record's grant back, if its provider can be told.
pub(crate) fn told_by(inner: &Inner, record: &TokenRecord) -> Option<Arc<dyn AnyClient>> {
    let client = inner.clients.find(record.identity()).ok()?;
    client.profile().revocation.is_some().then_some(client)
}

/// A record that does not open can be given up all the same.
fn open(inner: &Inner, key: &AccountKey, row: Row) -> Option<TokenRecord> {
    inner.vault.open(key, row).ok()?.record
}

fn disconnected(revocation: Result<Revocation, Error>, record: Option<&TokenRecord>) -> Disconnected {
    Disconnected { revocation, token_ends: record.map_or(Expiry::Unknown, TokenRecord::expires_at) }
}
