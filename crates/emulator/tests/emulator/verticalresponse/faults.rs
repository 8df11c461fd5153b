//! What the faults do to VerticalResponse.

use std::time::Duration;

use mailgrant_emulator::{Fault, Target, Throttling, Times};

use crate::rig::{CALLBACK, Rig, parameter};

fn once(rig: &Rig, fault: Fault, target: Target) {
    rig.emulator.fault(fault, target, Times::Next(1));
}

#[tokio::test]
async fn an_exchange_by_get_can_be_lost() {
    let rig = Rig::new().await;
    let code = rig.classic_code().await;
    once(&rig, Fault::DropBeforeCommit, Target::Token);
    assert!(rig.classic_exchange(&code).await.is_none());
    once(&rig, Fault::DropAfterCommit, Target::Token);
    assert!(rig.classic_exchange(&code).await.is_none());
    assert_eq!(rig.classic_exchange(&code).await.unwrap().status, 400, "the code is spent");
    let counters = rig.emulator.counters();
    assert_eq!((counters.exchanges, counters.reused_codes, counters.token_requests), (1, 1, 3));
}

#[tokio::test]
async fn throttling_has_several_styles() {
    let rig = Rig::new().await;
    for (throttling, status, code, retry_after) in [
        (Throttling::OverQps, 403, Some("ERR_403_DEVELOPER_OVER_QPS"), Some("7")),
        (Throttling::OverRate, 403, Some("ERR_403_DEVELOPER_OVER_RATE"), None),
        (Throttling::Json, 429, None, Some("7")),
    ] {
        rig.emulator.settings(|settings| {
            settings.verticalresponse.throttling = throttling;
            settings.delegated.throttling = throttling;
        });
        once(&rig, Fault::RateLimit, Target::Api);
        once(&rig, Fault::RateLimit, Target::Token);
        let answers = [rig.classic_api("lists", "x").await, rig.delegated_refresh("x").await.unwrap()];
        for answer in answers {
            assert_eq!((answer.status, answer.header("retry-after")), (status, retry_after));
            assert_eq!(answer.header("x-mashery-error-code"), code);
            assert_eq!(code.is_some(), answer.header("content-type") == Some("text/xml"));
        }
    }
}

#[tokio::test]
async fn answers_can_be_broken() {
    let rig = Rig::new().await;
    let access = rig.classic_connect().await;
    once(&rig, Fault::ErrorIn200, Target::Api);
    let api = rig.classic_api("lists", &access).await;
    assert_eq!((api.status, &api.json()["error"]["code"]), (200, &403.into()));
    once(&rig, Fault::ErrorIn200, Target::Token);
    let exchange = rig.classic_exchange("x").await.unwrap();
    assert_eq!((exchange.status, &exchange.json()["error"]["message"]), (200, &"invalid token result".into()));
    once(&rig, Fault::ErrorIn200, Target::Token);
    assert_eq!(rig.delegated_refresh("x").await.unwrap().error(), "invalid_grant");
    once(&rig, Fault::InvalidClient, Target::Token);
    assert_eq!(rig.classic_exchange("x").await.unwrap().status, 401);
    once(&rig, Fault::InvalidClient, Target::Token);
    assert_eq!(rig.delegated_refresh("x").await.unwrap().error(), "invalid_client");
    once(&rig, Fault::Html502, Target::Authorize);
    assert_eq!(rig.classic_page(CALLBACK).await.status, 502);
    once(&rig, Fault::TokenTypeMac, Target::Token);
    let code = rig.classic_code().await;
    assert_eq!(rig.classic_exchange(&code).await.unwrap().json()["token_type"], "mac");
    assert_eq!(rig.emulator.counters().faults, 7);
}

#[tokio::test]
async fn promises_can_be_broken() {
    let rig = Rig::new().await;
    once(&rig, Fault::WrongState, Target::Authorize);
    let callback = rig.delegated_page(&[]).await.callback();
    assert!(parameter(&callback, "state").is_some_and(|state| state != "s"));
    once(&rig, Fault::CodeAcceptedTwice, Target::Token);
    let code = rig.classic_code().await;
    for _ in 0..2 {
        rig.classic_exchange(&code).await.unwrap().tokens();
    }
    let tokens = rig.delegated_connect().await;
    once(&rig, Fault::NoRotation, Target::Token);
    assert_eq!(rig.delegated_refresh(tokens.refresh()).await.unwrap().tokens().refresh, tokens.refresh);
    once(&rig, Fault::RefreshRefused, Target::Token);
    assert_eq!(rig.delegated_refresh(tokens.refresh()).await.unwrap().error(), "invalid_grant");
    rig.emulator.advance(Duration::from_secs(3600));
    once(&rig, Fault::ExpiredAccepted, Target::Api);
    assert_eq!(rig.delegated_api("lists", &tokens.access).await.status, 200);
    assert_eq!(rig.delegated_api("lists", &tokens.access).await.status, 401);
}

#[tokio::test]
async fn a_revocation_can_be_struck() {
    let rig = Rig::new().await;
    let tokens = rig.delegated_connect().await;
    once(&rig, Fault::Html502, Target::Revoke);
    assert_eq!(rig.delegated_revoke(tokens.refresh()).await.unwrap().status, 502);
    once(&rig, Fault::InvalidClient, Target::Revoke);
    assert_eq!(rig.delegated_revoke(tokens.refresh()).await.unwrap().error(), "invalid_client");
    once(&rig, Fault::ErrorIn200, Target::Revoke);
    assert_eq!(rig.delegated_revoke(tokens.refresh()).await.unwrap().json()["error"]["code"], 401);
    once(&rig, Fault::DropBeforeCommit, Target::Revoke);
    assert!(rig.delegated_revoke(tokens.refresh()).await.is_none());
    assert_eq!(rig.emulator.counters().revocations, 0);
    let arm = r#"{"fault":"drop-after-commit","target":"revoke","times":1}"#;
    assert_eq!(rig.control("POST", "fault", arm).await.status, 200);
    assert!(rig.delegated_revoke(tokens.refresh()).await.is_none());
    let counters = rig.emulator.counters();
    assert_eq!((counters.revoke_requests, counters.revocations), (5, 1));
    let nested = r#"{"delegated":{"revoke":"error"}}"#;
    let merged = rig.control("POST", "settings", nested).await.json();
    assert_eq!((&merged["delegated"]["revoke"], &merged["delegated"]["exp"]), (&"error".into(), &"honest".into()));
}
