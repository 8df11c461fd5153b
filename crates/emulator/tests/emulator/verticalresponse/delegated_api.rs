//! What a token of the second generation opens.

use serde_json::json;

use crate::rig::Rig;

#[tokio::test]
async fn the_gateway_says_that_it_is_alive() {
    let rig = Rig::new().await;
    let alive = rig.get("/vr2-gateway/api/v1/status/is_alive").await;
    assert_eq!((alive.status, &alive.json()["success"]["code"]), (200, &200.into()));
    assert_eq!(rig.get("/vr1/api/v1/status/is_alive").await.status, 403);
}

#[tokio::test]
async fn collections_are_counted() {
    let rig = Rig::new().await;
    let access = rig.delegated_connect().await.access;
    let page = rig.delegated_api("contacts?limit=2", &access).await.json();
    assert_eq!(page["count"], 2);
    let api = rig.emulator.verticalresponse_delegated().api_url;
    assert_eq!(page["links"]["next"]["url"], format!("{api}/contacts?index=3&limit=2"));
    let elsewhere = Some("http://127.0.0.2:1".to_owned());
    rig.emulator.settings(|settings| settings.delegated.next_origin = elsewhere);
    let page = rig.delegated_api("contacts?limit=2", &access).await.json();
    assert_eq!(page["links"]["next"]["url"], "http://127.0.0.2:1/vr2-gateway/api/v1/contacts?index=3&limit=2");
}

#[tokio::test]
async fn errors_are_nested() {
    let rig = Rig::new().await;
    let access = rig.delegated_connect().await.access;
    let unknown = rig.delegated_api("contacts", "nonsense").await;
    let expected = json!({ "error": { "code": 401, "message": "The access token is invalid" } });
    assert_eq!((unknown.status, unknown.json()), (401, expected));
    assert_eq!(unknown.header("www-authenticate"), None);
    assert_eq!(rig.get("/vr2-gateway/api/v1/contacts").await.status, 401);
    assert_eq!(rig.delegated_api("messages", &access).await.json()["error"]["code"], 404);
    rig.emulator.settings(|settings| {
        settings.delegated.code_as_string = true;
        settings.www_authenticate = true;
    });
    let unknown = rig.delegated_api("contacts", "nonsense").await;
    assert_eq!(unknown.json()["error"]["code"], "401");
    assert!(unknown.header("www-authenticate").is_some());
    assert_eq!(rig.emulator.counters().api_rejections, 3);
}
