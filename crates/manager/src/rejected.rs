//! A rejected token that nothing can replace ends its grant.

use mailgrant_core::Error;
use mailgrant_storage::{AccountKey, AttemptId, Claim, Purpose, Settlement, Version};

use crate::{builder::LEASE, manager::Inner, save};

/// Marks the grant of `version` as refused, if it is still the one that is stored: whoever asks next hears that the
/// customer has to be asked, and need not be rejected to find out.
pub(crate) async fn end(inner: &Inner, key: &AccountKey, version: Version) -> Result<(), Error> {
    let attempt = AttemptId::draw(&*inner.host);
    let claimed = inner.vault.store().claim(key, &attempt, LEASE, version, Purpose::Renew).await?;
    if claimed == Claim::Granted {
        let refused = Settlement::Refused { cause: "token_rejected".to_owned() };
        save::settle(inner, key, version, &attempt, &refused, 5).await?;
    }
    inner.slot(key).clear();
    Ok(())
}
