//! What the `metrics` facade is told, and that no label names an account.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::sync::Arc;

use mailgrant_core::{Client, ClientCredentials, Credentials, Endpoints, ReqwestTransport};
use mailgrant_emulator::{App, Emulator, Fault, Target, Times};
use mailgrant_getresponse::GetResponse;
use mailgrant_manager::Manager;
use mailgrant_storage::{AccountKey, KeyRing, Vault, memory::MemoryStore};
use metrics_exporter_prometheus::PrometheusBuilder;

#[test]
fn renewals_are_counted_by_provider_environment_and_outcome() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let prometheus = recorder.handle();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let environment = metrics::with_local_recorder(&recorder, || runtime.block_on(renew_and_fail()));
    let page = prometheus.render();
    let environment = format!(r#"provider="getresponse",environment="{environment}""#);
    for line in [
        format!(r#"mailgrant_renewals_total{{{environment},outcome="renewed"}} 1"#),
        format!(r#"mailgrant_renewals_total{{{environment},outcome="untouched"}} 1"#),
        format!("mailgrant_renewal_seconds_count{{{environment}}} 2"),
        format!("mailgrant_renewal_lag_seconds_count{{{environment}}} 2"),
        r#"mailgrant_store_seconds_count{verb="claim"} 2"#.to_owned(),
        r#"mailgrant_store_seconds_count{verb="settle"} 2"#.to_owned(),
        format!("mailgrant_gate_closed{{{environment}}} 1"),
    ] {
        assert!(page.contains(&line), "{line} is not in\n{page}");
    }
    assert!(!page.contains("a-tenant") && !page.contains("an-account"), "{page}");
}

/// One renewal, and one that is put off; the environment that it was in.
async fn renew_and_fail() -> String {
    let emulator = Emulator::builder().app(App::new("id", "secret")).start().await.unwrap();
    let endpoints = Endpoints::parse(&emulator.authorize_url(), &emulator.token_url(), &emulator.api_url()).unwrap();
    let transport = Arc::new(ReqwestTransport::builder().build().unwrap());
    let app = Credentials::new("id", "secret");
    let client = Client::builder(GetResponse::at(endpoints), app, transport).build().unwrap();
    let vault = Vault::new(MemoryStore::default(), KeyRing::ephemeral());
    let manager = Manager::builder(vault).client(client.clone()).build();
    let session = client.begin(ClientCredentials).obtain().await.unwrap();
    let key = AccountKey::new("a-tenant", "getresponse", "an-account").unwrap();
    let account = manager.keep(&key, session).await.unwrap();
    account.refresh().await.unwrap();
    emulator.fault(Fault::RateLimit, Target::Token, Times::Next(1));
    account.refresh().await.unwrap_err();
    client.identity().environment.clone()
}
