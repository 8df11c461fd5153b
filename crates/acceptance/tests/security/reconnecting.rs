//! Connecting an account again: whose it is, by the provider's word (8).

use mailgrant_acceptance::{REDIRECT_URI, client_of, consent, verticalresponse};
use mailgrant_core::{AuthorizationCode, Callback, ErrorKind};
use mailgrant_emulator::{Fault, Target, Times};
use mailgrant_manager::Manager;
use mailgrant_storage::{AccountKey, KeyRing, Row, Vault, memory::MemoryStore};

use crate::service::{Service, browser};

async fn row(service: &Service) -> Row {
    service.vault.store().load(&service.key).await.unwrap().unwrap()
}

fn consents_as(service: &Service, account: &str) {
    service.emulator.settings(|settings| settings.account = Some(account.to_owned()));
}

#[tokio::test]
async fn security_08_the_account_id_is_compared_on_every_reconnection() {
    let service = Service::new().await;
    consents_as(&service, "customer@example.com");
    let account = service.connected().await;
    let stored = service.vault.load(&service.key).await.unwrap().unwrap().record.unwrap();
    assert!(stored.account_id().is_some(), "GetResponse's accountId is in the record");
    for renewed in [false, true] {
        if renewed {
            account.refresh().await.unwrap();
        }
        consents_as(&service, "stranger@example.com");
        let before = row(&service).await;
        let binding = browser("cookie");
        let error = service.complete(&service.address(&binding).await, &binding).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::AskUser, "account_mismatch"));
        assert_eq!(row(&service).await, before, "a mismatch stores nothing");
        consents_as(&service, "customer@example.com");
        service.connected().await;
        assert_ne!(row(&service).await.version, before.version);
    }
}

#[tokio::test]
async fn security_08_a_session_made_elsewhere_is_compared_too() {
    let service = Service::new().await;
    consents_as(&service, "customer@example.com");
    service.connected().await;
    let before = row(&service).await;
    consents_as(&service, "stranger@example.com");
    let login = service.client.begin(AuthorizationCode::registered());
    let address = consent(login.authorize_url().as_str()).await.unwrap();
    let session = login.receive(Callback::parse(&address).unwrap()).unwrap().exchange().await.unwrap();
    let kept = service.manager.keep(&service.key, session).await;
    assert_eq!(kept.unwrap_err().error.code(), "account_mismatch");
    assert_eq!(row(&service).await, before);
}

#[tokio::test]
async fn security_08_silence_about_the_account_is_no_consent() {
    let service = Service::new().await;
    consents_as(&service, "customer@example.com");
    service.connected().await;
    let before = row(&service).await;
    service.emulator.fault(Fault::DropBeforeCommit, Target::Api, Times::Always);
    let binding = browser("cookie");
    let address = service.address(&binding).await;
    // It is asked again after a pause, on clocks that are moved by hand.
    let pauses = std::pin::pin!(async {
        loop {
            service.host.advance(std::time::Duration::from_millis(100));
            tokio::task::yield_now().await;
        }
    });
    let complete = std::pin::pin!(service.complete(&address, &binding));
    let ended = futures_util::future::select(complete, pauses).await;
    let error = ended.factor_first().0.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::AskUser, "account_unverified"));
    let after = row(&service).await;
    assert_eq!((after.version, after.sealed), (before.version, before.sealed));
}

#[tokio::test]
async fn security_08_the_user_id_of_verticalresponse_is_compared() {
    let service = Service::new().await;
    let client = client_of(verticalresponse(&service.emulator).unwrap()).unwrap();
    let vault = Vault::new(MemoryStore::default(), KeyRing::ephemeral());
    let manager = Manager::builder(vault.clone()).client(client.clone()).build();
    let key = AccountKey::new("tenant", "verticalresponse", "main").unwrap();
    let binding = browser("cookie");
    let connect = async || {
        let grant = AuthorizationCode::returning_to(REDIRECT_URI).unwrap();
        let url = manager.begin(&key, &client, grant, &binding).await.unwrap();
        let address = consent(url.as_str()).await.unwrap();
        manager.complete(Callback::parse(&address).unwrap(), &binding).await.map(drop)
    };
    consents_as(&service, "customer@example.com");
    connect().await.unwrap();
    consents_as(&service, "stranger@example.com");
    let before = vault.store().load(&key).await.unwrap().unwrap();
    assert_eq!(connect().await.unwrap_err().code(), "account_mismatch");
    let after = vault.store().load(&key).await.unwrap().unwrap();
    assert_eq!((after.version, after.sealed), (before.version, before.sealed));
    consents_as(&service, "customer@example.com");
    connect().await.unwrap();
}
