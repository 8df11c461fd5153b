//! `mailgrant export`: accounts moved to another store.
//!
//! In an order in which nothing is lost, and nobody renews what another may: an account becomes a tombstone that keeps
//! its sealed secret (`leave`), so that no renewal is under way, nor begun; the file is written whole of all that left;
//! then the secrets are erased here. A note says of each account how far it is, for whoever goes on.

mod leave;
mod lines;
mod moved;
#[cfg(test)]
mod tests;

use std::path::{Path, absolute};

use mailgrant_core::{Error, Host, SystemHost};
use mailgrant_storage::{AccountKey, Filter, Secret, Status, Vault, Version};

use self::moved::Moved;
use crate::{
    args::ExportArgs,
    exit::{Exit, Stop, quoted},
    identity::Recipient,
    note,
    provider::ProviderName,
    running::{self, Running},
    say,
    sealed::{self, ExportId},
    whose::Rows,
};

pub(crate) async fn run(running: &Running, args: &ExportArgs) -> Result<(), Stop> {
    let to = Recipient::parse(&args.to)?;
    let out = absolute(&args.out).unwrap_or_else(|_| args.out.clone());
    let vault = running.vault().await?;
    if args.copy { copy(&vault, args, &to, &out).await } else { hand_out(&vault, args, &to, &out).await }
}

/// Moves the accounts.
async fn hand_out(vault: &Vault, args: &ExportArgs, to: &Recipient, out: &Path) -> Result<(), Stop> {
    let (finished, waiting) = settle(vault).await?;
    let mut keys = chosen(vault, args, out, &finished).await?;
    for key in waiting.into_iter().filter(|(_, moved)| moved.out == out).map(|(key, _)| key) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    if keys.is_empty() {
        let none = args.all && finished.is_empty();
        say::words(if none { "There are no accounts to export." } else { "All of them are moved." });
        return Ok(());
    }
    if out.exists() {
        return Err(sealed::exists(out));
    }
    let mut id = ExportId::default();
    SystemHost.random(&mut id);
    let on_its_way = Moved::new(id, to, out);
    let (mut left, mut stayed) = (Vec::new(), 0_u64);
    for key in keys {
        match leave::leave(vault, &key, &on_its_way).await? {
            Ok(()) => left.push(key),
            Err(flaw) => {
                stayed += 1;
                say::words(&format!("mailgrant: `{}` stays here: {flaw}", key.account()));
            }
        }
    }
    if !left.is_empty() {
        sealed::write(out, to, &id, &lines::of(vault, &left).await?)?;
        for key in &left {
            finish(vault, key, on_its_way.clone()).await?;
        }
        say::words(&format!(
            "{}: {} moved, sealed for {}. Import it there; then delete it.",
            out.display(),
            counted(left.len() as u64),
            to.written()
        ));
    }
    if stayed > 0 {
        return Err(Stop::new(Exit::Failure, format!("{} not moved", counted(stayed)))
            .next("set right what is said of each, and export them to another file"));
    }
    Ok(())
}

/// Refuses to give up an account whose grant is on its way to somebody else.
pub(crate) async fn expect_settled(vault: &Vault, name: &str) -> Result<(), Stop> {
    for provider in ProviderName::ALL {
        let key = running::account_key(provider, name)?;
        let Some(moved) = moved::load(vault, &key).await?.1.filter(|moved| moved.gone.is_none()) else { continue };
        let row = vault.store().load(&key).await.map_err(Error::from)?;
        if row.is_some_and(|row| row.status == Status::Disconnected && row.sealed.is_some()) {
            return Err(on_its_way(name, &moved));
        }
    }
    Ok(())
}

/// Says of a tombstone that its account was moved, if it was.
pub(crate) async fn expect_kept(
    vault: &Vault,
    provider: ProviderName,
    name: &str,
    version: Version,
) -> Result<(), Stop> {
    let Some(moved) = moved::load(vault, &running::account_key(provider, name)?).await?.1 else { return Ok(()) };
    match moved.gone {
        None => Err(on_its_way(name, &moved)),
        Some(gone) if gone == version.get() => Err(Stop::new(
            Exit::AskUser,
            format!("the account `{name}` was moved away from here, in {}", moved.out.display()),
        )
        .next("it is used where that was imported")),
        Some(_) => Ok(()),
    }
}

fn on_its_way(name: &str, moved: &Moved) -> Stop {
    let sentence =
        format!("the account `{name}` is on its way out of here, and its export was ended before it was done");
    Stop::new(Exit::Configuration, sentence).next(format!(
        "run `mailgrant export --to {} --account {} --out {}`, which goes on",
        moved.to,
        quoted(name),
        quoted(&moved.out.display().to_string())
    ))
}

/// Leaves the accounts as they are.
async fn copy(vault: &Vault, args: &ExportArgs, to: &Recipient, out: &Path) -> Result<(), Stop> {
    let keys = chosen(vault, args, out, &[]).await?;
    if keys.is_empty() {
        say::words("There are no accounts to export.");
        return Ok(());
    }
    if out.exists() {
        return Err(sealed::exists(out));
    }
    let mut id = ExportId::default();
    SystemHost.random(&mut id);
    sealed::write(out, to, &id, &lines::of(vault, &keys).await?)?;
    say::words(&format!(
        "{}: {} copied, sealed for {}. They are renewed here as before: where a renewal replaces the refresh token, the \
        copy ends with the next one, and whoever renews from the copy ends the accounts here.",
        out.display(),
        counted(keys.len() as u64),
        to.written()
    ));
    Ok(())
}

/// Ends exports whose file is there; what is still on its way.
async fn settle(vault: &Vault) -> Result<(Vec<AccountKey>, Vec<(AccountKey, Moved)>), Stop> {
    let (mut finished, mut waiting) = (Vec::new(), Vec::new());
    for (key, moved) in moved::all(vault).await? {
        if moved.gone.is_none() && sealed::id(&moved.out) == Some(moved.id) {
            say::words(&format!("{}: `{}` is in it: moved.", moved.out.display(), key.account()));
            finish(vault, &key, moved).await?;
            finished.push(key);
        } else if moved.gone.is_none() {
            waiting.push((key, moved));
        }
    }
    Ok((finished, waiting))
}

/// Erases what is in a file that is whole.
async fn finish(vault: &Vault, key: &AccountKey, moved: Moved) -> Result<(), Stop> {
    let row = vault.store().load(key).await.map_err(Error::from)?;
    // Whoever was connected anew under the name has nothing to do with it.
    let Some(row) = row.filter(|row| row.status == Status::Disconnected) else {
        return Ok(moved::forget(vault, key).await?);
    };
    let gone = vault.store().remove(key, row.version, Secret::EraseNow).await.map_err(Error::from)?;
    note::erase(vault, key.account()).await?;
    Ok(moved::put(vault, key, &moved.gone(gone)).await?)
}

/// The accounts that are asked for, but for those that are moved by now.
async fn chosen(
    vault: &Vault,
    args: &ExportArgs,
    out: &Path,
    finished: &[AccountKey],
) -> Result<Vec<AccountKey>, Stop> {
    if args.all {
        return Ok(all(vault).await?);
    }
    let mut keys = Vec::new();
    for name in &args.account {
        let mut moved = finished.iter().any(|key| key.account() == name);
        let mut found = Vec::new();
        for provider in Rows::of(vault, name).await?.providers() {
            let key = running::account_key(provider, name)?;
            let row = vault.store().load(&key).await.map_err(Error::from)?;
            let way = moved::load(vault, &key).await?.1;
            if way.as_ref().is_some_and(|way| way.gone.is_none())
                || row.is_some_and(|row| row.status != Status::Disconnected)
            {
                found.push(key);
            } else {
                moved |= !args.copy && way.is_some_and(|way| way.out == out);
            }
        }
        if found.is_empty() && !moved {
            return Err(running::unknown(name));
        }
        keys.extend(found.into_iter().filter(|key| !keys.contains(key)).collect::<Vec<_>>());
    }
    Ok(keys)
}

async fn all(vault: &Vault) -> Result<Vec<AccountKey>, Error> {
    let filter = Filter { tenant: Some("default".to_owned()), ..Filter::default() };
    let (mut keys, mut after) = (Vec::new(), None);
    loop {
        let page = vault.store().list(&filter, after.as_ref(), 200).await?;
        let Some((last, _)) = page.last() else { return Ok(keys) };
        after = Some(last.clone());
        keys.extend(page.into_iter().map(|(key, _)| key));
    }
}

fn counted(accounts: u64) -> String {
    if accounts == 1 { "1 account is".to_owned() } else { format!("{accounts} accounts are") }
}
