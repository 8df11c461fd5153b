//! `mailgrant keys reseal`: everything is sealed with the primary key.

use mailgrant_core::{Error, ErrorKind};
use mailgrant_storage::Vault;

use super::{KeyFile, Pages, list::census};
use crate::{
    exit::{Exit, Stop},
    running::Running,
    say, store,
};

/// How many of those that cannot be resealed are named.
const NAMED: u64 = 10;

/// How far it is.
struct Progress {
    /// Found sealed with another key before it began.
    total: u64,
    resealed: u64,
    /// Tenths that were told.
    told: u64,
    failed: u64,
    /// The gravest of what was in the way.
    because: Option<Error>,
}

pub(super) async fn run(running: &Running) -> Result<(), Stop> {
    let vault = running.vault().await?;
    let file = KeyFile::read(&store::find(running.places())?)?;
    let primary = file.primary();
    let before = census(&vault).await?;
    let total = before.iter().filter(|(id, _)| *id != primary).map(|(_, sealed)| sealed).sum();
    let mut progress = Progress { total, resealed: 0, told: 0, failed: 0, because: None };
    reseal(&vault, primary, &mut progress).await.map_err(|error| {
        Stop::from(error)
            .coming_to(&format!("resealed {} of {total}", progress.resealed))
            .next("run the same command again, and it goes on")
    })?;
    say::words(&format!("resealed {} of {total} with `{primary}`.", progress.resealed));
    if let Some(error) = progress.because {
        let what = format!("{} could not be resealed, and every key stays in the key file", progress.failed);
        return Err(Stop::from(error).coming_to(&what));
    }
    for old in file.ids().filter(|id| *id != primary) {
        expect_free(&vault, old).await?;
    }
    Ok(())
}

async fn reseal(vault: &Vault, primary: &str, progress: &mut Progress) -> Result<(), Error> {
    let mut pages = Pages::of(vault);
    while let Some(page) = pages.next().await? {
        for (key, row) in page {
            if row.sealed.is_none_or(|sealed| sealed.key_id == primary) {
                continue;
            }
            match vault.reseal(&key).await {
                Ok(written) => progress.resealed += u64::from(written),
                // Nothing of it is the row's own doing.
                Err(error) if error.code() == "store_unavailable" => return Err(error),
                Err(error) => progress.failed(&key.to_string(), error),
            }
        }
        progress.tell();
    }
    Ok(())
}

impl Progress {
    fn failed(&mut self, account: &str, error: Error) {
        self.failed += 1;
        if self.failed <= NAMED {
            say::words(&format!("mailgrant: {account}: {error}"));
        }
        let graver = self.because.as_ref().is_none_or(|because| because.kind() == ErrorKind::TryLater);
        if graver {
            self.because = Some(error);
        }
    }

    /// Says each tenth once.
    fn tell(&mut self) {
        let tenths = self.resealed.saturating_mul(10).checked_div(self.total).unwrap_or_default();
        if tenths > self.told {
            self.told = tenths;
            say::words(&format!("resealed {} of {}", self.resealed, self.total));
        }
    }
}

/// Says that the key may leave, if it may.
async fn expect_free(vault: &Vault, old: &str) -> Result<(), Stop> {
    match vault.expect_unreferenced(old).await {
        Ok(()) => {
            say::words(&format!(
                "`{old}` seals no account any more: delete its line in every key file once nobody uses it as the primary \
                 key, and the logins that were begun before are over."
            ));
            Ok(())
        }
        Err(error) if error.code() == "sealing_key_referenced" => Err(Stop::new(
            Exit::TryLater,
            format!("`{old}` must stay in the key file: something was sealed with it meanwhile"),
        )
        .next("give the key file to every process, then run the same command again")),
        Err(error) => Err(error.into()),
    }
}
