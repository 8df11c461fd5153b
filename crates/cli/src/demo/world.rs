//! The stage: the emulator, a store, a manager, the demo's own service.

use std::{error::Error as StdError, sync::Arc, time::Duration};

use mailgrant_core::{
    Bearer, Binding, Client, Credentials, Endpoints, Error, Host, Provider, ReqwestTransport,
    bytes::Bytes,
    http::{Method, Response},
};
use mailgrant_emulator::{App, Consent, Emulator, Settings};
use mailgrant_getresponse::GetResponse;
use mailgrant_manager::{Account, Manager};
use mailgrant_storage::{AccountKey, KeyRing, Row, Vault, sqlite::SqliteStore};
use secrecy::SecretString;
use tempfile::TempDir;

use super::{browser::Browser, callback_server::CallbackServer, faults::Armed, files::Files, host::DemoHost};

pub(super) const CLIENT_ID: &str = "mailgrant-demo";

pub(super) struct World {
    pub(super) headless: bool,
    pub(super) host: Arc<DemoHost>,
    pub(super) emulator: Emulator,
    pub(super) callbacks: CallbackServer,
    pub(super) browser: Browser,
    pub(super) client: Client<GetResponse>,
    pub(super) client_secret: SecretString,
    pub(super) vault: Vault,
    pub(super) manager: Manager,
    pub(super) key: AccountKey,
    /// The person at this terminal is who may finish a login.
    pub(super) binding: Binding,
    store: TempDir,
    // Held for as long as its file may be wanted.
    _sealing_key: TempDir,
}

impl World {
    pub(super) async fn open(headless: bool, faults: &[Armed]) -> Result<Self, Box<dyn StdError>> {
        let host = Arc::new(DemoHost::new());
        let callbacks = CallbackServer::start(host.clone()).await?;
        let client_secret = draw_secret(&*host);
        let mut settings = Settings::default();
        settings.consent = if headless { Consent::Auto } else { Consent::Ask };
        settings.account = Some("customer@example.com".to_owned());
        let app =
            App::new(CLIENT_ID, client_secret.clone()).redirect_uri(callbacks.address()).name("The mailgrant demo");
        let emulator = Emulator::builder().settings(settings).app(app).start().await?;
        faults.iter().for_each(|fault| fault.arm(&emulator));

        let endpoints = Endpoints::parse(&emulator.authorize_url(), &emulator.token_url(), &emulator.api_url())?;
        let transport = Arc::new(ReqwestTransport::builder().build()?);
        let credentials = Credentials::new(CLIENT_ID, client_secret.as_str());
        let client = Client::builder(GetResponse::at(endpoints), credentials, transport).host(host.clone()).build()?;

        let (store, sealing_key) = (tempfile::tempdir()?, tempfile::tempdir()?);
        let key_file = sealing_key.path().join("sealing-key");
        KeyRing::create_file(&key_file, Some(store.path()))?;
        let ring = KeyRing::from_file(&key_file, Some(store.path()))?;
        let vault = Vault::new(SqliteStore::open(store.path().join("mailgrant.db")).await?, ring);
        let manager = Manager::builder(vault.clone()).client(client.clone()).host(host.clone()).build();
        Ok(Self {
            headless,
            host,
            emulator,
            callbacks,
            browser: Browser::new()?,
            client,
            client_secret: client_secret.into(),
            vault,
            manager,
            key: AccountKey::new("tenant-of-the-demo", GetResponse::NAME, "main")?,
            binding: Binding::terminal(),
            store,
            _sealing_key: sealing_key,
        })
    }

    /// Time passes for the provider, for the client, for the manager; not for the store, which has a clock of its own.
    pub(super) fn advance(&self, by: Duration) {
        self.emulator.advance(by);
        self.host.advance(by);
    }

    pub(super) fn account(&self) -> Account {
        self.manager.account(&self.key)
    }

    /// `GET /accounts`.
    pub(super) async fn call(&self, bearer: &Bearer) -> Result<Response<Bytes>, Error> {
        self.client.send(bearer.request(Method::GET, "/accounts")?).await
    }

    /// How often the token endpoint was asked so far.
    pub(super) fn posts(&self) -> u64 {
        self.emulator.counters().token_requests
    }

    pub(super) async fn row(&self) -> Result<Row, String> {
        match self.vault.store().load(&self.key).await {
            Ok(Some(row)) => Ok(row),
            Ok(None) => Err("there is no row".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    pub(super) fn files(&self) -> Result<Files, std::io::Error> {
        Files::read(self.store.path())
    }

    pub(super) async fn close(self) {
        self.manager.shutdown().await;
        self.emulator.shutdown().await;
    }
}

/// 160 bits in hexadecimal, which is what GetResponse's own look like.
fn draw_secret(host: &dyn Host) -> String {
    let mut bytes = [0; 20];
    host.random(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
