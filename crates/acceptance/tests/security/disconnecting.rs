//! Giving an account up: what is erased, what a tombstone keeps out, what still works (16, 22).

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use mailgrant_acceptance::getresponse;
use mailgrant_core::{
    Client, Expiry, Host, Request, ReqwestTransport, Revocation, Transport, TransportError,
    bytes::Bytes,
    http::{Method, Response},
};
use mailgrant_manager::Manager;
use mailgrant_storage::{AttemptId, Claim, KeyRing, Purpose, Secret, Settled, Settlement, Status, Timing, Version};
use tokio::sync::Semaphore;

use crate::service::{Service, bytes_in, credentials, key};

#[tokio::test]
async fn security_16_disconnect_erases_the_ciphertext() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::on_file(folder.path(), KeyRing::ephemeral()).await;
    let account = service.connected().await;
    account.refresh().await.unwrap();
    let row = service.vault.store().load(&service.key).await.unwrap().unwrap();
    let sealed = row.sealed.unwrap().bytes;
    // A piece of it, since a page of the file may hold a part alone.
    let piece = &sealed[12..76];
    let holds = || bytes_in(folder.path()).windows(piece.len()).any(|window| window == piece);
    assert!(holds(), "these are the right bytes");
    service.manager.disconnect(&service.key).await.unwrap().unwrap();
    let row = service.vault.store().load(&service.key).await.unwrap().unwrap();
    assert_eq!((row.status, row.sealed), (Status::Disconnected, None));
    assert!(!holds(), "neither the file nor its log has it");
    let error = account.token().await.unwrap_err();
    assert_eq!(error.code(), "account_disconnected");
    assert!(account.try_token().is_none());
}

#[tokio::test]
async fn security_16_versions_go_on_past_a_tombstone() {
    let service = Service::new().await;
    let account = service.connected().await;
    assert_eq!(account.token().await.unwrap().version(), Some(1));
    service.manager.disconnect(&service.key).await.unwrap();
    let tombstone = service.vault.store().load(&service.key).await.unwrap().unwrap();
    assert_eq!(tombstone.version.get(), 2);
    service.connected().await;
    assert_eq!(account.token().await.unwrap().version(), Some(3), "no version is ever used twice");
    service.manager.disconnect(&service.key).await.unwrap();
    service.manager.disconnect(&service.key).await.unwrap();
    service.connected().await;
    assert_eq!(account.token().await.unwrap().version(), Some(5));
}

#[tokio::test]
async fn security_16_only_a_new_consent_replaces_a_tombstone() {
    let service = Service::new().await;
    service.connected().await;
    let (store, key) = (service.vault.store(), &service.key);
    let record = service.vault.load(key).await.unwrap().unwrap().record.unwrap();
    let attempt = AttemptId::draw(&service.host);
    let lease = Duration::from_secs(30);
    let claim = store.claim(key, &attempt, lease, Version::FIRST, Purpose::Renew).await.unwrap();
    assert_eq!(claim, Claim::Granted);
    for secret in [Secret::UntilRevoked, Secret::EraseNow] {
        let seen = store.load(key).await.unwrap().unwrap().version;
        store.remove(key, seen, secret).await.unwrap();
        let tombstone = store.load(key).await.unwrap().unwrap();
        let renewed = service.vault.renewed(key, Version::FIRST, &record, Timing::default());
        for settlement in
            [renewed, Settlement::Untouched { pause: Duration::ZERO }, Settlement::Uncertain { pause: Duration::ZERO }]
        {
            let settled = store.settle(key, Version::FIRST, &attempt, &settlement).await.unwrap();
            assert!(matches!(settled, Settled::Missed(Some(_))), "{settled:?}");
        }
        let late = AttemptId::draw(&service.host);
        for (seen, purpose) in [(tombstone.version, Purpose::Renew), (Version::FIRST, Purpose::Replay(attempt))] {
            let claim = store.claim(key, &late, lease, seen, purpose).await.unwrap();
            assert_eq!(claim, Claim::Closed(Status::Disconnected));
        }
        // A consent that was given before the account was given up does not know the tombstone.
        for stale in [None, Some(Version::FIRST)] {
            let put = service.vault.put(key, stale, &record, Timing::default(), None).await;
            assert_eq!(put.unwrap_err().code(), "store_conflict");
        }
        assert_eq!(store.load(key).await.unwrap().unwrap(), tombstone, "nothing of it changed anything");
    }
    service.connected().await;
    assert_eq!(store.load(key).await.unwrap().unwrap().status, Status::Active);
}

/// A transport that holds back what it sends until it may go on, and remembers the answers.
struct Gate {
    inner: ReqwestTransport,
    arrived: Semaphore,
    open: Semaphore,
    answers: Mutex<Vec<Bytes>>,
}

#[async_trait]
impl Transport for Gate {
    async fn send(&self, request: Request) -> Result<Response<Bytes>, TransportError> {
        let answer = self.inner.send(request).await?;
        self.answers.lock().unwrap().push(answer.body().to_vec().into());
        self.arrived.add_permits(1);
        let _passed = self.open.acquire().await;
        Ok(answer)
    }
}

#[tokio::test]
async fn security_16_a_late_token_is_not_stored() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::on_file(folder.path(), KeyRing::ephemeral()).await;
    service.connected().await;
    let gate = Arc::new(Gate {
        inner: ReqwestTransport::builder().build().unwrap(),
        arrived: Semaphore::new(0),
        open: Semaphore::new(0),
        answers: Mutex::default(),
    });
    let client = Client::builder(getresponse(&service.emulator).unwrap(), credentials(), gate.clone()).build().unwrap();
    let manager = Manager::builder(service.vault.clone()).client(client).build();
    let account = manager.account(&service.key);
    let (renewal, ()) = futures_util::future::join(account.refresh(), async {
        drop(gate.arrived.acquire().await.unwrap());
        // The provider has rotated the pair, and its answer is on its way, when the account is given up elsewhere.
        service.manager.disconnect(&service.key).await.unwrap().unwrap();
        gate.open.add_permits(100);
    })
    .await;
    assert_eq!(renewal.unwrap_err().code(), "account_disconnected");
    assert_eq!(service.emulator.counters().refreshes, 1);
    let answer: serde_json::Value = serde_json::from_slice(&gate.answers.lock().unwrap()[0]).unwrap();
    assert!(answer["refresh_token"].is_string(), "there was a late token");
    let row = service.vault.store().load(&service.key).await.unwrap().unwrap();
    assert_eq!((row.status, row.sealed, row.version.get()), (Status::Disconnected, None, 2));
    assert_eq!(account.token().await.unwrap_err().code(), "account_disconnected");
    assert!(account.try_token().is_none());
}

#[tokio::test]
async fn security_22_disconnect_reports_until_when_a_token_works() {
    let service = Service::new().await;
    let account = service.connected().await;
    let bearer = account.token().await.unwrap();
    service.advance(Duration::from_secs(600));
    let gone = service.manager.disconnect(&service.key).await.unwrap().unwrap();
    assert_eq!(gone.revocation.unwrap(), Revocation::LocalOnly);
    assert_eq!(gone.token_ends, Expiry::At(service.host.now() + Duration::from_secs(3000)));
    // It is the truth: the token that was handed out works until then.
    let call = async || service.client.send(bearer.request(Method::GET, "/accounts").unwrap()).await.unwrap().status();
    assert_eq!(call().await, 200);
    service.emulator.advance(Duration::from_secs(3000));
    assert_eq!(call().await, 401);
    assert!(service.manager.disconnect(&key("nobody")).await.unwrap().is_none());
}
