//! The first generation's way from the consent page to the API.

use std::time::Duration;

use crate::rig::{CALLBACK, Rig, parameter};

#[tokio::test]
async fn a_customer_connects() {
    let rig = Rig::new().await;
    let addresses = rig.emulator.verticalresponse();
    let url = rig.emulator.url();
    assert_eq!(addresses.authorize_url, format!("{url}/vr1/api/v1/oauth/authorize"));
    assert_eq!(addresses.token_url, format!("{url}/vr1/api/v1/oauth/access_token"));
    assert_eq!((addresses.api_url, addresses.revoke_url), (format!("{url}/vr1/api/v1"), None));

    let callback = rig.classic_page(CALLBACK).await.callback();
    assert_eq!(callback.len(), 1, "a code, nothing else");
    let code = parameter(&callback, "code").unwrap();
    let answer = rig.classic_exchange(&code).await.unwrap();
    let access = answer.tokens().access;
    assert_eq!(access.len(), 24);
    assert!(access.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
    let reply = answer.json();
    assert_eq!(reply.as_object().unwrap().len(), 3);
    assert_eq!(reply["token_type"], "bearer");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));

    let id = reply["user_id"].as_str().unwrap();
    let user = rig.classic_api(&format!("users/{id}"), &access).await;
    assert_eq!(user.json()["attributes"]["email"], "customer-1@example.com");
    rig.emulator.advance(Duration::from_secs(10 * 365 * 86400));
    assert_eq!(rig.classic_api("contacts", &access).await.status, 200, "a token has no end");

    let counters = rig.emulator.counters();
    assert_eq!((counters.authorizations, counters.consents, counters.exchanges), (1, 1, 1));
    assert_eq!((counters.token_requests, counters.api_calls, counters.tokens_in_query), (1, 2, 0));
}

#[tokio::test]
async fn a_redirect_uri_may_have_a_query() {
    let rig = Rig::new().await;
    let named = format!("{CALLBACK}?page=a%20b");
    let callback = rig.classic_page(&named).await.callback();
    assert_eq!(parameter(&callback, "page").as_deref(), Some("a b"));
    let code = parameter(&callback, "code").unwrap();
    let bare = rig.classic_exchange(&code).await.unwrap();
    assert_eq!((bare.status, &bare.json()["error"]["message"]), (400, &"invalid token result".into()));
    let fields = [("redirect_uri", named.as_str()), ("code", &code)];
    rig.classic_ask("GET", &fields).await.unwrap().tokens();
}

#[tokio::test]
async fn a_code_serves_once_within_five_minutes() {
    let rig = Rig::new().await;
    let (early, late) = (rig.classic_code().await, rig.classic_code().await);
    rig.emulator.advance(Duration::from_secs(290));
    rig.classic_exchange(&early).await.unwrap().tokens();
    assert_eq!(rig.classic_exchange(&early).await.unwrap().status, 400);
    rig.emulator.advance(Duration::from_secs(10));
    assert_eq!(rig.classic_exchange(&late).await.unwrap().status, 400);
    assert_eq!(rig.emulator.counters().refusals, 2);

    rig.emulator.settings(|settings| {
        settings.verticalresponse.code_lifetime = 3600;
        settings.verticalresponse.code_single_use = false;
    });
    let code = rig.classic_code().await;
    rig.emulator.advance(Duration::from_secs(3599));
    for _ in 0..2 {
        rig.classic_exchange(&code).await.unwrap().tokens();
    }
}

#[tokio::test]
async fn an_exchange_is_seen_without_its_secrets() {
    let rig = Rig::new().await;
    let code = rig.classic_code().await;
    rig.classic_exchange(&code).await.unwrap().tokens();
    let seen = rig.emulator.last_token_request().unwrap();
    assert_eq!(seen.method, "GET");
    assert_eq!(seen.parameter("client_id").as_deref(), Some("app"));
    assert_eq!(seen.parameter("redirect_uri").as_deref(), Some(CALLBACK));
    assert_eq!(seen.parameter("client_secret").as_deref(), Some("[redacted]"));
    assert_eq!((seen.parameter("code").as_deref(), seen.parameter("state")), (Some("[redacted]"), None));
    let printed = format!("{seen:?}");
    assert!(!printed.contains(&code) && !printed.contains("=secret"));
}

#[tokio::test]
async fn the_method_of_an_exchange_is_a_setting() {
    let rig = Rig::new().await;
    let code = rig.classic_code().await;
    let fields = [("redirect_uri", CALLBACK), ("code", code.as_str())];
    let refused = rig.classic_ask("POST", &fields).await.unwrap();
    assert_eq!((refused.status, refused.header("allow")), (405, Some("GET")));
    assert_eq!(refused.json()["error"]["code"], 405);
    rig.emulator.settings(|settings| {
        settings.set("verticalresponse.post_exchange", "accepted").unwrap();
        settings.set("verticalresponse.get_exchange", "refused").unwrap();
    });
    assert_eq!(rig.classic_ask("GET", &fields).await.unwrap().status, 405);
    rig.classic_ask("POST", &fields).await.unwrap().tokens();
    assert_eq!(rig.emulator.last_token_request().unwrap().field("client_id"), Some("app"));
    assert_eq!(rig.classic_ask("PUT", &fields).await.unwrap().status, 405);
    assert_eq!(rig.emulator.counters().token_requests, 3, "a PUT is no token request");
}
