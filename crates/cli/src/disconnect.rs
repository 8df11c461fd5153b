//! `mailgrant disconnect`: an account is given up.

use mailgrant_core::{Expiry, Host, Revocation, SystemHost};
use mailgrant_manager::Manager;

use crate::{
    args::AccountArgs,
    exit::Stop,
    note,
    running::{self, Running},
    say, until,
};

pub(crate) async fn run(running: &Running, args: &AccountArgs) -> Result<(), Stop> {
    let name = &*args.account;
    let key = running::account_key(name)?;
    let vault = running.vault().await?;
    let manager = running.manage(Manager::builder(vault.clone()));
    // A note that cannot be read is no reason to keep the account.
    let note = note::load(&vault, name).await.unwrap_or_default();
    let environment = note.latest().map(|app| app.environment.clone()).unwrap_or_default();
    let disconnected = manager.disconnect(&key).await?;
    // The note goes last: if this process ends in between, the same command finishes the work.
    let noted = note::erase(&vault, name).await?;
    let Some(disconnected) = disconnected else {
        if !noted {
            return Err(running::unknown(name));
        }
        say::words(&format!("`{name}` was never connected; what was remembered of its login is erased."));
        return Ok(());
    };
    say::words(&format!("`{name}` is disconnected: its tokens, client id and client secret are erased here."));
    let now = SystemHost.now();
    match (disconnected.revocation, disconnected.token_ends) {
        (Ok(Revocation::LocalOnly), Expiry::At(end)) if end <= now => say::words(
            "GetResponse has no way to revoke a grant from here; the last token that was issued has ended by itself.",
        ),
        (Ok(Revocation::LocalOnly), ends) => say::words(&format!(
            "GetResponse has no way to revoke a grant from here: a token that was handed out before works {}.",
            until::described(ends, now)
        )),
        _ => say::words("The provider was told."),
    }
    let panel = environment.panel();
    say::words(&format!("The account's owner can disconnect the app in GetResponse's panel, {panel} ."));
    Ok(())
}
