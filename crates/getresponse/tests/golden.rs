//! Every request of GetResponse, as a text that a person can read: `tests/golden/*.http`.
//!
//! `MAILGRANT_BLESS=1` writes the files anew. Chance and time stand still, so that the bytes are the same each time.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[path = "../../core/tests/shared/golden.rs"]
mod golden;

use std::collections::BTreeMap;

use golden::{client, compare, visited};
use mailgrant_core::{
    AuthorizationCode, Callback, ClientCredentials, Endpoints, Expired, Implicit, Session, Standing, Unauthorized,
    http::Method,
};
use mailgrant_getresponse::{GetResponse, PanelDomain, Region};

/// What every request is answered with.
const ANSWER: &str = r#"{"access_token":"an/access+token","expires_in":3600,"token_type":"Bearer","scope":null,"refresh_token":"a/refresh+token","accountId":"pf1a"}"#;

/// A server under test, as an emulator on loopback lays out its addresses.
fn loopback() -> Endpoints {
    let at = "http://127.0.0.1:8080";
    Endpoints::parse(&format!("{at}/oauth2_authorize.html"), &format!("{at}/v3/token"), &format!("{at}/v3")).unwrap()
}

fn environments() -> [(&'static str, GetResponse); 9] {
    let panel = PanelDomain::parse("custom-domain.getresponse360.com").unwrap();
    let max = || GetResponse::max(&panel, Region::Com);
    [
        ("retail", GetResponse::retail()),
        ("loopback", GetResponse::at(loopback())),
        ("max-com", max()),
        ("max-pl", GetResponse::max(&panel, Region::Pl)),
        ("max-loopback", max().served_at(loopback())),
        ("max-json-body", max().with_json_body()),
        ("parent-login", max().for_parent_login("parent@shop.example").unwrap()),
        ("pkce", GetResponse::retail().with_pkce()),
        ("json-body", GetResponse::retail().with_json_body()),
    ]
}

/// A session that was exchanged for a code, and has lapsed.
async fn lapsed(
    login: Session<GetResponse, AuthorizationCode, Unauthorized>,
) -> Session<GetResponse, AuthorizationCode, Expired> {
    let url = login.authorize_url().to_string();
    let (_, state) = url.split_once("&state=").unwrap();
    let callback = Callback::parse(&format!("code=a/code%2Bof+it&state={}", state.split('&').next().unwrap()));
    let session = login.receive(callback.unwrap()).unwrap().exchange().await.unwrap();
    let Standing::Lapsed(session) = session.expire() else { panic!("it has a refresh token") };
    session
}

/// Each request of an environment, by its name.
async fn requests(provider: GetResponse) -> Vec<(&'static str, String)> {
    const REDIRECT_URI: &str = "https://app.example/callback?page=1&of=2";
    let mut requests = Vec::new();
    for (grant, authorize, exchange) in [
        (AuthorizationCode::registered(), "authorize-registered", "exchange-registered"),
        (AuthorizationCode::returning_to(REDIRECT_URI).unwrap(), "authorize-returning", "exchange-returning"),
    ] {
        let (client, log) = client(provider.clone(), ANSWER);
        let login = client.begin(grant);
        requests.push((authorize, visited(&Method::GET, login.authorize_url().as_str())));
        drop(lapsed(login).await);
        requests.push((exchange, log.lock().unwrap().remove(0)));
    }
    let (client, log) = client(provider, ANSWER);
    let session = lapsed(client.begin(AuthorizationCode::registered())).await.refresh().await.unwrap();
    requests.push(("refresh", log.lock().unwrap().remove(1)));
    let called = session.bearer().request(Method::GET, "/campaigns?perPage=100&query[name]=shop").unwrap();
    client.send(called).await.unwrap();
    requests.push(("call", log.lock().unwrap().remove(1)));
    client.account_id(&session.into_record()).await.unwrap();
    requests.push(("whose-account", log.lock().unwrap().remove(1)));
    drop(client.begin(ClientCredentials).obtain().await.unwrap());
    requests.push(("client-credentials", log.lock().unwrap().remove(1)));
    let (client, _) = golden::client(client.provider().clone(), ANSWER);
    let login = client.begin(Implicit::returning_to(REDIRECT_URI).unwrap());
    requests.push(("authorize-implicit", visited(&Method::GET, login.authorize_url().as_str())));
    requests
}

#[tokio::test]
async fn every_request_is_as_its_file_says() {
    let mut now = BTreeMap::new();
    for (environment, provider) in environments() {
        for (request, text) in requests(provider).await {
            now.insert(format!("{environment}.{request}"), text);
        }
    }
    assert_eq!(now.len(), 9 * 9);
    compare("tests/golden", &now);
}
