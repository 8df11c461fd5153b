//! Every grant of GetResponse, at retail and MAX, through one manager.

use std::{sync::Arc, time::Duration};

use mailgrant_acceptance::{REDIRECT_URI, client, consent, emulator};
use mailgrant_core::{
    AnyClient, AuthorizationCode, Binding, Callback, Client, ClientCredentials, Credentials, Endpoints, ErrorKind,
    Implicit, TokenSource, http::Method,
};
use mailgrant_emulator::{App, Emulator, ImplicitOrder, Settings};
use mailgrant_getresponse::{GetResponse, PanelDomain, Region};
use mailgrant_manager::Manager;
use mailgrant_storage::{AccountKey, KeyRing, Vault, memory::MemoryStore};

const DAY: Duration = Duration::from_secs(86400);
const PANEL: &str = "custom-domain.getresponse360.com";

fn max_client(emulator: &Emulator, parent: Option<&str>) -> Client<GetResponse> {
    emulator.add_app(App::new("max-id", "max-secret").redirect_uri(REDIRECT_URI).max(PANEL));
    let endpoints = Endpoints::parse(&emulator.authorize_url(), &emulator.token_url(), &emulator.api_url()).unwrap();
    let max = GetResponse::max(&PanelDomain::parse(PANEL).unwrap(), Region::Com).served_at(endpoints);
    let max = parent.map_or(Ok(max.clone()), |login| max.clone().for_parent_login(login)).unwrap();
    Client::new(max, Credentials::new("max-id", "max-secret")).unwrap()
}

fn manager(clients: Vec<Client<GetResponse>>) -> Manager {
    let vault = Vault::new(MemoryStore::default(), KeyRing::ephemeral());
    clients.into_iter().fold(Manager::builder(vault), |builder, client| builder.client(client)).build()
}

fn key(tenant: &str) -> AccountKey {
    AccountKey::new(tenant, "getresponse", "main").unwrap()
}

/// A service that holds everything without a type parameter.
struct Caller {
    source: Box<dyn TokenSource>,
    client: Arc<dyn AnyClient>,
}

impl Caller {
    async fn call(&self) -> u16 {
        let bearer = self.source.token().await.unwrap();
        let answer = self.client.send(bearer.request(Method::GET, "/accounts").unwrap()).await.unwrap();
        if !bearer.is_rejected_by(&answer) {
            return answer.status().as_u16();
        }
        let Ok(bearer) = self.source.reject(&bearer).await else { return 401 };
        self.client.send(bearer.request(Method::GET, "/accounts").unwrap()).await.unwrap().status().as_u16()
    }
}

#[tokio::test]
async fn every_grant_and_environment_lives_in_one_manager() {
    let emulator = emulator(Settings::default()).await.unwrap();
    let (retail, max) = (client(&emulator).unwrap(), max_client(&emulator, None));
    let manager = manager(vec![retail.clone(), max.clone()]);
    for (tenant, client) in [("retail", &retail), ("max", &max)] {
        let caller = |key| Caller { source: Box::new(manager.account(key)), client: Arc::new(client.clone()) };

        let code = key(&format!("{tenant} code"));
        let binding = Binding::browser("cookie").unwrap();
        let url = manager.begin(&code, client, AuthorizationCode::registered(), &binding).await.unwrap();
        manager.complete(Callback::parse(&consent(url.as_str()).await.unwrap()).unwrap(), &binding).await.unwrap();
        assert_eq!(caller(&code).call().await, 200, "{tenant}");

        let own = key(&format!("{tenant} own"));
        let session = client.begin(ClientCredentials).obtain().await.unwrap();
        manager.keep(&own, session).await.unwrap();
        assert_eq!(caller(&own).call().await, 200, "{tenant}");

        let implicit = key(&format!("{tenant} implicit"));
        let grant = Implicit::returning_to(REDIRECT_URI).unwrap();
        let url = manager.begin(&implicit, client, grant, &binding).await.unwrap();
        let address = consent(url.as_str()).await.unwrap();
        assert!(address.starts_with(&format!("{REDIRECT_URI}#access_token=")), "{address}");
        manager.complete(Callback::parse(&address).unwrap(), &binding).await.unwrap();
        let again = manager.complete(Callback::parse(&address).unwrap(), &binding).await;
        assert_eq!(again.unwrap_err().code(), "login_used");
        assert_eq!(caller(&implicit).call().await, 200, "{tenant}");

        emulator.advance(DAY);
        assert_eq!(caller(&code).call().await, 200, "{tenant}: refreshed");
        assert_eq!(caller(&own).call().await, 200, "{tenant}: obtained again");
        assert_eq!(caller(&implicit).call().await, 401, "{tenant}: there is nothing to renew it with");
        let seen = emulator.last_api_request().unwrap();
        assert_eq!(seen.header("x-domain"), (tenant == "max").then_some(PANEL));
        assert_eq!(seen.header("content-type"), Some("application/json;charset=utf-8"));
    }
    let counters = emulator.counters();
    assert_eq!((counters.refreshes, counters.client_credentials, counters.implicit_grants), (2, 4, 2));
    assert_eq!(counters.header_refusals, 0);
}

#[tokio::test]
async fn a_max_app_without_its_domain_is_a_matter_of_configuration() {
    let emulator = emulator(Settings::default()).await.unwrap();
    let max = max_client(&emulator, None);
    let endpoints = max.profile().endpoints.clone();
    let without = max.at(GetResponse::at(endpoints)).unwrap();
    let setback = without.begin(ClientCredentials).obtain().await.unwrap_err();
    assert_eq!((setback.error().kind(), setback.error().provider_code()), (ErrorKind::Configuration, Some("1021")));
}

#[tokio::test]
async fn a_parent_login_goes_with_every_call() {
    let emulator = emulator(Settings::default()).await.unwrap();
    let max = max_client(&emulator, Some("parent@example.com"));
    let session = max.begin(ClientCredentials).obtain().await.unwrap();
    let answer = max.send(session.bearer().request(Method::GET, "/accounts").unwrap()).await.unwrap();
    assert!(String::from_utf8_lossy(answer.body()).contains("parent@example.com"));
}

#[tokio::test]
async fn an_implicit_denial_and_every_order_of_the_fragment() {
    for order in [ImplicitOrder::Documented, ImplicitOrder::Bshaffer] {
        for in_fragment in [false, true] {
            let mut settings = Settings::default();
            (settings.implicit_order, settings.implicit_errors_in_fragment) = (order, in_fragment);
            let emulator = emulator(settings).await.unwrap();
            let client = client(&emulator).unwrap();
            let begin = || client.begin(Implicit::returning_to(REDIRECT_URI).unwrap());
            let login = begin();
            let address = consent(login.authorize_url().as_str()).await.unwrap();
            let session = login.receive(Callback::parse(&address).unwrap()).unwrap();
            let call = session.bearer().request(Method::GET, "/accounts").unwrap();
            assert_eq!(client.send(call).await.unwrap().status(), 200, "{order:?}");
            emulator.settings(|settings| settings.consent = mailgrant_emulator::Consent::Deny);
            let login = begin();
            let address = consent(login.authorize_url().as_str()).await.unwrap();
            let denied = login.receive(Callback::parse(&address).unwrap()).unwrap_err();
            assert_eq!(denied.error().code(), "access_denied", "{address}");
        }
    }
}
