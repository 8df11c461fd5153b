//! `mailgrant accounts`: which accounts there are, how they stand.

mod table;

use std::collections::BTreeMap;

use mailgrant_core::{Error, Expiry, TokenRecord};
use mailgrant_manager::{AccountStatus, Manager};
use mailgrant_storage::{Filter, Status, StatusKind, Vault};
use serde::Serialize;

use crate::{
    app::App,
    args::AccountsArgs,
    environment::{self, Generation},
    exit::{Exit, Stop},
    note::{self, Note},
    provider::ProviderName,
    running::Running,
    say,
};

/// An account, as it is listed.
#[derive(Debug, Serialize)]
struct Line {
    name: String,
    provider: String,
    /// `retail`, `max` or `production`; `custom` for endpoints of one's own.
    environment: &'static str,
    /// Of VerticalResponse: 1 or 2.
    generation: Option<u8>,
    /// `authorization_code`, `client_credentials`, `implicit` or `adopted`; `None` where nothing is granted any more.
    grant: Option<&'static str>,
    /// `active`, `needs-reauthorization`, `unsettled`, `disconnected` or `pending`.
    state: &'static str,
    /// Seconds of life that the access token has left; `None` where no end is known, or there is none.
    expires_in: Option<u64>,
    /// Whether the access token is known to have no end.
    never_expires: bool,
    /// Whether it is disconnected here, and its grant still to be given back at the provider.
    provider_untold: bool,
    client_id: Option<String>,
    /// Whether a login was begun that has not come back.
    login_begun: bool,
}

pub(crate) async fn run(running: &Running, args: &AccountsArgs) -> Result<(), Stop> {
    let vault = running.vault().await?;
    let manager = running.manage(Manager::builder(vault.clone()));
    let lines = lines(&manager, &vault).await?;
    if args.json {
        let json = serde_json::to_string_pretty(&lines)
            .map_err(|error| Stop::new(Exit::Bug, format!("the list cannot be written: {error}")))?;
        return say::line(&json);
    }
    if lines.is_empty() {
        say::words(
            "There are no accounts yet: `mailgrant connect getresponse` or `mailgrant connect verticalresponse` connects one.",
        );
        return Ok(());
    }
    say::line(&table::of(&lines))
}

async fn lines(manager: &Manager, vault: &Vault) -> Result<Vec<Line>, Error> {
    let mut notes = BTreeMap::new();
    for (name, note) in note::all(vault).await? {
        match note {
            Ok(note) => drop(notes.insert(name, note)),
            Err(error) => say::words(&format!("`{name}`: {error}")),
        }
    }
    let mut lines: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    for status in [None, Some(StatusKind::Disconnected)] {
        for account in all(manager, status).await? {
            let name = account.key.account().to_owned();
            let provider = ProviderName::named(account.key.provider());
            let note = notes.get(&name).filter(|note| note.latest().map(App::provider) == provider);
            // The grant knows its app best; one that does not open is still an account.
            let record = vault.load(&account.key).await.ok().flatten().and_then(|kept| kept.record);
            lines.entry(name).or_default().push(Line::of_account(&account, record.as_ref(), note));
        }
    }
    for (name, note) in notes {
        let own = lines.entry(name.clone()).or_default();
        if let Some(line) =
            Line::of_note(&name, &note).filter(|line| own.iter().all(|own| own.provider != line.provider))
        {
            own.push(line);
        }
    }
    for own in lines.values_mut() {
        // Whoever went by the name before is of no interest while somebody does.
        let taken = own.iter().any(|line| line.is_live());
        own.retain(|line| line.is_live() || !taken);
    }
    Ok(lines.into_values().flatten().collect())
}

async fn all(manager: &Manager, status: Option<StatusKind>) -> Result<Vec<AccountStatus>, Error> {
    const PAGE: usize = 200;
    let filter = Filter { tenant: Some("default".to_owned()), provider: None, status };
    let mut accounts: Vec<AccountStatus> = Vec::new();
    loop {
        let page = manager.list(&filter, accounts.last().map(|account| &account.key), PAGE).await?;
        let whole = page.len() == PAGE;
        accounts.extend(page);
        if !whole {
            return Ok(accounts);
        }
    }
}

impl Line {
    fn of_account(account: &AccountStatus, record: Option<&TokenRecord>, note: Option<&Note>) -> Self {
        let state = match account.status {
            Status::Disconnected => "disconnected",
            Status::Refused { .. } => "needs-reauthorization",
            _ if account.unsettled => "unsettled",
            _ => "active",
        };
        let provider = ProviderName::named(account.key.provider());
        let (environment, generation) = environment::kind_of(provider, &account.environment);
        Self {
            name: account.key.account().to_owned(),
            provider: account.key.provider().to_owned(),
            environment,
            generation: generation.map(Generation::number),
            grant: record.map(|record| record.grant().name()),
            expires_in: account.expires_in.filter(|_| state != "disconnected").map(|left| left.as_secs()),
            never_expires: state != "disconnected" && record.is_some_and(|record| record.expires_at() == Expiry::Never),
            provider_untold: state == "disconnected" && record.is_some(),
            state,
            client_id: record.map(|record| record.identity().client_id.clone()),
            login_begun: note.is_some_and(|note| note.waiting().next().is_some()),
        }
    }

    /// An account that exists as a begun login alone.
    fn of_note(name: &str, note: &Note) -> Option<Self> {
        let app = note.latest()?;
        Some(Self {
            name: name.to_owned(),
            provider: app.provider().name().to_owned(),
            environment: app.environment.kind(),
            generation: app.environment.generation().map(Generation::number),
            grant: Some(app.grant.kind().name()),
            state: "pending",
            expires_in: None,
            never_expires: false,
            provider_untold: false,
            client_id: Some(app.client_id.clone()),
            login_begun: note.waiting().next().is_some(),
        })
    }

    /// Whether it holds its name.
    fn is_live(&self) -> bool {
        self.state != "disconnected" || self.provider_untold
    }
}
