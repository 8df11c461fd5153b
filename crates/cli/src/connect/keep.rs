//! Keeping a session that no browser had to come back for.

use mailgrant_core::{Authorized, Error, OfferedBy, Session};
use mailgrant_getresponse::GetResponse;
use mailgrant_manager::Manager;
use mailgrant_storage::Vault;

use super::remember_begun;
use crate::{
    app::App,
    exit::Stop,
    note,
    running::{self, Running},
};

/// Keeps it in place of what the account has, with its app. If this process ends in between, the app is found among
/// those that were begun.
pub(crate) async fn session<G: OfferedBy<GetResponse>>(
    running: &Running,
    vault: &Vault,
    name: &str,
    app: &App,
    session: Session<GetResponse, G, Authorized>,
) -> Result<(), Stop> {
    let in_account = |error: Error| Stop::of_account(error, name);
    let client = session.client().clone();
    let manager = running.manage(Manager::builder(vault.clone()).client(client.clone()));
    let id = remember_begun(vault, name, app).await?;
    if let Err(not_kept) = manager.keep(&running::account_key(name)?, session).await {
        if not_kept.session.is_some() {
            note::change(vault, name, |note| note.fail(id)).await.map_err(in_account)?;
        }
        return Err(in_account(not_kept.error));
    }
    note::change(vault, name, |note| note.finish(client.identity(), Some(id))).await.map_err(in_account)
}
