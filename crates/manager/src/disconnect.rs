//! Disconnect: tombstone first, then the provider is told, then the secrets are erased.

use std::sync::Arc;

use mailgrant_core::{AnyClient, Error, ErrorKind, Expiry, Revocation, TokenRecord};
use mailgrant_storage::{AccountKey, Kept, Secret, StoreError};

use crate::{Disconnected, connect::is_damaged, manager::Inner, save::Pause};

/// What is to be done about the provider.
enum Telling {
    /// Nothing: it cannot be told, or there is nothing to tell it with.
    Nothing,
    /// This client tells it.
    By(Arc<dyn AnyClient>),
    /// It cannot be told by this process, which does not know the key, the format or the client.
    Later(Error),
}

/// `untold`: without a word to the provider.
pub(crate) async fn disconnect(inner: &Inner, key: &AccountKey, untold: bool) -> Result<Option<Disconnected>, Error> {
    let store = inner.vault.store();
    loop {
        let Some(row) = store.load(key).await? else { return Ok(None) };
        let (seen, in_flight) = (row.version, row.attempt.clone());
        let opened = inner.vault.open(key, row).await;
        let telling = if untold { Telling::Nothing } else { telling(inner, &opened) };
        let record = opened.ok().and_then(|kept| kept.record);
        let secret = if matches!(telling, Telling::Nothing) { Secret::EraseNow } else { Secret::UntilRevoked };
        // The tombstone is made of what was opened, and of nothing that came since.
        let tombstone = match store.remove(key, seen, secret).await {
            Ok(tombstone) => tombstone,
            Err(StoreError::Conflict(_)) => continue,
            Err(error) => return Err(error.into()),
        };
        inner.slot(key).clear();
        let mut revocation = match (telling, &record) {
            (Telling::By(client), Some(record)) => client.revoke(record).await,
            (Telling::Later(error), _) => Err(error),
            _ => Ok(Revocation::LocalOnly),
        };
        if let (Ok(Revocation::Told), Some(attempt)) = (&revocation, in_flight) {
            revocation = Err(renewal_under_way().after(attempt.lease));
        }
        if revocation.is_ok() && secret == Secret::UntilRevoked {
            match store.remove(key, tombstone, Secret::EraseNow).await {
                // Whoever replaced the tombstone meanwhile is none of its business.
                Ok(_) | Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let token_ends = record.as_ref().map_or(Expiry::Unknown, TokenRecord::expires_at);
        return Ok(Some(Disconnected { revocation, token_ends }));
    }
}

fn telling(inner: &Inner, opened: &Result<Kept, Error>) -> Telling {
    let record = match opened {
        Ok(kept) => kept.record.as_ref(),
        Err(error) if is_damaged(error) => None,
        Err(error) => return Telling::Later(error.clone()),
    };
    let Some(record) = record.filter(|record| record.has_refresh_token()) else { return Telling::Nothing };
    match inner.clients.find(record.identity()) {
        Ok(client) if told_by(&*client) => Telling::By(client),
        Ok(_) => Telling::Nothing,
        Err(error) => Telling::Later(error),
    }
}

/// Whether the client's provider takes grants back.
pub(crate) fn told_by(client: &dyn AnyClient) -> bool {
    client.profile().revocation.is_some()
}

/// Gives back what nobody is to hold, with a few tries.
pub(crate) async fn give_back(inner: &Inner, client: &dyn AnyClient, record: &TokenRecord) {
    let mut pause = Pause::first();
    for _ in 0..5 {
        if !told_by(client) || client.revoke(record).await.is_ok() {
            return;
        }
        pause.sleep(inner).await;
    }
}

fn renewal_under_way() -> Error {
    Error::new(
        ErrorKind::TryLater,
        "renewal_under_way",
        "the account is given up, and the provider was told; a renewal was under way, which gives back what it gets: disconnect once more to be sure",
    )
}
