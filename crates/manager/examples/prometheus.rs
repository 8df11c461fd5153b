//! Renewals as Prometheus sees them: `cargo run -p mailgrant-manager --features metrics --example prometheus`.
//!
//! A service installs its recorder once and answers its `/metrics` with what the handle renders.

#![expect(clippy::print_stdout, reason = "it is what the example is for")]

use std::sync::Arc;

use mailgrant_core::{Client, ClientCredentials, Credentials, Endpoints, Error, ReqwestTransport};
use mailgrant_emulator::{App, Emulator};
use mailgrant_getresponse::GetResponse;
use mailgrant_manager::Manager;
use mailgrant_storage::{AccountKey, KeyRing, Vault, memory::MemoryStore};
use metrics_exporter_prometheus::PrometheusBuilder;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let prometheus = PrometheusBuilder::new().install_recorder()?;
    let emulator = Emulator::builder().app(App::new("id", "secret")).start().await?;
    let manager = connected(&emulator).await?;
    manager.start_upkeep();
    let account = manager.account(&AccountKey::new("tenant", "getresponse", "main")?);
    account.refresh().await?;
    println!("{}", prometheus.render());
    manager.shutdown().await;
    Ok(())
}

async fn connected(emulator: &Emulator) -> Result<Manager, Error> {
    let endpoints = Endpoints::parse(&emulator.authorize_url(), &emulator.token_url(), &emulator.api_url())?;
    let transport = Arc::new(ReqwestTransport::builder().build()?);
    let client = Client::builder(GetResponse::at(endpoints), Credentials::new("id", "secret"), transport).build()?;
    let vault = Vault::new(MemoryStore::default(), KeyRing::ephemeral());
    let manager = Manager::builder(vault).client(client.clone()).build();
    let session = client.begin(ClientCredentials).obtain().await?;
    manager.keep(&AccountKey::new("tenant", "getresponse", "main")?, session).await?;
    Ok(manager)
}
