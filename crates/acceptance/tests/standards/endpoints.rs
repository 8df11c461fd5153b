//! Where requests go: RFC 6749 §3.

use std::collections::HashSet;

use mailgrant_core::{AuthorizationCode, Callback, ClientCredentials, Endpoint, Endpoints, ErrorKind, Implicit, Pkce};
use mailgrant_getresponse::GetResponse;

use crate::wire::{REDIRECT_URI, TOKENS, client, decoded, lapsed, post};

fn with_queries() -> crate::wire::Post {
    post(|profile| {
        profile.endpoints = Endpoints::parse(
            "https://post.example/authorize?tenant=1&region=a%2Fb",
            "https://post.example/token?tenant=1&region=a%2Fb",
            "https://api.post.example",
        )
        .unwrap();
    })
}

#[test]
fn rfc6749_3_1_the_query_of_the_authorize_endpoint_is_kept() {
    let (client, _) = client(with_queries(), &[(200, TOKENS)]);
    let code = client.begin(AuthorizationCode::registered()).authorize_url().to_string();
    let implicit = client.begin(Implicit::returning_to(REDIRECT_URI).unwrap()).authorize_url().to_string();
    for (url, kind) in [(code, "code"), (implicit, "token")] {
        let kept = format!("https://post.example/authorize?tenant=1&region=a%2Fb&response_type={kind}&client_id=");
        assert!(url.starts_with(&kept), "{url}");
    }
}

#[tokio::test]
async fn rfc6749_3_2_the_token_endpoint_is_posted_to_with_its_query_kept() {
    let (client, log) = client(with_queries(), &[(200, TOKENS)]);
    drop(lapsed(&client).await.refresh().await.unwrap());
    drop(client.begin(ClientCredentials).obtain().await.unwrap());
    let sent = log.take();
    assert_eq!(sent.len(), 3);
    for sent in sent {
        let (method, uri) = (sent.http.method(), sent.http.uri());
        assert_eq!((method.as_str(), &*uri.to_string()), ("POST", "https://post.example/token?tenant=1&region=a%2Fb"));
        assert_eq!(sent.http.headers()["content-type"], "application/x-www-form-urlencoded");
    }
}

#[test]
fn rfc6749_3_1_an_endpoint_with_a_fragment_is_refused() {
    for bad in ["https://post.example/authorize#", "https://post.example/token?a=b#c", "https://post.example#/token"] {
        let refused = Endpoint::parse(bad).unwrap_err();
        assert_eq!((refused.kind(), refused.code()), (ErrorKind::Configuration, "endpoint_invalid"), "{bad}");
    }
}

#[tokio::test]
async fn rfc6749_3_1_each_parameter_is_there_once() {
    let (client, log) = client(with_queries(), &[(200, TOKENS)]);
    let login = client.begin(AuthorizationCode::returning_to(REDIRECT_URI).unwrap());
    let url = login.authorize_url().to_string();
    drop(lapsed(&client).await.refresh().await.unwrap());
    let forms = log.take().into_iter().map(|sent| sent.fields());
    for fields in [decoded(url.split_once('?').unwrap().1)].into_iter().chain(forms) {
        let names: HashSet<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names.len(), fields.len(), "{fields:?}");
    }
    for twice in
        ["code=a&code=b&state=s", "code=a&state=s&state=s", "error=a&error=a", "#access_token=a&access_token=b"]
    {
        assert_eq!(Callback::parse(twice).unwrap_err().code(), "callback_ambiguous", "{twice}");
    }
}

#[tokio::test]
async fn rfc6749_3_1_2_a_redirect_uri_is_absolute_without_a_fragment() {
    for bad in ["", "/callback", "app.example/callback", "//app.example/callback", "https://", "https://app.example/#a"]
    {
        for refused in [AuthorizationCode::returning_to(bad).err(), Implicit::returning_to(bad).err()] {
            let refused = refused.unwrap();
            assert_eq!((refused.kind(), refused.code()), (ErrorKind::Configuration, "redirect_uri_invalid"), "{bad}");
        }
    }
    for good in ["https://app.example/callback?a=b", "http://127.0.0.1:8765/callback", "com.example.app://callback"] {
        assert!(AuthorizationCode::returning_to(good).is_ok(), "{good}");
    }
}

#[tokio::test]
async fn rfc6749_4_1_3_both_requests_name_the_same_redirect_uri() {
    let uri = "https://app.example/callback?a=%2F&b=c d".replace(' ', "+");
    for grant in [AuthorizationCode::returning_to(&uri).unwrap(), AuthorizationCode::registered()] {
        let (client, log) = client(GetResponse::retail(), &[(200, TOKENS)]);
        let login = client.begin(grant);
        let query = decoded(login.authorize_url().as_str().split_once('?').unwrap().1);
        let asked = query.iter().find(|(name, _)| name == "redirect_uri").map(|(_, value)| value.clone());
        let state = crate::wire::state_of(login.authorize_url().as_str());
        // Put aside in between, and with another one in the callback.
        let login = client.resume::<AuthorizationCode>(login.into_pending()).unwrap();
        let callback = format!("code=c&redirect_uri=https://evil.example&state={state}");
        drop(login.receive(Callback::parse(&callback).unwrap()).unwrap().exchange().await.unwrap());
        assert_eq!(log.take()[0].field("redirect_uri"), asked);
        assert!(asked.is_none_or(|asked| asked == uri));
    }
}

/// RFC 9700 §2.1.1, where the provider takes it; the method is in `pkce.rs`.
#[test]
fn rfc9700_2_1_1_a_proof_key_is_sent_unless_a_profile_says_otherwise() {
    for (pkce, sent) in [(None, true), (Some(Pkce::Off), false)] {
        let provider = post(|profile| profile.pkce = pkce.unwrap_or(profile.pkce));
        let (client, _) = client(provider, &[(200, TOKENS)]);
        let url = client.begin(AuthorizationCode::registered()).authorize_url().to_string();
        assert_eq!(url.contains("&code_challenge="), sent, "{url}");
    }
}
