//! Every request of both generations of VerticalResponse, as a text that a person can read: `tests/golden/*.http`.
//!
//! `MAILGRANT_BLESS=1` writes the files anew. Chance and time stand still, so that the bytes are the same each time.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[path = "../../core/tests/shared/golden.rs"]
mod golden;

use std::collections::BTreeMap;

use golden::{client, compare, visited};
use mailgrant_core::{
    AuthorizationCode, Callback, Client, CodeReceived, Endpoint, Endpoints, OfferedBy, Provider, Revocation, Session,
    Standing, http::Method,
};
use mailgrant_verticalresponse::{VerticalResponse, VerticalResponseDelegated};

/// What every request is answered with.
const ANSWER: &str =
    r#"{"access_token":"an/access+token","token_type":"Bearer","refresh_token":"a/refresh+token","user_id":4711}"#;

type Sent = BTreeMap<String, String>;

const REDIRECT_URI: &str = "https://app.example/callback?page=1&of=2";

/// A login that has been through the consent page, with the address of that page.
fn received<P: Provider>(client: &Client<P>) -> (Session<P, AuthorizationCode, CodeReceived>, String)
where
    AuthorizationCode: OfferedBy<P>,
{
    let login = client.begin(AuthorizationCode::returning_to(REDIRECT_URI).unwrap());
    let url = login.authorize_url().to_string();
    // In the query of the redirect URI it is escaped once more.
    let state = url.split_once("state%3D").or_else(|| url.split_once("state="));
    let state = state.map(|(_, state)| format!("&state={}", state.split('&').next().unwrap()));
    let callback = Callback::parse(&format!("code=a/code%2Bof+it{}", state.unwrap_or_default())).unwrap();
    (login.receive(callback).unwrap(), visited(&Method::GET, &url))
}

async fn generation_1(binding: &str, provider: VerticalResponse, sent: &mut Sent) {
    let of = |request: &str| format!("generation-1.{binding}.{request}");
    for (name, provider) in [("get", provider.clone()), ("post", provider.with_post_exchange())] {
        let (client, log) = client(provider, ANSWER);
        let (login, authorize) = received(&client);
        sent.insert(of("authorize"), authorize);
        let session = login.exchange().await.unwrap();
        sent.insert(of(&format!("exchange-{name}")), log.lock().unwrap().remove(0));
        client.send(session.bearer().request(Method::GET, "/contacts?type=all&limit=5").unwrap()).await.unwrap();
        sent.insert(of("call"), log.lock().unwrap().remove(0));
    }
}

/// A server under test, as an emulator on loopback lays out the addresses of a generation.
fn loopback(generation: &str) -> Endpoints {
    let at = format!("http://127.0.0.1:8080/{generation}");
    Endpoints::parse(&format!("{at}/authorize"), &format!("{at}/token"), &format!("{at}/api/v1")).unwrap()
}

async fn generation_2(name: &str, provider: VerticalResponseDelegated, sent: &mut Sent) {
    let of = |request: &str| format!("{name}.{request}");
    let (client, log) = client(provider, ANSWER);
    let (login, authorize) = received(&client);
    sent.insert(of("authorize"), authorize);
    let Standing::Lapsed(session) = login.exchange().await.unwrap().expire() else { panic!("it can be refreshed") };
    let session = session.refresh().await.unwrap();
    client.send(session.bearer().request(Method::GET, "/contacts?type=all&limit=5").unwrap()).await.unwrap();
    assert_eq!(client.revoke(&session.into_record()).await.unwrap(), Revocation::Told);
    let log = std::mem::take(&mut *log.lock().unwrap());
    for (request, text) in ["exchange", "refresh", "call", "revoke"].iter().zip(log) {
        sent.insert(of(request), text);
    }
}

#[tokio::test]
async fn every_request_is_as_its_file_says() {
    let mut sent = Sent::new();
    let portal = VerticalResponse::production;
    generation_1("redirect-nonce", portal(), &mut sent).await;
    generation_1("state", portal().with_state(), &mut sent).await;
    generation_1("browser-only", portal().with_fixed_redirect_uri(), &mut sent).await;
    generation_1("loopback", VerticalResponse::at(loopback("1")), &mut sent).await;
    let revoke = Endpoint::parse("http://127.0.0.1:8080/2/revoke").unwrap();
    let played = VerticalResponseDelegated::at(loopback("2"), Some(revoke));
    generation_2("generation-2.loopback", played, &mut sent).await;
    generation_2("generation-2", VerticalResponseDelegated::production(), &mut sent).await;
    generation_2("generation-2.pkce", VerticalResponseDelegated::production().with_pkce(), &mut sent).await;
    assert_eq!(sent.len(), 4 * 4 + 3 * 5);
    compare("tests/golden", &sent);
}
