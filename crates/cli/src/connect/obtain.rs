//! Obtaining: a token in the app's own name, without a browser.

use mailgrant_core::ClientCredentials;
use mailgrant_storage::Vault;

use super::{keep, listen};
use crate::{
    app::{self, App},
    exit::Stop,
    running::Running,
};

/// Nothing is remembered, in place of what is there, until the provider has said yes.
pub(super) async fn run(running: &Running, vault: &Vault, name: &str, app: &App) -> Result<(), Stop> {
    let client = app.client(&app::transport()?)?;
    let obtained = client.begin(ClientCredentials).obtain().await;
    let session = obtained.map_err(|setback| Stop::of_account(setback.into(), name))?;
    keep::session(running, vault, name, app, session).await?;
    listen::say_connected(name);
    Ok(())
}
