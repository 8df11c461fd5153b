//! `mailgrant disconnect`: an account is given up.

mod outcome;

use mailgrant_core::TokenRecord;
use mailgrant_manager::{Disconnected, Manager, ManagerBuilder};
use mailgrant_storage::{Status, Vault};

use self::outcome::Outcome;
use crate::{
    app,
    args::DisconnectArgs,
    exit::Stop,
    export,
    note::{self, Note},
    provider::ProviderName,
    running::{self, Running},
    say,
    whose::Rows,
};

/// What of the account is known before it is given up.
struct Before {
    provider: ProviderName,
    record: Option<TokenRecord>,
    /// It was given up before, and nothing of it is left.
    gone: bool,
    /// Whether its app's client is there to tell the provider.
    told_by: bool,
}

pub(crate) async fn run(running: &Running, args: &DisconnectArgs) -> Result<(), Stop> {
    let name = &*args.account;
    running::account_key(ProviderName::Getresponse, name)?;
    let vault = running.vault().await?;
    if !args.forget {
        export::expect_settled(&vault, name).await?;
    }
    // A note that cannot be read is no reason to keep the account.
    let note = note::load(&vault, name).await.unwrap_or_default();
    // There is one account by a name; should two have come by it, both are meant.
    let (accounts, builder) = look(&vault, &note, args).await?;
    let manager = running.manage(builder);
    let mut outcomes = Vec::new();
    for before in accounts {
        let key = running::account_key(before.provider, name)?;
        // Nobody can tell the provider of an app that is not remembered.
        let gone = if before.told_by { manager.disconnect(&key).await? } else { manager.forget(&key).await? };
        if let Some(after) = gone {
            outcomes.push((before, after));
        }
    }
    // The note goes last: if this process ends in between, or a provider is still to be told, the same command
    // finishes the work, and needs the app for it.
    let owed = outcomes.iter().any(|(_, after)| after.revocation.is_err());
    let noted = !owed && note::erase(&vault, name).await?;
    say_what_became_of_it(&note, args, outcomes, noted)
}

async fn look(vault: &Vault, note: &Note, args: &DisconnectArgs) -> Result<(Vec<Before>, ManagerBuilder), Stop> {
    let transport = app::transport()?;
    let (mut accounts, mut builder) = (Vec::new(), Manager::builder(vault.clone()));
    for provider in Rows::of(vault, &args.account).await?.providers() {
        let key = running::account_key(provider, &args.account)?;
        // What does not open can be given up all the same.
        let kept = vault.load(&key).await.ok().flatten();
        let gone =
            kept.as_ref().is_some_and(|kept| kept.row.status == Status::Disconnected && kept.row.sealed.is_none());
        let record = kept.and_then(|kept| kept.record);
        let app = record.as_ref().and_then(|record| note.app_of(record.identity()));
        let client = app.and_then(|app| app.client(&transport).ok()).filter(|_| !args.forget);
        builder = client.iter().fold(builder, |builder, client| client.register(builder));
        accounts.push(Before { provider, record, gone, told_by: client.is_some() });
    }
    Ok((accounts, builder))
}

fn say_what_became_of_it(
    note: &Note,
    args: &DisconnectArgs,
    outcomes: Vec<(Before, Disconnected)>,
    noted: bool,
) -> Result<(), Stop> {
    let name = &*args.account;
    let known = !outcomes.is_empty();
    // A tombstone counts if the command that made it ended before it was done.
    let unfinished = |provider| noted && note.current().is_some_and(|app| app.provider() == provider);
    let news: Vec<_> = outcomes.into_iter().filter(|(before, _)| !before.gone || unfinished(before.provider)).collect();
    match (news.is_empty(), noted, known) {
        (true, true, _) => {
            say::words(&format!("`{name}` was never connected; what was remembered of its login is erased."));
        }
        (true, false, true) => say::words(&format!("`{name}` was disconnected before: nothing of it is left here.")),
        (true, false, false) => return Err(running::unknown(name)),
        (false, ..) => {}
    }
    let mut end = Ok(());
    for (before, after) in news {
        let outcome = Outcome { name, note, before: &before, forget: args.forget };
        if let Err(stop) = outcome.say(after)
            && let Err(earlier) = std::mem::replace(&mut end, Err(stop))
        {
            // One code ends the command, and both sentences are said.
            let _: std::process::ExitCode = earlier.say();
        }
    }
    end
}
