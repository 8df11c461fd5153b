//! Leaving: an account that nobody renews here any more, its secret still sealed here.

use std::time::Duration;

use mailgrant_core::{Error, Host, SystemHost};
use mailgrant_storage::{
    AccountKey, AttemptId, Claim, Purpose, Secret, Settlement, Status, StoreError, Vault, Version,
};

use super::moved::{self, Moved};
use crate::exit::{Stop, quoted};

/// For as long as nobody else may begin a renewal. It only has to last until the tombstone stands.
const LEASE: Duration = Duration::from_secs(30);

/// How often an account is looked at whose renewal is under way, with a pause in between.
const TRIES: usize = 60;
const PAUSE: Duration = Duration::from_millis(500);

/// Makes it a tombstone that keeps its secret; why not, if it has to stay.
pub(super) async fn leave(vault: &Vault, key: &AccountKey, way: &Moved) -> Result<Result<(), String>, Stop> {
    let (_, before) = moved::load(vault, key).await?;
    let before = before.filter(|before| before.gone.is_none());
    if let Some(before) = &before {
        release(vault, key, before).await?;
    }
    moved::put(vault, key, way).await?;
    let left = bury(vault, key, way, before.is_some()).await?;
    if left.is_err() {
        moved::forget(vault, key).await?;
    }
    Ok(left)
}

/// The claim of an export that was ended is in no doubt: nothing was sent.
async fn release(vault: &Vault, key: &AccountKey, before: &Moved) -> Result<(), Error> {
    let (Some(row), attempt) = (vault.store().load(key).await?, before.attempt()) else { return Ok(()) };
    if row.attempt.is_some_and(|open| open.id == attempt) {
        let settlement = Settlement::Untouched { pause: Duration::ZERO };
        vault.store().settle(key, row.version, &attempt, &settlement).await?;
    }
    Ok(())
}

async fn bury(vault: &Vault, key: &AccountKey, way: &Moved, was_leaving: bool) -> Result<Result<(), String>, Error> {
    let connect = "connect it anew where it is to be";
    for _ in 0..TRIES {
        let Some(row) = vault.store().load(key).await? else { return Ok(Err("there is no such account".to_owned())) };
        match row.status {
            Status::Disconnected if was_leaving && row.sealed.is_some() => return Ok(Ok(())),
            Status::Active => {}
            _ => return Ok(Err(format!("its grant is dead, so that there is nothing to move: {connect}"))),
        }
        // What does not open here is of no use to anybody.
        if let Err(error) = vault.load(key).await {
            return if error.code() == "store_unavailable" { Err(error) } else { Ok(Err(error.to_string())) };
        }
        let attempt = way.attempt();
        match vault.store().claim(key, &attempt, LEASE, row.version, Purpose::Renew).await? {
            Claim::Granted => match entomb(vault, key, row.version, &attempt).await {
                Err(StoreError::Conflict(_)) => {}
                buried => return Ok(Ok(buried?)),
            },
            Claim::Newer(_) => {}
            Claim::Held(_) => SystemHost.sleep(PAUSE).await,
            Claim::Unsettled(_) => {
                let token = format!("mailgrant token {}", quoted(key.account()));
                return Ok(Err(format!("what became of its last renewal is not known: run `{token}` first")));
            }
            Claim::Resting(left) => {
                let seconds = left.as_secs_f64().ceil();
                return Ok(Err(format!("its renewal failed, and it rests: try again in {seconds} s")));
            }
            _ => return Ok(Err(format!("it was given up just now: {connect}"))),
        }
    }
    Ok(Err("its renewal is under way for too long: try again".to_owned()))
}

/// Nobody renews it while the claim holds.
async fn entomb(vault: &Vault, key: &AccountKey, seen: Version, attempt: &AttemptId) -> Result<(), StoreError> {
    let buried = vault.store().remove(key, seen, Secret::UntilRevoked).await;
    if buried.is_err() {
        // It is not in doubt: nothing was sent.
        let settlement = Settlement::Untouched { pause: Duration::ZERO };
        let _ = vault.store().settle(key, seen, attempt, &settlement).await;
    }
    buried.map(drop)
}
