//! Token requests whose body is JSON.

use crate::rig::{Answer, CALLBACK, FORM, Rig, basic, parameter};

const JSON: (&str, &str) = ("Content-Type", "application/json;charset=utf-8");

async fn with_json(rig: &Rig, body: &serde_json::Value) -> Answer {
    let basic = basic("app:secret");
    let headers = [("Authorization", basic.as_str()), JSON];
    rig.send("POST", "/v3/token", &headers, &body.to_string()).await.unwrap()
}

#[tokio::test]
async fn every_grant_may_come_as_json() {
    let rig = Rig::with(|settings| settings.set("pkce", "honoured").unwrap()).await;
    let challenge = [("redirect_uri", CALLBACK), ("code_challenge", "verifier"), ("code_challenge_method", "plain")];
    let code = parameter(&rig.authorize(&challenge).await, "code").unwrap();
    let body = serde_json::json!({
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": "verifier",
        "scope": null,
    });
    let first = with_json(&rig, &body).await.tokens();
    let body = serde_json::json!({ "grant_type": "refresh_token", "refresh_token": first.refresh() });
    let second = with_json(&rig, &body).await.tokens();
    assert_eq!(rig.api("/v3/accounts", &second.access).await.status, 200);
    let own = r#"{"grant_type":"client_credentials","client_id":"app","client_secret":"secret"}"#;
    rig.send("POST", "/v3/token", &[JSON], own).await.unwrap().tokens();

    let broken = rig.send("POST", "/v3/token", &[JSON], "{").await.unwrap();
    assert_eq!((broken.status, broken.error().as_str()), (400, "invalid_request"));
    let mislabelled = rig.send("POST", "/v3/token", &[FORM], own).await.unwrap();
    assert_eq!(mislabelled.status, 400);
    rig.refresh(second.refresh()).await.unwrap().tokens();
    let counters = rig.emulator.counters();
    assert_eq!((counters.token_requests, counters.json_requests), (6, 4));
    assert_eq!((counters.exchanges, counters.refreshes, counters.client_credentials), (1, 2, 1));
}
