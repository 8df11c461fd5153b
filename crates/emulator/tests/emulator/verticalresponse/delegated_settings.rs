//! What is not known of the second generation.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::path;
use crate::rig::{Answer, FORM, Rig, basic, form};

fn set(rig: &Rig, name: &str, value: &str) {
    rig.emulator.settings(|settings| settings.set(&format!("delegated.{name}"), value)).unwrap();
}

async fn exchanged(rig: &Rig) -> Answer {
    let code = rig.delegated_code().await;
    rig.delegated_exchange(&code).await.unwrap()
}

#[tokio::test]
async fn lifetimes_are_told_in_several_ways() {
    let rig = Rig::new().await;
    set(&rig, "access_lifetime", "60");
    set(&rig, "expires_in", "string");
    assert_eq!(exchanged(&rig).await.json()["expires_in"], "60");
    set(&rig, "expires_in", "absent");
    let answer = exchanged(&rig).await;
    assert_eq!(answer.json().get("expires_in"), None);
    rig.emulator.advance(Duration::from_secs(60));
    assert_eq!(rig.delegated_api("lists", &answer.tokens().access).await.status, 401);

    set(&rig, "refresh_lifetime", "10");
    let tokens = exchanged(&rig).await.tokens();
    rig.emulator.advance(Duration::from_secs(10));
    assert_eq!(rig.delegated_refresh(tokens.refresh()).await.unwrap().error(), "invalid_grant");
}

#[tokio::test]
async fn a_token_may_lie_about_its_end() {
    let rig = Rig::new().await;
    let claims = |access: &str| -> Value {
        let claims = URL_SAFE_NO_PAD.decode(access.split('.').nth(1).unwrap()).unwrap();
        serde_json::from_slice(&claims).unwrap()
    };
    let honest = claims(&exchanged(&rig).await.tokens().access);
    assert_eq!(honest["exp"].as_u64().unwrap() - honest["iat"].as_u64().unwrap(), 3600);
    for lie in ["past", "future", "absent"] {
        set(&rig, "exp", lie);
        let access = exchanged(&rig).await.tokens().access;
        let told = claims(&access);
        let (issued, end) = (told["iat"].as_u64().unwrap(), told["exp"].as_u64());
        match lie {
            "past" => assert!(end.unwrap() < issued),
            "future" => assert!(end.unwrap() > issued + 3600),
            _ => assert_eq!(end, None),
        }
        assert_eq!(rig.delegated_api("lists", &access).await.status, 200);
        rig.emulator.advance(Duration::from_secs(3600));
        assert_eq!(rig.delegated_api("lists", &access).await.status, 401);
    }
}

#[tokio::test]
async fn codes_may_last_or_serve_again() {
    let rig = Rig::new().await;
    let code = rig.delegated_code().await;
    rig.emulator.advance(Duration::from_secs(300));
    assert_eq!(rig.delegated_exchange(&code).await.unwrap().error(), "invalid_grant");
    set(&rig, "code_lifetime", "3600");
    set(&rig, "code_single_use", "false");
    let code = rig.delegated_code().await;
    rig.emulator.advance(Duration::from_secs(3590));
    for _ in 0..2 {
        rig.delegated_exchange(&code).await.unwrap().tokens();
    }
}

#[tokio::test]
async fn refusals_may_have_other_words() {
    let rig = Rig::new().await;
    set(&rig, "invalid_grant", "access_revoked");
    set(&rig, "error_description", "false");
    set(&rig, "invalid_client_status", "400");
    let revoked = rig.delegated_refresh("nonsense").await.unwrap();
    assert_eq!((revoked.status, revoked.body.as_str()), (400, r#"{"error":"access_revoked"}"#));
    assert_eq!(rig.delegated_exchange("nonsense").await.unwrap().error(), "invalid_grant");
    let client = rig.delegated_ask(&[("grant_type", "refresh_token"), ("client_secret", "wrong")]).await.unwrap();
    assert_eq!((client.status, client.body.as_str()), (400, r#"{"error":"invalid_client"}"#));
}

#[tokio::test]
async fn basic_is_taken_when_told() {
    let rig = Rig::new().await;
    let token = path(&rig, &rig.emulator.verticalresponse_delegated().token_url);
    let basic = basic("app:secret");
    let own = form(&[("grant_type", "client_credentials")]);
    let ask = async || rig.send("POST", &token, &[("Authorization", &basic), FORM], &own).await.unwrap();
    assert_eq!(ask().await.error(), "invalid_client");
    set(&rig, "basic", "accepted");
    ask().await.tokens();
}

#[tokio::test]
async fn an_app_may_speak_for_itself_or_not() {
    let rig = Rig::new().await;
    let own = [("grant_type", "client_credentials")];
    let tokens = rig.delegated_ask(&own).await.unwrap().tokens();
    assert_eq!(tokens.refresh, None);
    assert_eq!(rig.delegated_api("contacts", &tokens.access).await.status, 200);
    set(&rig, "client_credentials", "refused");
    assert_eq!(rig.delegated_ask(&own).await.unwrap().error(), "unauthorized_client");
    assert_eq!(rig.emulator.counters().client_credentials, 1);
}

#[tokio::test]
async fn pkce_is_ignored_honoured_or_refused() {
    let rig = Rig::new().await;
    let challenge = [("code_challenge", "verifier"), ("code_challenge_method", "plain")];
    let code = async || crate::rig::parameter(&rig.delegated_page(&challenge).await.callback(), "code");
    rig.delegated_exchange(&code().await.unwrap()).await.unwrap().tokens();
    set(&rig, "pkce", "honoured");
    let bound = code().await.unwrap();
    assert_eq!(rig.delegated_exchange(&bound).await.unwrap().error(), "invalid_grant");
    let fields = [
        ("grant_type", "authorization_code"),
        ("redirect_uri", crate::rig::CALLBACK),
        ("code", &bound),
        ("code_verifier", "verifier"),
    ];
    rig.delegated_ask(&fields).await.unwrap().tokens();
    set(&rig, "pkce", "refused");
    assert_eq!(code().await, None);
}
