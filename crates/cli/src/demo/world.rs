//! The stage: the emulator, a store, a manager, the demo's own service.

use std::{error::Error as StdError, sync::Arc, time::Duration};

use mailgrant_core::{Binding, Host};
use mailgrant_emulator::{Consent, Counters, Emulator, Seen, Settings};
use mailgrant_manager::Manager;
use mailgrant_storage::{KeyRing, Vault, sqlite::SqliteStore};
use tempfile::TempDir;

use super::{
    accounts::Accounts, browser::Browser, callback_server::CallbackServer, faults::Armed, files::Files, host::DemoHost,
    step::Step,
};

/// Who says yes on the providers' pages, unless a step says otherwise.
pub(super) const CUSTOMER: &str = "customer@example.com";

pub(super) struct World {
    pub(super) headless: bool,
    pub(super) host: Arc<DemoHost>,
    pub(super) emulator: Emulator,
    pub(super) callbacks: CallbackServer,
    pub(super) browser: Browser,
    pub(super) accounts: Accounts,
    pub(super) vault: Vault,
    pub(super) manager: Manager,
    /// The person at this terminal is who may finish a login.
    pub(super) binding: Binding,
    faults: Vec<Armed>,
    store: TempDir,
    // Held for as long as its file may be wanted.
    _sealing_key: TempDir,
}

impl World {
    pub(super) async fn open(headless: bool, faults: &[Armed]) -> Result<Self, Box<dyn StdError>> {
        let host = Arc::new(DemoHost::new());
        let callbacks = CallbackServer::start(host.clone()).await?;
        let mut settings = Settings::default();
        settings.consent = if headless { Consent::Auto } else { Consent::Ask };
        settings.account = Some(CUSTOMER.to_owned());
        let emulator = Emulator::builder().settings(settings).start().await?;
        faults.iter().filter(|fault| fault.step().is_none()).for_each(|fault| fault.arm(&emulator));

        let shared: Arc<dyn Host> = host.clone();
        let accounts = Accounts::open(&emulator, &callbacks.address(), &shared)?;
        let (store, sealing_key) = (tempfile::tempdir()?, tempfile::tempdir()?);
        let key_file = sealing_key.path().join("sealing-key");
        KeyRing::create_file(&key_file, Some(store.path()))?;
        let ring = KeyRing::from_file(&key_file, Some(store.path()))?;
        let vault = Vault::new(SqliteStore::open(store.path().join("mailgrant.db")).await?, ring);
        let manager = accounts.served_by(Manager::builder(vault.clone())).host(shared).build();
        Ok(Self {
            headless,
            host,
            emulator,
            callbacks,
            browser: Browser::new()?,
            accounts,
            vault,
            manager,
            binding: Binding::terminal(),
            faults: faults.to_vec(),
            store,
            _sealing_key: sealing_key,
        })
    }

    /// The faults of this step may strike from now on.
    pub(super) fn enter(&self, step: Step) {
        self.faults.iter().filter(|fault| fault.step() == Some(step)).for_each(|fault| fault.arm(&self.emulator));
    }

    /// Time passes for the provider, for the client, for the manager; not for the store, which has a clock of its own.
    pub(super) fn advance(&self, by: Duration) {
        self.emulator.advance(by);
        self.host.advance(by);
    }

    /// What the emulator has counted so far.
    pub(super) fn counters(&self) -> Counters {
        self.emulator.counters()
    }

    /// How often a token endpoint was asked so far.
    pub(super) fn posts(&self) -> u64 {
        self.counters().token_requests
    }

    /// The last request to a token endpoint, as it arrived.
    pub(super) fn asked(&self) -> Result<Seen, &'static str> {
        self.emulator.last_token_request().ok_or("nothing arrived")
    }

    pub(super) fn files(&self) -> Result<Files, std::io::Error> {
        Files::read(self.store.path())
    }

    pub(super) async fn close(self) {
        self.manager.shutdown().await;
        self.emulator.shutdown().await;
    }
}
