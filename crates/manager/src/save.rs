//! Saving: what must not be lost is written by retry.

use std::{sync::Arc, time::Duration};

use mailgrant_core::{Error, Expiry, TokenRecord};
use mailgrant_storage::{AccountKey, AttemptId, Settled, Settlement, StoreError, Timing, Version};

use crate::manager::Inner;

/// Stores the record of a new consent in place of what is there.
pub(crate) async fn connect(inner: &Arc<Inner>, key: &AccountKey, record: &TokenRecord) -> Result<(), Error> {
    let mut pause = Pause::first();
    for _ in 0..8 {
        let result = async {
            let expected = Inner::version_of(inner.vault.load(key).await?.as_ref());
            inner.vault.put(key, expected, record, timing(inner, record, Duration::ZERO)).await
        };
        match result.await {
            Ok(_) => {
                inner.slot(key).clear();
                return Ok(());
            }
            Err(error) if error.code() == "store_conflict" || error.code() == "store_unavailable" => {
                pause.sleep(inner).await;
            }
            Err(error) => return Err(error),
        }
    }
    Err(Error::new(
        mailgrant_core::ErrorKind::TryLater,
        "store_unavailable",
        "the account was connected at the provider and could not be stored: begin the login again once the store is up",
    ))
}

/// Settles an attempt, by retry for as long as `tries` lasts.
pub(crate) async fn settle(
    inner: &Inner,
    key: &AccountKey,
    claimed: Version,
    attempt: &AttemptId,
    settlement: &Settlement,
    tries: u32,
) -> Result<Settled, StoreError> {
    let mut pause = Pause::first();
    let mut left = tries;
    loop {
        match inner.vault.store().settle(key, claimed, attempt, settlement).await {
            Err(_) if left > 1 => {
                left -= 1;
                pause.sleep(inner).await;
            }
            result => return result,
        }
    }
}

/// What the row says about the record's time, `since` after it was asked for.
pub(crate) fn timing(inner: &Inner, record: &TokenRecord, since: Duration) -> Timing {
    let life = match record.expires_at() {
        Expiry::At(_) => record.expires_at().remaining(record.obtained_at()),
        _ => None,
    };
    Timing {
        expires_in: life.map(|life| life.saturating_sub(since)),
        due_in: life.map(|life| inner.due(life).saturating_sub(since)),
    }
}

/// A pause that doubles, up to half a minute.
struct Pause(Duration);

impl Pause {
    fn first() -> Self {
        Self(Duration::from_millis(50))
    }

    async fn sleep(&mut self, inner: &Inner) {
        inner.host.sleep(self.0).await;
        self.0 = (self.0 * 2).min(Duration::from_secs(30));
    }
}
