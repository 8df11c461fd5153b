//! How the first generation's token endpoint refuses.

use serde_json::json;

use super::{path, with_query};
use crate::rig::{Answer, CALLBACK, Rig};

fn set(rig: &Rig, name: &str, value: &str) {
    rig.emulator.settings(|settings| settings.set(&format!("verticalresponse.{name}"), value)).unwrap();
}

async fn wrong_secret(rig: &Rig) -> Answer {
    let token = path(rig, &rig.emulator.verticalresponse().token_url);
    let fields = [("client_id", "app"), ("client_secret", "wrong"), ("redirect_uri", CALLBACK), ("code", "x")];
    rig.get(&with_query(&token, &fields)).await
}

#[tokio::test]
async fn a_refused_exchange_has_several_shapes() {
    let rig = Rig::new().await;
    let refused = async || rig.classic_exchange("nonsense").await.unwrap();
    let url = rig.emulator.verticalresponse().token_url;
    let error = json!({ "code": 400, "message": "invalid token result" });
    assert_eq!(refused().await.json(), json!({ "url": url, "links": {}, "error": error }));
    set(&rig, "code_as_string", "true");
    assert_eq!(refused().await.json()["error"]["code"], "400");

    set(&rig, "exchange_errors", "status");
    let status = refused().await.json()["status"].clone();
    let expected = json!({
        "code": "400", "message": "invalid token result", "method": "GET", "params": {}, "failures": {}
    });
    assert_eq!(status, expected);

    set(&rig, "exchange_errors", "flat");
    set(&rig, "content_type", "html");
    let flat = refused().await;
    assert_eq!(
        (flat.error().as_str(), &flat.json()["error_description"]),
        ("invalid_token", &"invalid token result".into())
    );
    assert_eq!(flat.header("content-type"), Some("text/html; charset=utf-8"));

    set(&rig, "exchange_errors", "html");
    assert!(refused().await.body.starts_with("<html>"));
}

#[tokio::test]
async fn a_refused_exchange_has_any_status() {
    let rig = Rig::new().await;
    for (set_to, status) in [("200", 200), ("401", 401), ("403", 403), ("302", 400), ("7", 400)] {
        set(&rig, "exchange_status", set_to);
        let refused = rig.classic_exchange("nonsense").await.unwrap();
        assert_eq!((refused.status, &refused.json()["error"]["code"]), (status, &status.into()));
    }
}

#[tokio::test]
async fn a_wrong_client_is_told_in_several_shapes() {
    let rig = Rig::new().await;
    let page = wrong_secret(&rig).await;
    assert_eq!((page.status, page.header("content-type")), (401, Some("text/html; charset=utf-8")));
    assert!(page.body.contains("invalid client"));
    for (shape, code) in [("flat", "ERR_403_NOT_AUTHORIZED"), ("inactive", "ERR_403_DEVELOPER_INACTIVE")] {
        set(&rig, "bad_client", shape);
        let flat = wrong_secret(&rig).await;
        assert_eq!((flat.status, flat.error().as_str()), (401, "invalid_client"));
        assert_eq!(flat.header("x-mashery-error-code"), Some(code));
        assert!(flat.header("www-authenticate").unwrap().starts_with("Basic"));
    }
    assert_eq!(rig.emulator.counters().refusals, 3);
}

#[tokio::test]
async fn the_service_may_be_gone() {
    let rig = Rig::new().await;
    let access = rig.classic_connect().await;
    set(&rig, "retired", "true");
    let gone = [
        rig.classic_page(CALLBACK).await,
        rig.classic_exchange("x").await.unwrap(),
        rig.classic_api("contacts", &access).await,
    ];
    for answer in gone {
        assert_eq!((answer.status, answer.header("content-type")), (596, Some("text/xml")));
        assert_eq!(answer.header("x-mashery-error-code"), Some("ERR_596_SERVICE_NOT_FOUND"));
    }
    rig.delegated_connect().await;
}
