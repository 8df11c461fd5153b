//! A service in one process: an emulator, a client, a vault, a manager on clocks that are moved by hand.

use std::{path::Path, sync::Arc, time::Duration};

use mailgrant_acceptance::{REDIRECT_URI, consent, getresponse};
use mailgrant_core::{
    AuthorizationCode, Bearer, Binding, ByConsent, Callback, Client, Credentials, Error, OfferedBy, ReqwestTransport,
    SecretBytes, secrecy::ExposeSecret, testing::ManualHost,
};
use mailgrant_emulator::{App, Emulator, Settings};
use mailgrant_getresponse::GetResponse;
use mailgrant_manager::{Account, Manager, ManagerBuilder};
use mailgrant_storage::{AccountKey, KeyRing, Store, Vault, memory::MemoryStore, sqlite::SqliteStore};

pub(crate) const ID: &str = "client-id";
pub(crate) const SECRET: &str = "client-secret-7f3a";

pub(crate) struct Service {
    pub(crate) emulator: Emulator,
    pub(crate) host: ManualHost,
    pub(crate) client: Client<GetResponse>,
    pub(crate) vault: Vault,
    pub(crate) manager: Manager,
    pub(crate) key: AccountKey,
}

impl Service {
    /// Over a store in memory, on the service's own clocks.
    pub(crate) async fn new() -> Self {
        Self::with(|builder| builder).await
    }

    pub(crate) async fn with(change: impl FnOnce(ManagerBuilder) -> ManagerBuilder) -> Self {
        let host = ManualHost::default();
        Self::over(MemoryStore::new(Arc::new(host.clone())), KeyRing::ephemeral(), host, change).await
    }

    /// Over a file in this folder, which is sealed with `ring`.
    pub(crate) async fn on_file(folder: &Path, ring: KeyRing) -> Self {
        let store = SqliteStore::open(folder.join("grants.db")).await.unwrap();
        Self::over(store, ring, ManualHost::default(), |builder| builder).await
    }

    async fn over(
        store: impl Store,
        ring: KeyRing,
        host: ManualHost,
        change: impl FnOnce(ManagerBuilder) -> ManagerBuilder,
    ) -> Self {
        let emulator = emulator().await;
        let client = client(&emulator, &host);
        let vault = Vault::new(store, ring);
        let builder = Manager::builder(vault.clone()).client(client.clone()).host(Arc::new(host.clone()));
        let manager = change(builder).build();
        Self { emulator, host, client, vault, manager, key: key("main") }
    }

    pub(crate) async fn begin<G: OfferedBy<GetResponse> + ByConsent>(&self, grant: G, binding: &Binding) -> String {
        self.manager.begin(&self.key, &self.client, grant, binding).await.unwrap().into()
    }

    /// Begins a login and plays the customer: the address that the browser comes back to.
    pub(crate) async fn address(&self, binding: &Binding) -> String {
        consent(&self.begin(AuthorizationCode::registered(), binding).await).await.unwrap()
    }

    pub(crate) async fn complete(&self, address: &str, binding: &Binding) -> Result<Account, Error> {
        self.manager.complete(Callback::parse(address)?, binding).await
    }

    /// The account, connected.
    pub(crate) async fn connected(&self) -> Account {
        let binding = browser("cookie");
        self.complete(&self.address(&binding).await, &binding).await.unwrap()
    }

    /// Lets time pass, here as well as at the provider.
    pub(crate) fn advance(&self, by: Duration) {
        self.host.advance(by);
        self.emulator.advance(by);
    }

    pub(crate) fn token_requests(&self) -> u64 {
        self.emulator.counters().token_requests
    }
}

/// An emulator that knows the app, and one customer.
pub(crate) async fn emulator() -> Emulator {
    let mut settings = Settings::default();
    settings.account = Some("customer@example.com".to_owned());
    let emulator = mailgrant_acceptance::emulator(settings).await.unwrap();
    emulator.add_app(App::new(ID, SECRET).redirect_uri(REDIRECT_URI));
    emulator
}

/// The app's client at `emulator`.
pub(crate) fn client(emulator: &Emulator, host: &ManualHost) -> Client<GetResponse> {
    let transport = Arc::new(ReqwestTransport::builder().build().unwrap());
    Client::builder(getresponse(emulator).unwrap(), credentials(), transport)
        .host(Arc::new(host.clone()))
        .build()
        .unwrap()
}

pub(crate) fn credentials() -> Credentials {
    Credentials::new(ID, SECRET)
}

pub(crate) fn key(account: &str) -> AccountKey {
    AccountKey::new("tenant", "getresponse", account).unwrap()
}

pub(crate) fn browser(session: &str) -> Binding {
    Binding::browser(session).unwrap()
}

/// The value of a parameter, as it stands in an address.
pub(crate) fn parameter<'a>(address: &'a str, name: &str) -> &'a str {
    let (_, rest) = address.split_once(['?', '#']).unwrap();
    rest.split(['&', '#']).find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).unwrap()
}

/// The token in a bearer's header.
pub(crate) fn token_of<P: ?Sized>(bearer: &Bearer<P>) -> String {
    bearer.header().to_str().unwrap().strip_prefix("Bearer ").unwrap().to_owned()
}

#[expect(clippy::disallowed_methods, reason = "a test looks at what is to be sealed")]
pub(crate) fn opened(bytes: &SecretBytes) -> &[u8] {
    bytes.expose_secret()
}

pub(crate) fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Every byte of the files in a folder.
pub(crate) fn bytes_in(folder: &Path) -> Vec<u8> {
    std::fs::read_dir(folder).unwrap().flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
}
