//! A service with customers at both providers, in one struct without a type parameter.

use std::{collections::HashMap, sync::Arc, time::Duration};

use mailgrant_acceptance::{
    REDIRECT_URI, client, client_of, consent, delegated, emulator, getresponse, verticalresponse,
};
use mailgrant_core::{
    AnyClient, AuthorizationCode, Binding, Callback, Client, Credentials, Error, ErrorKind, Expiry, Revocation,
    TokenSource, http::Method,
};
use mailgrant_emulator::{Emulator, Fault, Settings, Target, Times};
use mailgrant_getresponse::GetResponse;
use mailgrant_manager::Manager;
use mailgrant_storage::{AccountKey, EventKind, KeyRing, Status, Vault, memory::MemoryStore};

/// Everything that such a service holds, without a type parameter of its own.
struct Service {
    manager: Manager,
    vault: Vault,
    clients: HashMap<&'static str, Arc<dyn AnyClient>>,
    sources: HashMap<&'static str, Box<dyn TokenSource>>,
    emulator: Emulator,
}

const KINDS: [&str; 4] = ["retail", "other app", "generation 1", "generation 2"];

fn key(kind: &str) -> AccountKey {
    let provider = if kind.starts_with("generation") { "verticalresponse" } else { "getresponse" };
    AccountKey::new("tenant", provider, kind).unwrap()
}

fn other_app(emulator: &Emulator) -> Result<Client<GetResponse>, Error> {
    Client::new(getresponse(emulator)?, Credentials::new("other", "secret"))
}

impl Service {
    async fn start() -> Self {
        let emulator = emulator(Settings::default()).await.unwrap();
        emulator.settings(|settings| settings.account = Some("customer@example.com".into()));
        emulator.add_app(mailgrant_emulator::App::new("other", "secret").redirect_uri(REDIRECT_URI));
        let retail = client(&emulator).unwrap();
        let other = other_app(&emulator).unwrap();
        let first = client_of(verticalresponse(&emulator).unwrap()).unwrap();
        let second = client_of(delegated(&emulator).unwrap()).unwrap();
        let clients: [Arc<dyn AnyClient>; 4] = [retail.into(), other.into(), first.into(), second.into()];
        let vault = Vault::new(MemoryStore::default(), KeyRing::ephemeral());
        let builder =
            clients.iter().fold(Manager::builder(vault.clone()), |builder, client| builder.client(client.clone()));
        let manager = builder.build();
        let sources = KINDS.map(|kind| (kind, Box::new(manager.account(&key(kind))) as Box<dyn TokenSource>));
        Self { manager, vault, clients: KINDS.into_iter().zip(clients).collect(), sources: sources.into(), emulator }
    }

    /// The one place in which the provider's type matters: what its consent page is asked for.
    async fn connect(&self, kind: &str) -> Result<(), Error> {
        let binding = Binding::browser("cookie")?;
        let grant = AuthorizationCode::returning_to(REDIRECT_URI)?;
        let url = match kind {
            "retail" => self.manager.begin(&key(kind), &client(&self.emulator)?, grant, &binding).await?,
            "other app" => self.manager.begin(&key(kind), &other_app(&self.emulator)?, grant, &binding).await?,
            "generation 1" => {
                let client = client_of(verticalresponse(&self.emulator)?)?;
                self.manager.begin(&key(kind), &client, grant, &binding).await?
            }
            _ => {
                let client = client_of(delegated(&self.emulator)?)?;
                self.manager.begin(&key(kind), &client, grant, &binding).await?
            }
        };
        let address = consent(url.as_str()).await?;
        self.manager.complete(Callback::parse(&address)?, &binding).await.map(drop)
    }

    async fn call(&self, kind: &str) -> Result<u16, Error> {
        let path = if kind.starts_with("generation") { "/contacts" } else { "/accounts" };
        let (source, client) = (&self.sources[kind], &self.clients[kind]);
        let bearer = source.token().await?;
        let answer = client.send(bearer.request(Method::GET, path)?).await?;
        if !bearer.is_rejected_by(&answer) {
            return Ok(answer.status().as_u16());
        }
        let bearer = source.reject(&bearer).await?;
        Ok(client.send(bearer.request(Method::GET, path)?).await?.status().as_u16())
    }
}

#[tokio::test]
async fn both_providers_and_several_apps_live_in_one_manager() {
    let service = Service::start().await;
    for kind in KINDS {
        service.connect(kind).await.unwrap();
        assert_eq!(service.call(kind).await.unwrap(), 200, "{kind}");
    }
    service.emulator.advance(Duration::from_secs(3600));
    for kind in KINDS {
        assert_eq!(service.call(kind).await.unwrap(), 200, "{kind}");
    }
    let counters = service.emulator.counters();
    assert_eq!((counters.exchanges, counters.refreshes), (4, 3), "generation 1 has nothing to refresh");
    assert_eq!((counters.tokens_in_query, counters.reused_refresh_tokens), (0, 0));
}

#[tokio::test]
async fn keys_do_not_cross_tenants_and_records_do_not_cross_environments() {
    let service = Service::start().await;
    for kind in KINDS {
        service.connect(kind).await.unwrap();
    }
    let stranger = AccountKey::new("another tenant", "getresponse", "retail").unwrap();
    assert_eq!(service.manager.account(&stranger).token().await.unwrap_err().code(), "account_unknown");
    // Each record before each client: it is taken by its own alone.
    for kind in KINDS {
        let record = service.vault.load(&key(kind)).await.unwrap().unwrap().record.unwrap();
        for (other, client) in &service.clients {
            let taken = client.bearer(&record, record.expires_at(), 1);
            assert_eq!(taken.is_ok(), kind == *other, "{kind} at {other}");
        }
    }
    // Another process that knows only one of the clients cannot use the grants of the others.
    let knows_one = Manager::builder(service.vault.clone()).client(service.clients["retail"].clone()).build();
    knows_one.account(&key("retail")).token().await.unwrap();
    for kind in ["other app", "generation 1", "generation 2"] {
        let error = knows_one.account(&key(kind)).token().await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Configuration, "client_unknown"), "{kind}");
    }
}

#[tokio::test]
async fn a_customer_of_generation_1_who_revokes_is_asked_again_and_keeps_the_account() {
    let service = Service::start().await;
    service.connect("generation 1").await.unwrap();
    let status = service.manager.status(&key("generation 1")).await.unwrap().unwrap();
    assert_eq!((status.status, status.expires_in), (Status::Active, None));
    service.emulator.revoke_by_user();
    let error = service.call("generation 1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AskUser);
    let status = service.manager.status(&key("generation 1")).await.unwrap().unwrap();
    assert_eq!(status.status, Status::Refused { cause: "token_rejected".into() });
    service.emulator.settings(|settings| settings.account = Some("stranger@example.com".into()));
    assert_eq!(service.connect("generation 1").await.unwrap_err().code(), "account_mismatch");
    service.emulator.settings(|settings| settings.account = Some("customer@example.com".into()));
    service.connect("generation 1").await.unwrap();
    assert_eq!(service.call("generation 1").await.unwrap(), 200);
}

#[tokio::test]
async fn what_generation_1_brings_beyond_its_documents_is_announced() {
    for (extras, cause) in [
        ("none", None),
        ("nulls", None),
        ("expires_in_zero", None),
        ("refresh_token", Some("undocumented: expires_in refresh_token")),
    ] {
        let service = Service::start().await;
        service.emulator.settings(|settings| settings.set("verticalresponse.extras", extras)).unwrap();
        service.connect("generation 1").await.unwrap();
        let events = service.manager.events(0, 100).await.unwrap();
        let connected = events.iter().find(|event| event.kind == EventKind::Connected).unwrap();
        assert_eq!(connected.cause.as_deref(), cause, "{extras}");
    }
}

#[tokio::test]
async fn generation_2_is_told_of_a_disconnect_and_a_failure_to_tell_it_can_be_tried_again() {
    let service = Service::start().await;
    let key = key("generation 2");
    service.connect("generation 2").await.unwrap();
    service.emulator.fault(Fault::Html502, Target::Revoke, Times::Next(1));
    let first = service.manager.disconnect(&key).await.unwrap().unwrap();
    assert_eq!(first.revocation.unwrap_err().code(), "revocation_unanswered");
    assert_eq!(service.call("generation 2").await.unwrap_err().code(), "account_disconnected", "at once");
    let second = service.manager.disconnect(&key).await.unwrap().unwrap();
    assert_eq!(second.revocation.unwrap(), Revocation::Told);
    assert!(matches!(second.token_ends, Expiry::At(_)), "until then a token that was handed out works");
    assert_eq!(service.emulator.counters().revocations, 1);
    let third = service.manager.disconnect(&key).await.unwrap().unwrap();
    assert_eq!(third.revocation.unwrap(), Revocation::LocalOnly, "nothing is left to revoke");
    assert_eq!(service.emulator.counters().revoke_requests, 2);
    service.connect("generation 2").await.unwrap();
    assert_eq!(service.call("generation 2").await.unwrap(), 200);
}

#[tokio::test]
async fn a_pair_that_arrives_at_a_tombstone_is_given_back() {
    let service = Service::start().await;
    let key = key("generation 2");
    service.connect("generation 2").await.unwrap();
    service.emulator.advance(Duration::from_secs(3600));
    service.emulator.fault(Fault::Delay(Duration::from_secs(1)), Target::Token, Times::Next(1));
    let account = service.manager.account(&key);
    let (refreshed, disconnected) = tokio::join!(account.refresh(), async {
        while service.emulator.counters().refreshes == 0 {
            tokio::task::yield_now().await;
        }
        service.manager.disconnect(&key).await.unwrap().unwrap()
    });
    assert_eq!(refreshed.unwrap_err().code(), "account_disconnected");
    assert_eq!(disconnected.revocation.unwrap_err().code(), "renewal_under_way", "nobody can be sure yet");
    let again = service.manager.disconnect(&key).await.unwrap().unwrap();
    assert_eq!(again.revocation.unwrap(), Revocation::Told);
    assert!(service.manager.shutdown().await);
    assert_eq!(
        service.emulator.counters().revocations,
        1,
        "the successor, which came late: the token before was spent"
    );
}

#[tokio::test]
async fn a_late_pair_is_given_back_by_retry() {
    let service = Service::start().await;
    let key = key("generation 2");
    service.connect("generation 2").await.unwrap();
    service.emulator.fault(Fault::Delay(Duration::from_secs(1)), Target::Token, Times::Next(1));
    service.emulator.fault(Fault::Html502, Target::Revoke, Times::Next(3));
    let account = service.manager.account(&key);
    let (_, disconnected) = tokio::join!(account.refresh(), async {
        while service.emulator.counters().refreshes == 0 {
            tokio::task::yield_now().await;
        }
        service.manager.disconnect(&key).await.unwrap().unwrap()
    });
    assert!(disconnected.revocation.is_err());
    assert!(service.manager.shutdown().await);
    assert_eq!(service.emulator.counters().revocations, 1);
}

#[tokio::test]
async fn a_consent_that_comes_while_the_provider_is_told_stays() {
    let service = Service::start().await;
    let key = key("generation 2");
    service.connect("generation 2").await.unwrap();
    service.emulator.fault(Fault::Delay(Duration::from_secs(1)), Target::Revoke, Times::Next(1));
    let (disconnected, connected) = tokio::join!(service.manager.disconnect(&key), async {
        while service.emulator.counters().revocations == 0 {
            tokio::task::yield_now().await;
        }
        service.connect("generation 2").await
    });
    assert_eq!(disconnected.unwrap().unwrap().revocation.unwrap(), Revocation::Told);
    connected.unwrap();
    assert_eq!(service.manager.status(&key).await.unwrap().unwrap().status, Status::Active);
    assert_eq!(service.call("generation 2").await.unwrap(), 200);
}
