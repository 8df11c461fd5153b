//! What the first generation's token reply may look like.

use std::time::Duration;

use serde_json::{Value, json};

use crate::rig::{Answer, Rig};

async fn reply_under(settings: &[(&str, &str)]) -> (Rig, Answer) {
    let rig = Rig::with(|all| {
        for (name, value) in settings {
            all.set(&format!("verticalresponse.{name}"), value).unwrap();
        }
    })
    .await;
    let code = rig.classic_code().await;
    let answer = rig.classic_exchange(&code).await.unwrap();
    (rig, answer)
}

#[tokio::test]
async fn the_user_id_has_several_shapes() {
    let shape = async |shape| reply_under(&[("user_id", shape)]).await.1.json()["user_id"].clone();
    let string = shape("string").await;
    let number = shape("number").await;
    assert_eq!(string, number.as_u64().unwrap().to_string());
    assert_eq!(shape("null").await, Value::Null);
    let (_, absent) = reply_under(&[("user_id", "absent")]).await;
    assert!(!absent.body.contains("user_id"));
}

#[tokio::test]
async fn the_token_type_has_several_shapes() {
    for (shape, expected) in [("bearer", json!("bearer")), ("Bearer", json!("Bearer")), ("null", Value::Null)] {
        let (_, answer) = reply_under(&[("token_type", shape)]).await;
        assert_eq!(answer.json()["token_type"], expected);
        assert!(answer.body.contains("token_type"));
    }
    let (_, absent) = reply_under(&[("token_type", "absent")]).await;
    assert!(!absent.body.contains("token_type"));
}

#[tokio::test]
async fn the_reply_may_have_another_type() {
    for (shape, expected) in [("html", "text/html; charset=utf-8"), ("javascript", "text/javascript; charset=utf-8")] {
        let (_, answer) = reply_under(&[("content_type", shape), ("no_store", "false")]).await;
        assert_eq!((answer.header("content-type"), answer.header("cache-control")), (Some(expected), None));
        answer.tokens();
    }
}

#[tokio::test]
async fn extras_may_say_nothing() {
    let (rig, nulls) = reply_under(&[("extras", "nulls")]).await;
    let json = nulls.json();
    for name in ["expires_in", "refresh_token", "scope"] {
        assert_eq!(json.get(name), Some(&Value::Null), "{name}");
    }
    let (_, zero) = reply_under(&[("extras", "expires_in_zero")]).await;
    assert_eq!(zero.json()["expires_in"], 0);
    rig.emulator.advance(Duration::from_secs(86400));
    assert_eq!(rig.classic_api("lists", &nulls.tokens().access).await.status, 200);
}

#[tokio::test]
async fn a_token_may_end() {
    let (rig, answer) = reply_under(&[("extras", "expires_in"), ("access_lifetime", "60")]).await;
    assert_eq!((&answer.json()["expires_in"], answer.tokens().refresh), (&60.into(), None));
    let access = answer.tokens().access;
    assert_eq!(rig.classic_api("lists", &access).await.status, 200);
    rig.emulator.advance(Duration::from_secs(60));
    assert_eq!(rig.classic_api("lists", &access).await.status, 403);
}

#[tokio::test]
async fn a_token_may_be_refreshed_one_day() {
    let (rig, answer) = reply_under(&[("extras", "refresh_token")]).await;
    let first = answer.tokens();
    let fields = [("grant_type", "refresh_token"), ("refresh_token", first.refresh())];
    let second = rig.classic_ask("POST", &fields).await.unwrap();
    assert_eq!(second.json()["expires_in"], 3600);
    let second = second.tokens();
    assert_ne!(first.refresh, second.refresh);
    assert_eq!(rig.classic_api("lists", &second.access).await.status, 200);
    assert_eq!(rig.emulator.counters().refreshes, 1);
    assert_eq!(rig.classic_ask("POST", &fields).await.unwrap().status, 400, "as `rotation` says");
    let code = rig.classic_code().await;
    let code = [("code", code.as_str())];
    assert_eq!(rig.classic_ask("POST", &code).await.unwrap().status, 405, "a POST still does not exchange");
}
