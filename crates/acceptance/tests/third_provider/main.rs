//! A third provider is one file of about a hundred lines; no other line changes.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on says where")]

mod dovecote;
mod loft;

use std::{fs, path::Path, sync::Arc, time::Duration};

use futures_util::future::join_all;
use mailgrant_core::{
    AuthorizationCode, Binding, Callback, Client, ClientCredentials, Credentials, ErrorKind, RefreshError, Revocation,
    Standing, http::Method, testing::ManualHost,
};
use mailgrant_manager::Manager;
use mailgrant_storage::{AccountKey, KeyRing, Vault, memory::MemoryStore};

use crate::{dovecote::Dovecote, loft::Loft};

fn client(loft: &Loft, host: &ManualHost) -> Client<Dovecote> {
    let provider = Dovecote::region("eu").unwrap();
    Client::builder(provider, Credentials::new("bird house", "seeds"), Arc::new(loft.clone()))
        .host(Arc::new(host.clone()))
        .build()
        .unwrap()
}

fn came_back(authorize_url: &str) -> Callback {
    let (_, state) = authorize_url.split_once("&state=").unwrap();
    let state = state.split('&').next().unwrap();
    Callback::parse(&format!("code=feather&state={state}&iss=https%3A%2F%2Flogin.eu.dovecote.example")).unwrap()
}

#[test]
fn it_takes_at_most_150_lines_and_is_known_nowhere_else() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = workspace.join("crates/acceptance/tests/third_provider/dovecote.rs");
    assert!(fs::read_to_string(file).unwrap().lines().count() <= 150);
    for house in ["core", "storage", "manager", "getresponse", "verticalresponse"] {
        let mut folders = vec![workspace.join("crates").join(house).join("src")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    assert!(!fs::read_to_string(&path).unwrap().to_lowercase().contains("dovecote"), "{path:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn its_sessions_go_through_every_state() {
    let (loft, host) = (Loft::default(), ManualHost::default());
    let client = client(&loft, &host);
    let login = client.begin(AuthorizationCode::registered());
    let url = login.authorize_url().to_string();
    assert!(url.starts_with("https://login.eu.dovecote.example/authorize?prompt=consent&response_type=code&"), "{url}");
    let session = login.receive(came_back(&url)).unwrap().exchange().await.unwrap();
    host.advance(Duration::from_secs(600));
    let Standing::Lapsed(session) = session.check() else { panic!("ten minutes have passed") };
    loft.books(|books| books.fault = Some("TOO_MANY_BIRDS"));
    let Err(RefreshError::Untouched { session, error }) = session.refresh().await else { panic!("too many") };
    assert_eq!((error.code(), error.retry_after()), ("rate_limited", Some(Duration::from_secs(120))));
    host.advance(Duration::from_secs(120));
    loft.books(|books| books.fault = Some("WHO_ARE_YOU"));
    let Err(RefreshError::Untouched { session, error }) = session.refresh().await else { panic!("who?") };
    assert_eq!((error.kind(), error.provider_code()), (ErrorKind::Configuration, Some("WHO_ARE_YOU")));
    let session = session.refresh().await.unwrap();
    let record = session.into_record();
    assert_eq!(client.revoke(&record).await.unwrap(), Revocation::Told);
    let Standing::Live(session) = client.restore::<AuthorizationCode>(record).unwrap() else { panic!("it is live") };
    let Standing::Lapsed(session) = session.expire() else { panic!("it has a refresh token") };
    let Err(RefreshError::Refused { error, .. }) = session.refresh().await else { panic!("it was given back") };
    assert_eq!(error.provider_code(), Some("TOKEN_SPENT"));

    let robot = client.begin(ClientCredentials).obtain().await.unwrap();
    let Standing::Lapsed(robot) = robot.expire() else { panic!("it is obtained again") };
    drop(robot.obtain().await.unwrap());
}

#[tokio::test]
async fn the_manager_keeps_its_accounts_alive() {
    let (loft, host) = (Loft::default(), ManualHost::default());
    let client = client(&loft, &host);
    let vault = Vault::new(MemoryStore::new(Arc::new(host.clone())), KeyRing::ephemeral());
    let manager = Manager::builder(vault.clone()).client(client.clone()).host(Arc::new(host.clone())).build();
    let key = AccountKey::new("tenant", "dovecote", "main").unwrap();
    let binding = Binding::browser("cookie").unwrap();
    let url = manager.begin(&key, &client, AuthorizationCode::registered(), &binding).await.unwrap();
    let account = manager.complete(came_back(url.as_str()), &binding).await.unwrap();
    for _ in 0..3 {
        host.advance(Duration::from_secs(600));
        let tokens = join_all((0..20).map(|_| account.token())).await;
        assert!(tokens.iter().all(Result::is_ok));
    }
    let record = manager.status(&key).await.unwrap().unwrap();
    assert_eq!(record.environment, "eu");
    assert_eq!(vault.load(&key).await.unwrap().unwrap().record.unwrap().account_id(), Some("7"), "as its API says");
    let bearer = account.token().await.unwrap();
    let call = client.send(bearer.request(Method::GET, "/birds").unwrap()).await.unwrap();
    assert_eq!(call.status(), 200);
    assert_eq!(loft.books(|books| (books.refreshes, books.reuses)), (3, 0), "one for all twenty, each time");

    let disconnected = manager.disconnect(&key).await.unwrap().unwrap();
    assert_eq!(disconnected.revocation.unwrap(), Revocation::Told);
    assert_eq!(loft.books(|books| books.revoked.clone()), ["refresh-4"]);
    assert_eq!(account.token().await.unwrap_err().code(), "account_disconnected");
}
