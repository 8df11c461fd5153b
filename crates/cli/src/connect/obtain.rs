//! Obtaining: a token in the app's own name, without a browser.

use mailgrant_core::{ClientCredentials, Error};
use mailgrant_storage::Vault;

use super::{keep, listen};
use crate::{
    app::{self, App},
    exit::Stop,
    running::Running,
};

/// Nothing is remembered, in place of what is there, until the provider has said yes.
pub(super) async fn run(running: &Running, vault: &Vault, name: &str, app: &App) -> Result<(), Stop> {
    let in_account = |error: Error| Stop::of_account(error, Some(app.provider()), name);
    let client = app.client(&app::transport()?)?.getresponse()?;
    let obtained = client.begin(ClientCredentials).obtain().await;
    let session = obtained.map_err(|setback| in_account(setback.into()))?;
    keep::session(running, vault, name, app, session).await.map_err(in_account)?;
    listen::say_connected(app.provider(), name);
    Ok(())
}
