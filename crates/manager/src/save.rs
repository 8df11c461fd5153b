//! Saving: what must not be lost is written by retry.

use std::time::Duration;

use mailgrant_core::TokenRecord;
use mailgrant_storage::{AccountKey, AttemptId, Settled, Settlement, StoreError, Version};

use crate::{manager::Inner, schedule::Schedule, telemetry};

/// Settles a renewal; `until_in`: by retry for as long as it takes. What is left of the token's life is counted
/// anew for each try.
#[expect(clippy::too_many_arguments, reason = "one call of the store's longest verb")]
pub(crate) async fn renewed(
    inner: &Inner,
    key: &AccountKey,
    claimed: Version,
    attempt: &AttemptId,
    record: &TokenRecord,
    schedule: &Schedule,
    sent_at: Duration,
    until_in: bool,
) -> Result<Settled, StoreError> {
    let mut pause = Pause::first();
    loop {
        let timing = schedule.timing(inner.host.monotonic() - sent_at);
        let settlement = inner.vault.renewed(key, claimed, record, timing);
        match tell(inner, key, claimed, attempt, &settlement).await {
            Err(StoreError::Unavailable(_)) if until_in => pause.sleep(inner).await,
            result => return result,
        }
    }
}

/// Settles an attempt that came to nothing, with a few tries.
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
        match tell(inner, key, claimed, attempt, settlement).await {
            Err(StoreError::Unavailable(_)) if left > 1 => {
                left -= 1;
                pause.sleep(inner).await;
            }
            result => return result,
        }
    }
}

async fn tell(
    inner: &Inner,
    key: &AccountKey,
    claimed: Version,
    attempt: &AttemptId,
    settlement: &Settlement,
) -> Result<Settled, StoreError> {
    let asked_at = inner.host.monotonic();
    let settled = inner.vault.store().settle(key, claimed, attempt, settlement).await;
    telemetry::store("settle", inner.host.monotonic() - asked_at);
    settled
}

/// A pause that doubles, up to five seconds.
pub(crate) struct Pause(Duration);

impl Pause {
    pub(crate) fn first() -> Self {
        Self(Duration::from_millis(50))
    }

    pub(crate) async fn sleep(&mut self, inner: &Inner) {
        inner.host.sleep(self.0).await;
        self.0 = (self.0 * 2).min(Duration::from_secs(5));
    }
}
