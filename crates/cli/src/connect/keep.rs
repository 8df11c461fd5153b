//! Keeping a session that no browser had to come back for.

use mailgrant_core::{Authorized, Error, ErrorKind, OfferedBy, Provider, Session};
use mailgrant_manager::Manager;
use mailgrant_storage::Vault;

use super::remember_begun;
use crate::{
    app::App,
    note,
    running::{self, Running},
};

/// Keeps it in place of what the account has, with its app. If this process ends in between, the app is found among
/// those that were begun.
pub(crate) async fn session<P: Provider, G: OfferedBy<P>>(
    running: &Running,
    vault: &Vault,
    name: &str,
    app: &App,
    session: Session<P, G, Authorized>,
) -> Result<(), Error> {
    let client = session.client().clone();
    let manager = running.manage(Manager::builder(vault.clone()).client(client.clone()));
    let id = remember_begun(vault, name, app).await?;
    if let Err(not_kept) = manager.keep(&running::account_key(app.provider(), name)?, session).await {
        // Unless it is being stored all the same, this login is over.
        if not_kept.session.is_some() || not_kept.error.kind() == ErrorKind::AskUser {
            note::change(vault, name, |note| note.fail(id)).await?;
        }
        return Err(not_kept.error);
    }
    note::change(vault, name, |note| note.finish(client.identity(), Some(id))).await
}
