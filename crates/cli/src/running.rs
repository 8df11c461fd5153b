//! What a command runs with: its places, the manager that it made.

use std::sync::{Arc, OnceLock};

use mailgrant_core::{AnyClient, Error, ErrorKind, Expiry, GrantKind, RenewalKind};
use mailgrant_manager::{Account, Manager, ManagerBuilder};
use mailgrant_storage::{AccountKey, Status, Vault};

use crate::{
    app,
    args::Places,
    exit::{Exit, Stop, adopt_command, connect_command},
    export, note,
    provider::ProviderName,
    say, store,
    whose::Rows,
};

/// What a command runs with.
#[derive(Debug)]
pub(crate) struct Running {
    places: Places,
    manager: OnceLock<Manager>,
}

/// An account that exists, with the client that its app has.
pub(crate) struct Opened {
    pub(crate) account: Account,
    pub(crate) provider: ProviderName,
    pub(crate) client: Arc<dyn AnyClient>,
    /// What was granted; `None` where nothing is any more.
    pub(crate) grant: Option<Granted>,
}

/// What was granted to an account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Granted {
    pub(crate) kind: GrantKind,
    pub(crate) renewal: RenewalKind,
    pub(crate) ends: Expiry,
}

impl Opened {
    /// An error of the account, with the command that sets it right.
    pub(crate) fn stop(&self, error: Error) -> Stop {
        let (name, kind) = (self.account.key().account(), error.kind());
        let stop = Stop::of_account(error, Some(self.provider), name);
        match self.grant {
            Some(Granted { kind: GrantKind::Adopted, .. }) if kind == ErrorKind::AskUser => {
                stop.next(adopt_or_connect(self.provider, name))
            }
            _ => stop,
        }
    }
}

impl Running {
    pub(crate) fn new(places: Places) -> Result<Self, Stop> {
        if let Some(address) = &places.store {
            address.expect_fit()?;
        }
        Ok(Self { places, manager: OnceLock::new() })
    }

    pub(crate) fn places(&self) -> &Places {
        &self.places
    }

    pub(crate) async fn vault(&self) -> Result<Vault, Stop> {
        store::open(&self.places).await
    }

    /// Makes the command's one manager, which is shut down before the process ends.
    pub(crate) fn manage(&self, builder: ManagerBuilder) -> Manager {
        self.manager.get_or_init(|| builder.build()).clone()
    }

    /// Opens an account that was connected, with what is remembered of its app.
    pub(crate) async fn open(&self, name: &str) -> Result<Opened, Stop> {
        let vault = self.vault().await?;
        let rows = Rows::of(&vault, name).await?;
        let note = note::load(&vault, name).await.map_err(|error| Stop::of_account(error, None, name))?;
        let Some(provider) = rows.provider(&note) else { return Err(unknown(name)) };
        let key = account_key(provider, name)?;
        let in_account = |error: Error| Stop::of_account(error, Some(provider), name);
        let Some(kept) = vault.load(&key).await.map_err(in_account)? else { return Err(unfinished(provider, name)) };
        if kept.row.status == Status::Disconnected {
            export::expect_kept(&vault, provider, name, kept.row.version).await?;
        }
        let app = match &kept.record {
            Some(record) => note.app_of(record.identity()),
            None => note.current(),
        };
        let Some(app) = app else {
            return Err(without_app(provider, name, &kept.row.status));
        };
        let client = app.client(&app::transport()?)?;
        if let Some(record) = &kept.record
            && !note.current().is_some_and(|app| app.is(record.identity()))
        {
            // Whoever connected it ended before that was noted.
            note::change(&vault, name, |note| note.finish(record.identity(), None)).await.map_err(in_account)?;
        }
        let manager = self.manage(client.register(Manager::builder(vault)));
        let grant = kept.record.as_ref().map(|record| Granted {
            kind: record.grant(),
            renewal: record.renewal(),
            ends: record.expires_at(),
        });
        Ok(Opened { account: manager.account(&key), provider, client: client.any(), grant })
    }

    /// Waits until what the manager began is saved. A second Ctrl-C does not wait.
    pub(crate) async fn shut_down(&self) {
        let Some(manager) = self.manager.get() else { return };
        let ended = tokio::select! {
            biased;
            ended = manager.shutdown() => ended,
            () = crate::ending::asked_for() => false,
        };
        if !ended {
            say::words(
                "mailgrant: a renewal was still under way; that is remembered, and the next command deals with it",
            );
        }
    }
}

/// The key of an account of this machine's user.
pub(crate) fn account_key(provider: ProviderName, name: &str) -> Result<AccountKey, Error> {
    AccountKey::new("default", provider.name(), name)
}

pub(crate) fn unknown(name: &str) -> Stop {
    Stop::new(Exit::Usage, format!("there is no account `{name}`"))
        .next(format!("`mailgrant accounts` lists those there are, `{}` connects it", connect_command(None, name)))
}

/// What to do about an adopted token that is of no use any more.
pub(crate) fn adopt_or_connect(provider: ProviderName, name: &str) -> String {
    format!("run `{}` with another token, or `{}`", adopt_command(name), connect_command(Some(provider), name))
}

fn unfinished(provider: ProviderName, name: &str) -> Stop {
    Stop::new(
        Exit::AskUser,
        format!("the account `{name}` is not connected yet: its login was begun and never finished"),
    )
    .next(format!("run `{}`", connect_command(Some(provider), name)))
}

fn without_app(provider: ProviderName, name: &str, status: &Status) -> Stop {
    let (exit, sentence) = match status {
        Status::Disconnected => (Exit::AskUser, "was disconnected"),
        _ => (Exit::Configuration, "has no app remembered with it"),
    };
    Stop::new(exit, format!("the account `{name}` {sentence}"))
        .next(format!("run `{}`", connect_command(Some(provider), name)))
}
