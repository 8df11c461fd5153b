//! A service with many customers, on the embedded store.

use std::{path::Path, time::Duration};

use futures_util::future::join_all;
use mailgrant_acceptance::{client, consent, emulator};
use mailgrant_core::{AuthorizationCode, Binding, Callback, Client, Error, http::Method};
use mailgrant_emulator::{Emulator, Settings};
use mailgrant_getresponse::GetResponse;
use mailgrant_manager::Manager;
use mailgrant_storage::{AccountKey, Filter, KeyRing, Vault, sqlite::SqliteStore};

/// The 25 lines of the manager's documentation, on a SQLite file.
struct App {
    manager: Manager,
    getresponse: Client<GetResponse>,
}

impl App {
    async fn start(directory: &Path, keys: &Path, emulator: &Emulator) -> Result<Self, Error> {
        let key_file = keys.join("key");
        KeyRing::create_file(&key_file, Some(directory))?;
        let ring = KeyRing::from_file(&key_file, Some(directory))?;
        let store = SqliteStore::open(directory.join("grants.db")).await?;
        let getresponse = client(emulator)?;
        let manager = Manager::builder(Vault::new(store, ring)).client(getresponse.clone()).build();
        Ok(Self { manager, getresponse })
    }

    async fn connect(&self, tenant: &str, session_id: &str) -> Result<String, Error> {
        let key = AccountKey::new(tenant, "getresponse", "main")?;
        let (grant, binding) = (AuthorizationCode::registered(), Binding::browser(session_id)?);
        Ok(self.manager.begin(&key, &self.getresponse, grant, &binding).await?.into())
    }

    async fn callback(&self, address: &str, session_id: &str) -> Result<(), Error> {
        self.manager.complete(Callback::parse(address)?, &Binding::browser(session_id)?).await?;
        Ok(())
    }

    async fn accounts(&self, tenant: &str) -> Result<u16, Error> {
        let account = self.manager.account(&AccountKey::new(tenant, "getresponse", "main")?);
        let bearer = account.token().await?;
        let answer = self.getresponse.send(bearer.request(Method::GET, "/accounts")?).await?;
        if !bearer.is_rejected_by(&answer) {
            return Ok(answer.status().as_u16());
        }
        let bearer = account.reject(&bearer).await?;
        Ok(self.getresponse.send(bearer.request(Method::GET, "/accounts")?).await?.status().as_u16())
    }
}

#[tokio::test]
async fn customers_connect_on_one_machine_and_are_served_on_another() {
    let (store, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let emulator = emulator(Settings::default()).await.unwrap();
    let first = App::start(store.path(), keys.path(), &emulator).await.unwrap();
    let second = App::start(store.path(), keys.path(), &emulator).await.unwrap();
    for tenant in ["alpha", "beta", "gamma"] {
        let session_id = format!("cookie of {tenant}");
        let address = consent(&first.connect(tenant, &session_id).await.unwrap()).await.unwrap();
        assert_eq!(second.callback(&address, "cookie of somebody else").await.unwrap_err().code(), "login_unknown");
        second.callback(&address, &session_id).await.unwrap();
    }
    emulator.advance(Duration::from_secs(3600));
    for tenant in ["alpha", "beta", "gamma"] {
        let calls = join_all([first.accounts(tenant), second.accounts(tenant), first.accounts(tenant)]).await;
        assert!(calls.into_iter().all(|status| status.unwrap() == 200));
    }
    let counters = emulator.counters();
    assert_eq!((counters.refreshes, counters.family_revocations), (3, 0), "one for each customer");
    assert_eq!(first.accounts("delta").await.unwrap_err().code(), "account_unknown");
    let only_beta = Filter { tenant: Some("beta".into()), ..Filter::default() };
    assert_eq!(first.manager.list(&only_beta, None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_files_of_the_store_hold_no_token_and_no_secret() {
    let (store, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let emulator = emulator(Settings::default()).await.unwrap();
    let app = App::start(store.path(), keys.path(), &emulator).await.unwrap();
    let address = consent(&app.connect("alpha", "cookie").await.unwrap()).await.unwrap();
    app.callback(&address, "cookie").await.unwrap();
    assert_eq!(app.accounts("alpha").await.unwrap(), 200);
    let account = app.manager.account(&AccountKey::new("alpha", "getresponse", "main").unwrap());
    let header = account.token().await.unwrap().header();
    let token = header.to_str().unwrap().strip_prefix("Bearer ").unwrap();
    let mut files = 0;
    for file in std::fs::read_dir(store.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for secret in [token.as_bytes(), "secret: +%&".as_bytes(), b"access_token", b"refresh_token"] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret));
        }
        files += 1;
    }
    assert!(files >= 1);
}
