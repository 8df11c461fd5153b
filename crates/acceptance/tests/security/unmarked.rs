//! Callbacks of a provider that returns no `state` (2, 16).

use mailgrant_acceptance::{REDIRECT_URI, client_of, consent, delegated, verticalresponse};
use mailgrant_core::{AuthorizationCode, Binding, Callback, Client, Revocation};
use mailgrant_emulator::{Emulator, Fault, Target, Times};
use mailgrant_manager::Manager;
use mailgrant_storage::{AccountKey, KeyRing, Status, Vault, memory::MemoryStore};
use mailgrant_verticalresponse::VerticalResponse;

use crate::service::{self, browser};

struct Desk {
    emulator: Emulator,
    manager: Manager,
    client: Client<VerticalResponse>,
}

impl Desk {
    async fn new(change: impl FnOnce(VerticalResponse) -> VerticalResponse) -> Self {
        let emulator = service::emulator().await;
        let client = client_of(change(verticalresponse(&emulator).unwrap())).unwrap();
        let vault = Vault::new(MemoryStore::default(), KeyRing::ephemeral());
        let manager = Manager::builder(vault).client(client.clone()).build();
        Self { emulator, manager, client }
    }

    async fn address(&self, binding: &Binding) -> String {
        let key = AccountKey::new("tenant", "verticalresponse", "main").unwrap();
        let grant = AuthorizationCode::returning_to(REDIRECT_URI).unwrap();
        let url = self.manager.begin(&key, &self.client, grant, binding).await.unwrap();
        consent(url.as_str()).await.unwrap()
    }

    async fn complete(&self, address: &str, binding: &Binding) -> &'static str {
        let completed = self.manager.complete(Callback::parse(address).unwrap(), binding).await;
        completed.map_or_else(|error| error.code(), |_| "connected")
    }
}

#[tokio::test]
async fn security_02_a_nonce_travels_in_the_redirect_uri_s_own_query() {
    let desk = Desk::new(|provider| provider).await;
    let here = browser("cookie");
    let address = desk.address(&here).await;
    let (bare, code) = address.split_once('?').unwrap();
    let code = code.split('&').find(|pair| pair.starts_with("code=")).unwrap();
    // A nonce alone is not CSRF protection: whoever has it still needs the browser that began.
    assert_eq!(desk.complete(&address, &browser("victim")).await, "login_unknown");
    assert_eq!(desk.complete(&format!("{bare}?{code}"), &here).await, "state_missing");
    assert_eq!(desk.complete(&format!("{bare}?{code}&state={}", "A".repeat(43)), &here).await, "login_unknown");
    assert_eq!(desk.emulator.counters().token_requests, 0, "nothing was sent");
    assert_eq!(desk.complete(&address, &here).await, "connected");
    assert_eq!(desk.complete(&address, &here).await, "login_used");
}

#[tokio::test]
async fn security_02_without_any_mark_a_browser_has_one_open_login() {
    let desk = Desk::new(VerticalResponse::with_fixed_redirect_uri).await;
    let here = browser("cookie");
    let first = desk.address(&here).await;
    let second = desk.address(&here).await;
    assert_eq!(desk.complete(&second, &browser("victim")).await, "login_unknown");
    assert_eq!(desk.complete(&format!("{second}&state=S"), &here).await, "login_unknown", "a state has to match");
    assert_eq!(desk.emulator.counters().token_requests, 0, "nothing was sent");
    assert_eq!(desk.complete(&second, &here).await, "connected");
    assert_eq!(desk.complete(&first, &here).await, "login_used", "there was one, and it is used");
}

#[tokio::test]
async fn security_16_a_tombstone_keeps_its_secret_until_the_provider_was_told() {
    let emulator = service::emulator().await;
    let client = client_of(delegated(&emulator).unwrap()).unwrap();
    let vault = Vault::new(MemoryStore::default(), KeyRing::ephemeral());
    let manager = Manager::builder(vault.clone()).client(client.clone()).build();
    let key = AccountKey::new("tenant", "verticalresponse", "main").unwrap();
    let binding = browser("cookie");
    let grant = AuthorizationCode::returning_to(REDIRECT_URI).unwrap();
    let url = manager.begin(&key, &client, grant, &binding).await.unwrap();
    let address = consent(url.as_str()).await.unwrap();
    manager.complete(Callback::parse(&address).unwrap(), &binding).await.unwrap();
    emulator.fault(Fault::DropBeforeCommit, Target::Revoke, Times::Next(1));
    let untold = manager.disconnect(&key).await.unwrap().unwrap();
    assert!(untold.revocation.is_err());
    let row = vault.store().load(&key).await.unwrap().unwrap();
    assert_eq!((&row.status, row.sealed.is_some()), (&Status::Disconnected, true));
    assert_eq!(manager.account(&key).token().await.unwrap_err().code(), "account_disconnected");
    let told = manager.disconnect(&key).await.unwrap().unwrap();
    assert_eq!(told.revocation.unwrap(), Revocation::Told);
    let row = vault.store().load(&key).await.unwrap().unwrap();
    assert_eq!((row.status, row.sealed), (Status::Disconnected, None));
    assert_eq!(emulator.counters().revocations, 1);
}

#[tokio::test]
async fn security_16_a_late_token_is_revoked() {
    let emulator = service::emulator().await;
    let client = client_of(delegated(&emulator).unwrap()).unwrap();
    let vault = Vault::new(MemoryStore::default(), KeyRing::ephemeral());
    let manager = Manager::builder(vault.clone()).client(client.clone()).build();
    let key = AccountKey::new("tenant", "verticalresponse", "main").unwrap();
    let binding = browser("cookie");
    let grant = AuthorizationCode::returning_to(REDIRECT_URI).unwrap();
    let url = manager.begin(&key, &client, grant, &binding).await.unwrap();
    let address = consent(url.as_str()).await.unwrap();
    let account = manager.complete(Callback::parse(&address).unwrap(), &binding).await.unwrap();
    emulator.fault(Fault::Delay(std::time::Duration::from_secs(1)), Target::Token, Times::Next(1));
    let renewal = async { account.refresh().await.unwrap_err().code() };
    let disconnect = async {
        while emulator.counters().refreshes == 0 {
            tokio::task::yield_now().await;
        }
        manager.disconnect(&key).await.unwrap().unwrap();
    };
    let (heard, ()) = futures_util::future::join(renewal, disconnect).await;
    assert_eq!(heard, "account_disconnected");
    assert!(manager.shutdown().await);
    assert_eq!(emulator.counters().revocations, 1, "the successor, since the token before it was spent");
}
