//! Delivery: accounts that left, written into their file, then erased here.
//!
//! Whoever takes an account over from an export says so in its note. So the note is asked before anything is written,
//! then once more before anything is erased.

use mailgrant_core::{Error, Host, SystemHost};
use mailgrant_storage::{AccountKey, Secret, Status, Vault, Version};

use super::{
    leave::{Left, taken_over},
    lines::Lines,
    moved::{self, Moved},
};
use crate::{
    exit::{Exit, Stop},
    identity::Recipient,
    note, say,
    sealed::{ExportId, Room},
};

/// What became of the accounts of an export.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) moved: usize,
    pub(super) stayed: usize,
}

impl Tally {
    /// Says why an account stays.
    pub(super) fn stays(&mut self, key: &AccountKey, flaw: &str) {
        self.stayed += 1;
        say::words(&format!("mailgrant: `{}` stays here: {flaw}", key.account()));
    }
}

pub(super) async fn deliver(
    vault: &Vault,
    left: Vec<Left>,
    to: &Recipient,
    id: &ExportId,
    room: Room<'_>,
    tally: &mut Tally,
) -> Result<(), Stop> {
    let (mut lines, mut inside, began) = (Lines::new(), Vec::new(), SystemHost.monotonic());
    for mut one in left {
        if !one.confirm(vault).await? {
            tally.stays(&one.key, &taken_over());
        } else if !lines.add(vault, &one.key, |row| one.way.has_left(row)).await? {
            moved::forget(vault, &one.key, one.noted).await?;
            tally.stays(&one.key, "it was connected anew, or given up, meanwhile");
        } else {
            inside.push(one);
        }
    }
    let Some(hold) = inside.first().map(|one: &Left| one.way.hold()) else { return Ok(()) };
    // From then on another export may take them over.
    if SystemHost.monotonic().saturating_sub(began) > hold / 2 {
        return Err(Stop::new(Exit::TryLater, "the store took too long, so that nothing is written yet")
            .next(format!("run the same command again after {} s", hold.as_secs())));
    }
    room.write(to, id, &lines.into_bytes())?;
    for one in inside {
        if erase(vault, &one).await? {
            tally.moved += 1;
        } else {
            tally.stays(&one.key, "another export took it over, and it is in the files of both: import one of them");
        }
    }
    Ok(())
}

/// Erases what is in the file, if it is not another export's by now.
pub(super) async fn erase(vault: &Vault, one: &Left) -> Result<bool, Error> {
    match moved::load(vault, &one.key).await? {
        (Some(noted), _) if noted == one.noted => {}
        // Another export found the file, and ended this one.
        (_, found) => return Ok(found.is_none_or(|found| found.id == one.way.id && found.gone.is_some())),
    }
    finish(vault, &one.key, one.noted, one.way.clone()).await?;
    Ok(true)
}

/// Erases what is in a file that is whole.
pub(super) async fn finish(vault: &Vault, key: &AccountKey, noted: Version, way: Moved) -> Result<(), Error> {
    let row = vault.store().load(key).await?;
    // Whoever was connected anew under the name, or is still to be given back, has nothing to do with it.
    let Some(row) = row.filter(|row| row.status == Status::Disconnected && way.made(row.version)) else {
        return moved::forget(vault, key, noted).await;
    };
    let gone = vault.store().remove(key, row.version, Secret::EraseNow).await?;
    note::erase(vault, key.account()).await?;
    // If the note is another one by now, another export ended this one too.
    moved::put(vault, key, Some(noted), &way.gone(gone)).await.map(drop)
}
