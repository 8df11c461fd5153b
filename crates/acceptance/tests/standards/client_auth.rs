//! How the app proves itself: RFC 6749 §2.3.

use base64::{Engine, engine::general_purpose::STANDARD};
use mailgrant_core::{
    AuthorizationCode, ClientAuth, ClientCredentials, Endpoint, ExchangeMethod, OfferedBy, Provider,
    RevocationEndpoint, RevocationForm, http::Method,
};
use mailgrant_getresponse::GetResponse;
use mailgrant_verticalresponse::{VerticalResponse, VerticalResponseDelegated};

use crate::wire::{ID, Log, SECRET, TOKENS, client, connected, lapsed, plain, post, receive};

#[tokio::test]
async fn rfc6749_2_3_one_client_authentication_per_request() {
    for auth in [ClientAuth::Basic, ClientAuth::BasicRaw, ClientAuth::Body] {
        let endpoint = Endpoint::parse("https://post.example/revoke").unwrap();
        let provider = post(|profile| {
            profile.client_auth = auth;
            profile.revocation = Some(RevocationEndpoint { endpoint, form: RevocationForm::Standard });
        });
        // A refusal at first: no other method is tried after it.
        let (client, log) = client(provider, &[(401, r#"{"error":"invalid_client"}"#), (200, TOKENS)]);
        let refused = client.begin(ClientCredentials).obtain().await.unwrap_err();
        assert_eq!(refused.error().code(), "client_misconfigured");
        let session = lapsed(&client).await.refresh().await.unwrap();
        client.revoke(&session.into_record()).await.unwrap();
        let sent = log.take();
        assert_eq!(sent.len(), 4, "client credentials, an exchange, a refresh, a revocation");
        for sent in sent {
            let in_header = sent.authorization().is_some_and(|value| value.starts_with("Basic "));
            let in_body = sent.field("client_secret").is_some();
            assert_eq!((in_header, in_body), (auth != ClientAuth::Body, auth == ClientAuth::Body), "{auth:?}");
            assert_eq!(sent.field("client_id").is_some(), in_body, "{auth:?}");
        }
    }
}

#[tokio::test]
async fn rfc6749_2_3_1_basic_form_encodes_the_id_with_the_secret() {
    let (client, log) = client(GetResponse::retail(), &[(200, TOKENS)]);
    drop(client.begin(ClientCredentials).obtain().await.unwrap());
    let sent = log.take().remove(0);
    let pair = STANDARD.decode(sent.authorization().unwrap().strip_prefix("Basic ").unwrap()).unwrap();
    let pair = String::from_utf8(pair).unwrap();
    assert_eq!(pair, "id%3A%20%2B%25%26:secret%3A%20%2B%25%26%C3%A9");
    let (id, secret) = pair.split_once(':').unwrap();
    assert_eq!((&*plain(id), &*plain(secret)), (ID, SECRET));
}

/// The requests of a login with a refresh, where there is one.
async fn flow<P: Provider>(provider: P) -> Log
where
    AuthorizationCode: OfferedBy<P>,
{
    let (client, log) = client(provider, &[(200, TOKENS)]);
    let session = connected(&client).await;
    client.send(session.bearer().request(Method::GET, "/contacts").unwrap()).await.unwrap();
    client.revoke(&session.into_record()).await.unwrap();
    log
}

fn with_secret(log: &Log) -> usize {
    let uris = log.take().into_iter().map(|sent| sent.http.uri().to_string());
    uris.filter(|uri| uri.contains("secret")).count()
}

#[tokio::test]
async fn rfc6749_2_3_1_the_secret_is_in_no_uri() {
    assert_eq!(with_secret(&flow(GetResponse::retail()).await), 0);
    assert_eq!(with_secret(&flow(GetResponse::retail().with_json_body()).await), 0);
    assert_eq!(with_secret(&flow(VerticalResponseDelegated::production()).await), 0);
    assert_eq!(with_secret(&flow(VerticalResponse::production().with_post_exchange()).await), 0);
    assert_eq!(with_secret(&flow(post(|_| ())).await), 0);
}

/// The one exception, which VerticalResponse documents: what it is in is printed nowhere.
#[tokio::test]
async fn rfc6749_2_3_1_but_in_the_exchange_by_get_which_nothing_prints() {
    assert_eq!(with_secret(&flow(VerticalResponse::production()).await), 1);
    let by_get = post(|profile| profile.exchange = ExchangeMethod::Get);
    let (client, log) = client(by_get, &[(400, r#"{"error":"secret","error_description":"c0de"}"#)]);
    let refused = receive(&client, "code=c0de").unwrap().exchange().await.unwrap_err();
    let sent = log.take().remove(0);
    assert!(sent.http.uri().query().unwrap().contains("client_secret=secret"), "{}", sent.http.uri());
    let error = refused.error();
    let shown = format!("{} {refused:?} {refused} {error:?} {error} {client:?}", sent.shown);
    assert!(!shown.contains("secret") && !shown.contains("c0de"), "{shown}");
}
