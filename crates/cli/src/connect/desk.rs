//! The desk: where callbacks are received, whoever brings them.

use std::sync::Arc;

use mailgrant_core::{Binding, Callback, Error, ErrorKind};
use mailgrant_manager::{Account, Manager};
use mailgrant_storage::Vault;

use crate::{exit::Stop, note, provider::ProviderName, say};

/// Where callbacks are received. Clones are the same desk.
#[derive(Clone, Debug)]
pub(super) struct Desk(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    manager: Manager,
    vault: Vault,
    /// The account that this command connects, and where.
    provider: ProviderName,
    name: String,
    /// The login that this command began.
    login: u64,
}

/// What a callback came to.
#[derive(Debug)]
pub(super) enum Received {
    /// The account that this command is about is connected.
    Connected,
    /// Another account is: a login of it, begun earlier, came back.
    OtherConnected(String),
    /// No login was found for it: whoever sent it, it changes nothing.
    Unfounded(Error),
    /// A login was found, and did not succeed.
    Failed(Error),
}

impl Desk {
    pub(super) fn new(manager: Manager, vault: Vault, provider: ProviderName, name: &str, login: u64) -> Self {
        Self(Arc::new(Inner { manager, vault, provider, name: name.to_owned(), login }))
    }

    /// The provider of the account that this command connects.
    pub(super) fn provider(&self) -> ProviderName {
        self.0.provider
    }

    /// The account that this command connects.
    pub(super) fn name(&self) -> &str {
        &self.0.name
    }

    /// An error of the account that this command connects.
    pub(super) fn stop(&self, error: Error) -> Stop {
        Stop::of_account(error, Some(self.provider()), self.name())
    }

    /// Receives a callback: its query, its fragment with the `#`, or the whole address.
    pub(super) async fn receive(&self, address: &str) -> Received {
        match self.complete(address).await {
            Ok(account) => self.connected(&account).await,
            Err(error) if is_unfounded(&error) => Received::Unfounded(error),
            Err(error) => {
                // It is over: the next `connect` need not speak of it. The error is what matters here.
                let _ = note::change(&self.0.vault, self.name(), |note| note.fail(self.0.login)).await;
                Received::Failed(error)
            }
        }
    }

    async fn complete(&self, address: &str) -> Result<Account, Error> {
        self.0.manager.complete(Callback::parse(address)?, &Binding::terminal()).await
    }

    async fn connected(&self, account: &Account) -> Received {
        let name = account.key().account();
        if self.is_another_s(account).await {
            // What could not be given up now is listed, and goes with the account of that name.
            let _ = self.0.manager.disconnect(account.key()).await;
            return Received::Unfounded(name_taken());
        }
        if let Err(error) = self.remember(account).await {
            // The note of the begun login stands in for it until the next login.
            say::words(&format!("`{name}` is connected, and that could not be noted: {error}"));
        }
        if name == self.name() { Received::Connected } else { Received::OtherConnected(name.to_owned()) }
    }

    /// Whether the account's name went to another provider since its login was begun.
    async fn is_another_s(&self, account: &Account) -> bool {
        let note = note::load(&self.0.vault, account.key().account()).await.unwrap_or_default();
        note.latest().is_some_and(|app| app.provider().name() != account.key().provider())
    }

    /// The login that came back may be an older one, with another app.
    async fn remember(&self, account: &Account) -> Result<(), Error> {
        let (vault, name) = (&self.0.vault, account.key().account());
        let Some(kept) = vault.load(account.key()).await? else { return Ok(()) };
        let Some(record) = &kept.record else { return Ok(()) };
        note::change(vault, name, |note| note.finish(record.identity(), Some(self.0.login))).await?;
        let note = note::load(vault, name).await?;
        let Some(app) = note.app_of(record.identity()) else { return Ok(()) };
        if let Some(fields) = record.undocumented(app.spoken()?.profile()) {
            let (title, fields) = (app.provider().title(), fields.replace(' ', ", "));
            say::words(&format!(
                "{title}'s answer brought what its documents do not mention, and it is kept: {fields}."
            ));
        }
        Ok(())
    }
}

fn name_taken() -> Error {
    Error::new(
        ErrorKind::AskUser,
        "name_taken",
        "that login was begun earlier, and its account's name is another provider's account by now: what came of it was given up",
    )
}

/// Whether an error says that no waiting login was found, so that anybody could have caused it.
fn is_unfounded(error: &Error) -> bool {
    matches!(
        error.code(),
        "callback_too_long" | "callback_ambiguous" | "state_missing" | "login_unknown" | "login_used" | "login_expired"
    )
}
