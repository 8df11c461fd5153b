//! The second generation's way from the consent page to the API.

use std::time::Duration;

use mailgrant_emulator::Rotation;

use super::path;
use crate::rig::{CALLBACK, FORM, Rig, form, parameter};

#[tokio::test]
async fn a_customer_connects() {
    let rig = Rig::new().await;
    let addresses = rig.emulator.verticalresponse_delegated();
    let url = rig.emulator.url();
    assert_eq!(addresses.authorize_url, format!("{url}/vr2/oauth/authorize"));
    assert_eq!(addresses.token_url, format!("{url}/vr2-gateway/api/v1/authorize"));
    assert_eq!(addresses.api_url, format!("{url}/vr2-gateway/api/v1"));
    assert_eq!(addresses.revoke_url, Some(format!("{url}/vr2/api/v1/oauth/revoke")));

    let callback = rig.delegated_page(&[("state", "a b&c")]).await.callback();
    assert_eq!(parameter(&callback, "state").as_deref(), Some("a b&c"));
    let answer = rig.delegated_exchange(&parameter(&callback, "code").unwrap()).await.unwrap();
    let tokens = answer.tokens();
    let expected = format!(
        r#"{{"access_token":"{}","refresh_token":"{}","token_type":"Bearer","expires_in":3600}}"#,
        tokens.access,
        tokens.refresh()
    );
    assert_eq!(answer.body, expected);
    assert_eq!(tokens.access.split('.').count(), 3);
    assert_eq!(rig.delegated_api("lists", &tokens.access).await.status, 200);
    rig.emulator.advance(Duration::from_secs(3600));
    let expired = rig.delegated_api("lists", &tokens.access).await;
    assert_eq!((expired.status, &expired.json()["error"]["code"]), (401, &401.into()));
    let renewed = rig.delegated_refresh(tokens.refresh()).await.unwrap().tokens();
    assert_eq!(rig.delegated_api("lists", &renewed.access).await.status, 200);
}

#[tokio::test]
async fn a_refresh_token_serves_once() {
    let rig = Rig::new().await;
    let first = rig.delegated_connect().await;
    let second = rig.delegated_refresh(first.refresh()).await.unwrap().tokens();
    let reused = rig.delegated_refresh(first.refresh()).await.unwrap();
    assert_eq!((reused.status, reused.error().as_str()), (400, "invalid_grant"));
    let third = rig.delegated_refresh(second.refresh()).await.unwrap().tokens();

    rig.emulator.settings(|settings| settings.delegated.rotation = Rotation::Strict);
    rig.delegated_refresh(second.refresh()).await.unwrap();
    assert_eq!(rig.delegated_refresh(third.refresh()).await.unwrap().status, 400);
    assert_eq!(rig.delegated_api("lists", &third.access).await.status, 200, "nobody can call it back");
    let counters = rig.emulator.counters();
    assert_eq!((counters.reused_refresh_tokens, counters.family_revocations), (2, 1));
}

#[tokio::test]
async fn other_rotations_are_possible() {
    let rig = Rig::with(|settings| settings.set("delegated.rotation", "same").unwrap()).await;
    let first = rig.delegated_connect().await;
    let same = rig.delegated_refresh(first.refresh()).await.unwrap().tokens();
    assert_eq!(same.refresh, first.refresh);
    rig.emulator.settings(|settings| settings.set("delegated.rotation", "none")).unwrap();
    assert_eq!(rig.delegated_refresh(first.refresh()).await.unwrap().tokens().refresh, None);
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let rig = Rig::new().await;
    let code = rig.delegated_code().await;
    let grant = ("grant_type", "authorization_code");
    let refresh = ("grant_type", "refresh_token");
    let cases: [(&[_], _, _); 8] = [
        (&[], 400, "invalid_request"),
        (&[("grant_type", "password")], 400, "unsupported_grant_type"),
        (&[grant], 400, "invalid_request"),
        (&[grant, ("code", &code)], 400, "invalid_grant"),
        (&[grant, ("code", "nonsense"), ("redirect_uri", CALLBACK)], 400, "invalid_grant"),
        (&[refresh], 400, "invalid_request"),
        (&[refresh, ("refresh_token", "nonsense")], 400, "invalid_grant"),
        (&[grant, ("code", &code), ("redirect_uri", CALLBACK), ("client_secret", "wrong")], 401, "invalid_client"),
    ];
    for (fields, status, error) in cases {
        let answer = rig.delegated_ask(fields).await.unwrap();
        assert_eq!((answer.status, answer.error().as_str()), (status, error), "{fields:?}");
        assert_eq!(answer.json().get("error_description").is_some(), error != "invalid_client");
    }
    rig.delegated_exchange(&code).await.unwrap().tokens();
    assert_eq!(rig.delegated_exchange(&code).await.unwrap().error(), "invalid_grant");
    assert_eq!(rig.emulator.counters().refusals, 9);
    let foreign = rig.delegated_code().await;
    let fields = [("client_id", "other"), grant, ("code", &foreign), ("redirect_uri", CALLBACK)];
    assert_eq!(rig.delegated_ask(&fields).await.unwrap().error(), "invalid_grant");
}

#[tokio::test]
async fn only_a_form_counts() {
    let rig = Rig::new().await;
    let token = path(&rig, &rig.emulator.verticalresponse_delegated().token_url);
    let json = r#"{"grant_type":"client_credentials","client_id":"app","client_secret":"secret"}"#;
    let answer = rig.send("POST", &token, &[("Content-Type", "application/json")], json).await.unwrap();
    assert_eq!(answer.error(), "invalid_request");
    let own = form(&[("grant_type", "client_credentials"), ("client_id", "app"), ("client_secret", "secret")]);
    let in_query = rig.send("POST", &format!("{token}?{own}"), &[FORM], "").await.unwrap();
    assert_eq!(in_query.error(), "invalid_request");
    let by_get = rig.get(&format!("{token}?{own}")).await;
    assert_eq!((by_get.status, by_get.header("allow")), (405, Some("POST")));
    rig.send("POST", &token, &[FORM], &own).await.unwrap().tokens();
}
