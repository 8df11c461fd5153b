//! A manager's whole day over a store, each word of it heard.

use std::{sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use mailgrant_acceptance::REDIRECT_URI;
use mailgrant_core::{
    AuthorizationCode, Binding, Callback, Client, ClientCredentials, Error, Provider, SecretBytes, http::Method,
    secrecy::SecretBox,
};
use mailgrant_manager::Manager;
use mailgrant_storage::{AccountKey, Filter, KeyRing, Store, Vault, memory::MemoryStore, sqlite::SqliteStore};
use mailgrant_verticalresponse::VerticalResponseDelegated;

use crate::{
    canary::{self, Kind},
    ear::Ear,
    flows,
    shop::{self, Shop},
};

/// A sealing key whose bytes are marked.
pub(crate) fn sealing_key() -> SecretBytes {
    SecretBox::new(Box::new(canary::secret(Kind::SealingKey).into_bytes()))
}

pub(crate) fn ring() -> KeyRing {
    KeyRing::new("marked", &sealing_key()).unwrap()
}

pub(crate) fn key(account: &str) -> AccountKey {
    AccountKey::new("tenant", VerticalResponseDelegated::NAME, account).unwrap()
}

pub(crate) struct Managed {
    pub(crate) ear: Ear,
    pub(crate) shop: Shop,
    pub(crate) client: Client<VerticalResponseDelegated>,
    pub(crate) vault: Vault,
    pub(crate) manager: Manager,
}

impl Managed {
    pub(crate) fn over(store: impl Store, shop: Shop) -> Self {
        Self::of(Vault::new(store, ring()), shop)
    }

    fn of(vault: Vault, shop: Shop) -> Self {
        let client = shop.client(shop.delegated().with_pkce());
        let builder = Manager::builder(vault.clone()).client(client.clone()).host(Arc::new(shop.host.clone()));
        let ear = Ear::new();
        ear.show(&vault);
        ear.show(&builder);
        let manager = builder.build();
        ear.show(&manager);
        Self { ear, shop, client, vault, manager }
    }

    /// Begins a login, comes back with a code.
    pub(crate) async fn connect(&self, account: &str) -> Result<(), Error> {
        let binding = Binding::browser("cookie").unwrap();
        let grant = AuthorizationCode::returning_to(REDIRECT_URI).unwrap();
        let url = self.manager.begin(&key(account), &self.client, grant, &binding).await?;
        self.ear.show(&url);
        shop::assert_for_a_browser(url.as_str());
        let callback = Callback::parse(&shop::with_code(url.as_str())).unwrap();
        let account = self.manager.complete(callback.clone(), &binding).await?;
        self.ear.show(&account);
        self.ear.hear(&self.manager.complete(callback, &binding).await.unwrap_err());
        Ok(())
    }

    /// Token, call, rejection, refresh, all that can be asked, an end.
    pub(crate) async fn use_up(&self, account: &str) -> Result<(), Error> {
        let (ear, account) = (&self.ear, self.manager.account(&key(account)));
        let bearer = account.token().await?;
        ear.show(&bearer);
        ear.show(&account.try_token());
        let answer = self.client.send(bearer.request(Method::GET, "/contacts").unwrap()).await?;
        assert_eq!(answer.status(), 200);
        ear.show(&account.reject(&bearer).await?);
        self.shop.host.manual.advance(Duration::from_secs(7200));
        ear.show(&account.token().await?);
        ear.show(&account.refresh().await);
        ear.show(&self.manager.status(account.key()).await?);
        ear.show(&self.manager.list(&Filter::default(), None, 10).await?);
        ear.show(&self.vault.load(account.key()).await?);
        ear.show(&self.vault.store().load(account.key()).await?);
        ear.say(self.shop.server.sent_openly(None));
        ear.show(&self.manager.disconnect(account.key()).await?);
        ear.show(&account.token().await);
        ear.show(&self.manager.forget(account.key()).await);
        ear.show(&self.manager.events(0, 100).await?);
        Ok(())
    }
}

async fn a_day(managed: &Managed) {
    managed.connect("main").await.unwrap();
    managed.use_up("main").await.unwrap();
    // Consent of the account's own: without a browser.
    let shop = &managed.shop;
    let own = shop.client(shop.getresponse());
    let builder = Manager::builder(managed.vault.clone()).client(own.clone()).host(Arc::new(shop.host.clone()));
    let manager = builder.build();
    let at = AccountKey::new("tenant", "getresponse", "own").unwrap();
    let session = own.begin(ClientCredentials).obtain().await.unwrap();
    managed.ear.show(&manager.keep(&at, session).await.unwrap());
    managed.ear.show(&manager.account(&at).token().await.unwrap());
    let again = own.begin(ClientCredentials).obtain().await.unwrap();
    managed.ear.show(&manager.keep(&at, again).await);
    let grant = AuthorizationCode::returning_to(REDIRECT_URI).unwrap();
    let session = flows::connected(&managed.ear, managed.client.begin(grant)).await;
    managed.ear.show(&managed.manager.keep(&key("kept"), session).await);
    managed.ear.show(&manager.shutdown().await);
    managed.ear.show(&managed.manager.shutdown().await);
}

#[tokio::test]
async fn f22_a_day_over_memory() {
    let shop = Shop::open();
    let managed = Managed::over(MemoryStore::new(Arc::new(shop.host.clone())), shop);
    a_day(&managed).await;
    managed.ear.assert_nothing_leaked();
}

#[tokio::test]
async fn f22_a_day_over_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grants.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let managed = Managed::over(store, Shop::open());
    managed.ear.show(&SqliteStore::open(&path).await.unwrap());
    managed.connect("stays").await.unwrap();
    a_day(&managed).await;

    // A row that somebody has changed.
    let mut row = managed.vault.store().load(&key("stays")).await.unwrap().unwrap();
    row.sealed.as_mut().unwrap().bytes[20] ^= 1;
    managed.ear.show(&row);
    managed.ear.hear(&managed.vault.open(&key("stays"), row).await.unwrap_err());
    // The same file behind other keys: one of another name, one of the same.
    for id in ["another", "marked"] {
        let mut bytes = vec![0; 32];
        canary::drawn(&mut bytes);
        let other = KeyRing::new(id, &SecretBox::new(Box::new(bytes))).unwrap();
        managed.ear.show(&other);
        let store = SqliteStore::open(&path).await.unwrap();
        let shop = Shop::open();
        let mistaken = Managed::of(Vault::new(store, other), shop);
        managed.ear.hear(&mistaken.vault.load(&key("stays")).await.unwrap_err());
        managed.ear.hear(&mistaken.manager.account(&key("stays")).token().await.unwrap_err());
        managed.ear.show(&mistaken.manager.disconnect(&key("stays")).await);
    }
    managed.ear.assert_nothing_leaked();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap().path();
        canary::assert_none(&file.display().to_string(), &String::from_utf8_lossy(&std::fs::read(&file).unwrap()));
    }
}

#[test]
fn a_key_file_that_is_none_is_not_repeated() {
    let ear = Ear::new();
    let whole = canary::secret(Kind::SealingKey);
    let (encoded, short) = (STANDARD.encode(&whole), STANDARD.encode(&whole[..31]));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    for text in [
        whole.clone(),
        format!("id {whole}"),
        format!("id {short}"),
        format!("i/d {encoded}"),
        format!("{encoded} id"),
        format!("a {encoded}\na {encoded}"),
        format!("a {encoded}\nb {encoded}!"),
    ] {
        ear.hear(&KeyRing::parse(&text).unwrap_err());
        std::fs::write(&path, &text).unwrap();
        ear.hear(&KeyRing::from_file(&path, None).unwrap_err());
        ear.hear(&KeyRing::from_file(&path, Some(folder.path())).unwrap_err());
    }
    ear.show(&KeyRing::parse(&format!("a {encoded}")).unwrap());
    ear.assert_nothing_leaked();
}
