//! The desk: where callbacks are received, whoever brings them.

use std::sync::Arc;

use mailgrant_core::{Binding, Callback, Error};
use mailgrant_manager::{Account, Manager};
use mailgrant_storage::Vault;

use crate::{note, say};

/// Where callbacks are received. Clones are the same desk.
#[derive(Clone, Debug)]
pub(super) struct Desk(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    manager: Manager,
    vault: Vault,
    /// The account that this command connects.
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
    pub(super) fn new(manager: Manager, vault: Vault, name: &str, login: u64) -> Self {
        Self(Arc::new(Inner { manager, vault, name: name.to_owned(), login }))
    }

    /// The account that this command connects.
    pub(super) fn name(&self) -> &str {
        &self.0.name
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
        if let Err(error) = self.remember(account).await {
            // The note of the begun login stands in for it until the next login.
            say::words(&format!("`{name}` is connected, and that could not be noted: {error}"));
        }
        if name == self.name() { Received::Connected } else { Received::OtherConnected(name.to_owned()) }
    }

    /// The login that came back may be an older one, with another app.
    async fn remember(&self, account: &Account) -> Result<(), Error> {
        let Some(kept) = self.0.vault.load(account.key()).await? else { return Ok(()) };
        let Some(record) = &kept.record else { return Ok(()) };
        note::change(&self.0.vault, account.key().account(), |note| note.finish(record.identity(), Some(self.0.login)))
            .await
    }
}

/// Whether an error says that no waiting login was found, so that anybody could have caused it.
fn is_unfounded(error: &Error) -> bool {
    matches!(
        error.code(),
        "callback_too_long" | "callback_ambiguous" | "state_missing" | "login_unknown" | "login_used" | "login_expired"
    )
}
