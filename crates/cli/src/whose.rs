//! Whose a name is: one account's, at whichever provider.
//!
//! A row lies under its provider's name, so that two of them could go by one name. The note of a name is one, and says
//! the provider; where there is none, the rows do.

use mailgrant_core::Error;
use mailgrant_storage::{Row, Status, Vault};

use crate::{
    exit::{Exit, Stop, disconnect_command},
    note::Note,
    provider::ProviderName,
    running,
};

/// What is stored under a name, at each provider.
#[derive(Debug)]
pub(crate) struct Rows(Vec<(ProviderName, Row)>);

impl Rows {
    pub(crate) async fn of(vault: &Vault, name: &str) -> Result<Self, Error> {
        let mut rows = Vec::new();
        for provider in ProviderName::ALL {
            if let Some(row) = vault.store().load(&running::account_key(provider, name)?).await? {
                rows.push((provider, row));
            }
        }
        Ok(Self(rows))
    }

    pub(crate) fn providers(&self) -> impl Iterator<Item = ProviderName> {
        self.0.iter().map(|(provider, _)| *provider)
    }

    /// The provider of the account that goes by the name: as the note says, else as the rows do.
    pub(crate) fn provider(&self, note: &Note) -> Option<ProviderName> {
        let live = self.0.iter().find(|(_, row)| row.status != Status::Disconnected);
        let noted = note.latest().map(|app| app.provider());
        noted.or_else(|| live.or_else(|| self.0.first()).map(|(provider, _)| *provider))
    }

    /// Whether a grant that was given up here is still to be given back at the provider.
    pub(crate) fn owes(&self, provider: ProviderName) -> bool {
        self.0.iter().any(|(of, row)| *of == provider && owes(row))
    }

    /// Refuses a name that is another provider's account.
    pub(crate) fn expect(&self, note: &Note, provider: ProviderName, name: &str) -> Result<(), Stop> {
        let noted = note.latest().map(|app| app.provider()).filter(|of| *of != provider);
        let stored =
            self.0.iter().find(|(of, row)| *of != provider && (row.status != Status::Disconnected || owes(row)));
        let Some(other) = noted.or_else(|| stored.map(|(of, _)| *of)) else { return Ok(()) };
        Err(Stop::new(
            Exit::Usage,
            format!("`{name}` is an account of {}'s here, and a name is one account's", other.title()),
        )
        .next(format!("choose another name with --account, or run `{}` first", disconnect_command(name))))
    }
}

/// A tombstone keeps its secret for as long as the provider has not been told.
fn owes(row: &Row) -> bool {
    row.status == Status::Disconnected && row.sealed.is_some()
}
