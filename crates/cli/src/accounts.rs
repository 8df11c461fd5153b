//! `mailgrant accounts`: which accounts there are, how they stand.

mod table;

use std::collections::BTreeMap;

use mailgrant_core::{Error, TokenRecord};
use mailgrant_manager::{AccountStatus, Manager};
use mailgrant_storage::{Filter, Status, StatusKind, Vault};
use serde::Serialize;

use crate::{
    app::PROVIDER,
    args::AccountsArgs,
    environment,
    exit::{Exit, Stop},
    note::{self, Note},
    running::Running,
    say,
};

/// An account, as it is listed.
#[derive(Debug, Serialize)]
struct Line {
    name: String,
    provider: &'static str,
    /// `retail`, `max`, or `custom` for endpoints of one's own.
    environment: &'static str,
    /// `authorization_code`, `client_credentials`, `implicit` or `adopted`; `None` where nothing is granted any more.
    grant: Option<&'static str>,
    /// `active`, `needs-reauthorization`, `unsettled`, `disconnected` or `pending`.
    state: &'static str,
    /// Seconds of life that the access token has left; `None` where no end is known.
    expires_in: Option<u64>,
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
        say::words("There are no accounts yet: `mailgrant connect getresponse` connects one.");
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
    let mut lines = BTreeMap::new();
    for status in [None, Some(StatusKind::Disconnected)] {
        for account in all(manager, status).await? {
            let name = account.key.account().to_owned();
            let note = notes.remove(&name);
            // The grant knows its app best; one that does not open is still an account.
            let record = vault.load(&account.key).await.ok().flatten().and_then(|kept| kept.record);
            lines.insert(name, Line::of_account(&account, record.as_ref(), note.as_ref()));
        }
    }
    for (name, note) in notes {
        if let Some(line) = Line::of_note(&name, &note) {
            lines.insert(name, line);
        }
    }
    Ok(lines.into_values().collect())
}

async fn all(manager: &Manager, status: Option<StatusKind>) -> Result<Vec<AccountStatus>, Error> {
    const PAGE: usize = 200;
    let filter = Filter { tenant: Some("default".to_owned()), provider: Some(PROVIDER.to_owned()), status };
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
        Self {
            name: account.key.account().to_owned(),
            provider: PROVIDER,
            environment: environment::kind_of(&account.environment),
            grant: record.map(|record| record.grant().name()),
            expires_in: account.expires_in.filter(|_| state != "disconnected").map(|left| left.as_secs()),
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
            provider: PROVIDER,
            environment: app.environment.kind(),
            grant: Some(app.grant.kind().name()),
            state: "pending",
            expires_in: None,
            client_id: Some(app.client_id.clone()),
            login_begun: note.waiting().next().is_some(),
        })
    }
}
