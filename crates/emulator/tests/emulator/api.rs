//! What a token opens.

use std::time::Duration;

use mailgrant_emulator::{Fault, Target, Times};

use crate::rig::Rig;

#[tokio::test]
async fn lists_are_bare_arrays_with_numbers_in_the_headers() {
    let rig = Rig::new().await;
    let access = rig.connect().await.access;
    for list in ["from-fields", "campaigns", "contacts"] {
        let path = format!("/v3/{list}");
        let answer = rig.api(&path, &access).await;
        assert_eq!(answer.json().as_array().unwrap().len(), 1);
        assert_eq!(answer.header("totalcount"), Some("1"));
        assert_eq!(answer.header("totalpages"), Some("1"));
        assert_eq!(answer.header("currentpage"), Some("1"));
        let beyond = rig.api(&format!("{path}?page=2"), &access).await;
        assert_eq!((beyond.status, beyond.body.as_str()), (200, "[]"));
    }
    let account = rig.api("/v3/accounts", &access).await.json();
    let href = format!("{}/accounts", rig.emulator.api_url());
    assert_eq!(account["href"], href);
}

#[tokio::test]
async fn writes_are_acknowledged() {
    let rig = Rig::new().await;
    let bearer = format!("Bearer {}", rig.connect().await.access);
    let headers = [("Authorization", bearer.as_str())];
    let cases = [
        ("POST", "/v3/contacts", 202),
        ("POST", "/v3/campaigns", 201),
        ("POST", "/v3/contacts/pV3r", 200),
        ("DELETE", "/v3/contacts/pV3r", 204),
        ("DELETE", "/v3/contacts/none", 404),
        ("PUT", "/v3/contacts", 400),
        ("GET", "/v3/nothing", 404),
    ];
    for (method, path, status) in cases {
        let answer = rig.send(method, path, &headers, "{}").await.unwrap();
        assert_eq!(answer.status, status, "{method} {path}");
    }
    let unknown = rig.send("GET", "/v3/nothing", &headers, "").await.unwrap();
    assert_eq!(unknown.json()["code"], 1013);
    let method = rig.send("PUT", "/v3/contacts", &headers, "").await.unwrap();
    assert_eq!(method.json()["context"]["requestMethod"], "PUT");
}

#[tokio::test]
async fn credentials_are_rejected_as_documented() {
    let rig = Rig::new().await;
    let unknown = rig.api("/v3/accounts", "nonsense").await;
    assert_eq!((unknown.status, &unknown.json()["code"]), (401, &1014.into()));
    assert_eq!(unknown.json()["context"], serde_json::json!({}));
    assert_eq!(unknown.header("www-authenticate"), None);
    let missing = rig.get("/v3/accounts").await;
    assert_eq!(missing.json()["context"]["authenticationType"], "auth_token");
    let basic = [("Authorization", "Basic YTpi")];
    let scheme = rig.send("GET", "/v3/accounts", &basic, "").await.unwrap();
    assert_eq!(scheme.json()["message"], "Unsupported authentication method");

    rig.emulator.settings(|settings| {
        settings.context_as_list = true;
        settings.www_authenticate = true;
    });
    let missing = rig.get("/v3/accounts").await;
    assert_eq!(missing.json()["context"], serde_json::json!([]));
    assert!(missing.header("www-authenticate").is_some());
    assert_eq!(rig.emulator.counters().api_rejections, 4);
}

#[tokio::test]
async fn an_api_may_take_expired_tokens() {
    let rig = Rig::new().await;
    let access = rig.connect().await.access;
    rig.emulator.advance(Duration::from_secs(3600));
    rig.emulator.fault(Fault::ExpiredAccepted, Target::Api, Times::Next(1));
    assert_eq!(rig.api("/v3/accounts", &access).await.status, 200);
    assert_eq!(rig.api("/v3/accounts", &access).await.status, 401);
}
