//! What a client sent, as a test gets to see it.

use mailgrant_emulator::{Fault, Target, Times};

use crate::rig::{FORM, Rig, basic, form};

const JSON: (&str, &str) = ("Content-Type", "application/json;charset=utf-8");

#[tokio::test]
async fn the_last_token_request_can_be_looked_at() {
    let rig = Rig::new().await;
    assert_eq!(rig.emulator.last_token_request(), None);
    let code = rig.code().await;
    let basic = basic("app:secret");
    let headers = [("authorization", basic.as_str()), FORM, ("X-Domain", "a.example.com")];
    let fields = [("grant_type", "authorization_code"), ("code", code.as_str()), ("empty", "")];
    let tokens = rig.send("POST", "/v3/token?x=1", &headers, &form(&fields)).await.unwrap().tokens();
    let seen = rig.emulator.last_token_request().unwrap();
    assert_eq!((seen.method.as_str(), seen.path_and_query.as_str()), ("POST", "/v3/token?x=1"));
    assert_eq!((seen.header("Authorization"), seen.header("X-Domain")), (Some("Basic"), Some("a.example.com")));
    assert_eq!((seen.header("Content-Type"), seen.header("Accept")), (Some(FORM.1), None));
    let fields = seen.form.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let expected = [("grant_type", "authorization_code"), ("code", "[redacted]"), ("empty", "")];
    assert_eq!(fields.collect::<Vec<_>>(), expected);

    let body = serde_json::json!({ "grant_type": "refresh_token", "refresh_token": tokens.refresh(), "n": 1 });
    let headers = [("Authorization", basic.as_str()), JSON];
    rig.send("POST", "/v3/token", &headers, &body.to_string()).await.unwrap().tokens();
    let seen = rig.emulator.last_token_request().unwrap();
    assert_eq!((seen.field("grant_type"), seen.field("n")), (Some("refresh_token"), Some("1")));
    assert_eq!((seen.field("refresh_token"), seen.field("code")), (Some("[redacted]"), None));

    // What a proxy answers or nobody answers was sent nevertheless.
    rig.emulator.fault(Fault::DropBeforeCommit, Target::Token, Times::Next(1));
    assert!(rig.refresh("lost").await.is_none());
    let seen = rig.emulator.last_token_request().unwrap();
    assert_eq!(seen.form.len(), 2);
    rig.get("/v3/token").await;
    assert_eq!(rig.emulator.last_token_request(), Some(seen), "only a POST is a token request");
    assert_eq!(rig.emulator.last_api_request(), None);
}

#[tokio::test]
async fn the_last_api_request_can_be_looked_at() {
    let rig = Rig::new().await;
    let access = rig.connect().await.access;
    let bearer = format!("Bearer {access}");
    let headers = [("Authorization", bearer.as_str()), JSON, ("X-Parent-Login", "me@example.com")];
    let path = "/v3/contacts?query%5Bemail%5D=a%40b&page=2";
    rig.send("POST", path, &headers, r#"{"email":"a@b","dayOfCycle":10}"#).await.unwrap();
    let seen = rig.emulator.last_api_request().unwrap();
    assert_eq!((seen.method.as_str(), seen.path_and_query.as_str()), ("POST", path));
    assert_eq!((seen.header("authorization"), seen.header("x-parent-login")), (Some("Bearer"), Some("me@example.com")));
    assert_eq!((seen.field("email"), seen.field("dayOfCycle")), (Some("a@b"), Some("10")));
    assert!(!format!("{seen:?}").contains(&access));

    rig.api("/v3/accounts", "nonsense").await;
    let rejected = rig.emulator.last_api_request().unwrap();
    assert_eq!((rejected.path_and_query.as_str(), rejected.form.len()), ("/v3/accounts", 0));
}
