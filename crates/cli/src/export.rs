//! `mailgrant export`: accounts moved to another store.
//!
//! In an order in which nothing is lost, and nobody renews what another may: an account becomes a tombstone that keeps
//! its sealed secret (`leave`), so that no renewal is under way, nor begun; the file is written whole of all that left;
//! then the secrets are erased here. A note says of each account how far it is, for whoever goes on, and whose it is: another
//! export takes it over only once this one has had its time.

mod delivery;
mod leave;
mod lines;
mod moved;
#[cfg(test)]
mod tests;

use std::path::{Path, absolute};

use mailgrant_core::{Error, Host, SystemHost};
use mailgrant_storage::{AccountKey, Filter, Row, Status, Vault, Version};

use self::{delivery::Tally, lines::Lines, moved::Moved};
use crate::{
    args::ExportArgs,
    exit::{Exit, Stop, quoted},
    identity::Recipient,
    provider::ProviderName,
    running::{self, Running},
    say,
    sealed::{self, ExportId, Room},
    whose::Rows,
};

/// For as many bytes of an account room is taken before it leaves; a line of one is some hundreds long.
const BYTES: u64 = 2048;

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
    let mut others_way = Vec::new();
    for (key, moved) in waiting {
        let named = keys.contains(&key);
        if !named && moved.to != to.written() {
            others_way.push((key, moved));
            continue;
        }
        if moved.out != out {
            let file = moved.out.display();
            say::words(&format!("`{}` was on its way into {file}, which was not written.", key.account()));
        }
        if !named {
            keys.push(key);
        }
    }
    let others = if args.all { of_other_tenants(vault).await? } else { 0 };
    if keys.is_empty() {
        if others_way.is_empty() {
            let none = args.all && finished.is_empty();
            say::words(if none { "There are no accounts to export." } else { "All of them are moved." });
        }
        return left_over(0, &others_way, others);
    }
    // What cannot be written takes no account out of service.
    let room = Room::take(out, BYTES * keys.len() as u64)?;
    let mut id = ExportId::default();
    SystemHost.random(&mut id);
    let on_its_way = Moved::new(id, to, out, keys.len());
    let (mut left, mut tally) = (Vec::new(), Tally::default());
    for key in keys {
        match leave::leave(vault, &key, &on_its_way).await? {
            Ok(one) => left.push(one),
            Err(flaw) => tally.stays(&key, &flaw),
        }
    }
    delivery::deliver(vault, left, to, &id, room, &mut tally).await?;
    if tally.moved > 0 {
        say::words(&format!(
            "{}: {} moved, sealed for {}. Import it there; then delete it.",
            out.display(),
            counted(tally.moved),
            to.written()
        ));
    }
    left_over(tally.stayed, &others_way, others)
}

/// Whatever is left is said, and is no success.
fn left_over(stayed: usize, others_way: &[(AccountKey, Moved)], others: usize) -> Result<(), Stop> {
    for (key, moved) in others_way {
        let go_on = go_on(key.account(), moved);
        say::words(&format!("mailgrant: `{}` is on its way to {}: {go_on}", key.account(), moved.to));
    }
    if stayed + others_way.len() > 0 {
        return Err(Stop::new(Exit::Failure, format!("{} not moved", counted(stayed + others_way.len())))
            .next("set right what is said of each, and export them to another file"));
    }
    expect_none(others)
}

/// An export of all that leaves some is no success.
fn expect_none(others: usize) -> Result<(), Stop> {
    if others == 0 {
        return Ok(());
    }
    let sentence = format!("{} of other tenants, and left as they are", counted(others));
    Err(Stop::new(Exit::Failure, sentence).next("the program that keeps them has to move them"))
}

/// Refuses to give up an account whose grant is on its way to somebody else.
pub(crate) async fn expect_settled(vault: &Vault, name: &str) -> Result<(), Stop> {
    for provider in ProviderName::ALL {
        let key = running::account_key(provider, name)?;
        let (Some(noted), Some(moved)) = moved::load(vault, &key).await? else { continue };
        if moved.gone.is_some() {
            continue;
        }
        let row = vault.store().load(&key).await.map_err(Error::from)?;
        let Some(row) = row else { continue };
        if moved.has_left(&row) {
            return Err(on_its_way(name, &moved));
        }
        if row.status != Status::Disconnected {
            // The tombstone that comes next is none of the export's, which is not to take it for its own.
            moved::forget(vault, &key, noted).await?;
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
        None if moved.made(version) => Err(on_its_way(name, &moved)),
        Some(gone) if gone == version.get() => Err(Stop::new(
            Exit::AskUser,
            format!("the account `{name}` was moved away from here, in {}", moved.out.display()),
        )
        .next("it is used where that was imported")),
        _ => Ok(()),
    }
}

fn on_its_way(name: &str, moved: &Moved) -> Stop {
    let sentence =
        format!("the account `{name}` is on its way out of here, and its export was ended before it was done");
    Stop::new(Exit::Configuration, sentence).next(go_on(name, moved))
}

fn go_on(name: &str, moved: &Moved) -> String {
    format!(
        "run `mailgrant export --to {} --account {} --out {}`, which goes on",
        moved.to,
        quoted(name),
        quoted(&moved.out.display().to_string())
    )
}

/// Leaves the accounts as they are.
async fn copy(vault: &Vault, args: &ExportArgs, to: &Recipient, out: &Path) -> Result<(), Stop> {
    let keys = chosen(vault, args, out, &[]).await?;
    let others = if args.all { of_other_tenants(vault).await? } else { 0 };
    if keys.is_empty() {
        say::words("There are no accounts to export.");
        return expect_none(others);
    }
    let room = Room::take(out, BYTES * keys.len() as u64)?;
    let mut id = ExportId::default();
    SystemHost.random(&mut id);
    let mut lines = Lines::new();
    for key in &keys {
        if !lines.add(vault, key, |row| row.status != Status::Disconnected).await? {
            return Err(Stop::new(Exit::TryLater, format!("`{}` was given up meanwhile", key.account()))
                .next("run the same command again"));
        }
    }
    room.write(to, &id, &lines.into_bytes())?;
    say::words(&format!(
        "{}: {} copied, sealed for {}. They are renewed here as before: where a renewal replaces the refresh token, the \
        copy ends with the next one, and whoever renews from the copy ends the accounts here.",
        out.display(),
        counted(keys.len()),
        to.written()
    ));
    expect_none(others)
}

/// Ends exports whose file is there; which accounts are out of service, and in no file.
async fn settle(vault: &Vault) -> Result<(Vec<AccountKey>, Vec<(AccountKey, Moved)>), Stop> {
    let (mut finished, mut waiting) = (Vec::new(), Vec::new());
    for (key, noted, moved) in moved::all(vault).await? {
        if moved.gone.is_some() {
            continue;
        }
        if sealed::id(&moved.out) == Some(moved.id) {
            say::words(&format!("{}: `{}` is in it: moved.", moved.out.display(), key.account()));
            delivery::finish(vault, &key, noted, moved).await?;
            finished.push(key);
        } else if vault.store().load(&key).await.map_err(Error::from)?.is_some_and(|row| moved.has_left(&row)) {
            waiting.push((key, moved));
        }
    }
    Ok((finished, waiting))
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
            let leaving =
                way.as_ref().filter(|way| way.gone.is_none() && row.as_ref().is_some_and(|row| way.has_left(row)));
            if let Some(way) = leaving.filter(|_| args.copy) {
                return Err(on_its_way(name, way));
            }
            if leaving.is_some() || row.is_some_and(|row| row.status != Status::Disconnected) {
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
    let rows = listed(vault, Some("default".to_owned())).await?;
    Ok(rows.into_iter().map(|(key, _)| key).collect())
}

/// How many accounts there are that no command line keeps.
async fn of_other_tenants(vault: &Vault) -> Result<usize, Error> {
    let rows = listed(vault, None).await?;
    // Notes of whatever tenant are rows too.
    Ok(rows.iter().filter(|(key, row)| key.tenant() != "default" && row.client_key != "note").count())
}

async fn listed(vault: &Vault, tenant: Option<String>) -> Result<Vec<(AccountKey, Row)>, Error> {
    let filter = Filter { tenant, ..Filter::default() };
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = vault.store().list(&filter, after.as_ref(), 200).await?;
        let Some((last, _)) = page.last() else { return Ok(rows) };
        after = Some(last.clone());
        rows.extend(page);
    }
}

fn counted(accounts: usize) -> String {
    if accounts == 1 { "1 account is".to_owned() } else { format!("{accounts} accounts are") }
}
