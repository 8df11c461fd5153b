//! What a token of the first generation opens.

use serde_json::json;

use crate::rig::Rig;

#[tokio::test]
async fn a_collection_has_pages() {
    let rig = Rig::new().await;
    let access = rig.classic_connect().await;
    let api = rig.emulator.verticalresponse().api_url;
    let whole = rig.classic_api("contacts", &access).await.json();
    assert_eq!((&whole["url"], whole.get("count")), (&format!("{api}/contacts").into(), None));
    assert_eq!(whole["items"].as_array().unwrap().len(), 3);
    assert_eq!(whole["items"][0]["attributes"]["email"], "john@example.com");
    assert_eq!(whole["links"], json!({ "up": { "url": format!("{api}/") } }));

    let first = rig.classic_api("contacts?limit=2", &access).await.json();
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    assert_eq!(first["links"]["next"]["url"], format!("{api}/contacts?index=3&limit=2"));
    let second = rig.classic_api("contacts?index=3&limit=2", &access).await.json();
    assert_eq!(second["items"][0], whole["items"][2]);
    assert_eq!(second["links"].get("next"), None);
    let wrong = rig.classic_api("lists?limit=0", &access).await;
    assert_eq!((wrong.status, wrong.json()["error"]["failures"].get("limit").is_some()), (400, true));

    let elsewhere = Some("https://elsewhere.example".to_owned());
    rig.emulator.settings(|settings| settings.verticalresponse.next_origin = elsewhere);
    let tempting = rig.classic_api("lists?limit=1", &access).await.json();
    assert_eq!(tempting["links"]["next"]["url"], "https://elsewhere.example/vr1/api/v1/lists?index=2&limit=1");
}

#[tokio::test]
async fn the_rest_of_the_api_answers_in_envelopes() {
    let rig = Rig::new().await;
    let access = rig.classic_connect().await;
    let bearer = format!("Bearer {access}");
    let send = async |method: &str, resource: &str, accept: &str| {
        let headers = [("Authorization", bearer.as_str()), ("Accept", accept)];
        rig.send(method, &format!("/vr1/api/v1/{resource}"), &headers, "{}").await.unwrap()
    };
    let created = send("POST", "contacts", "application/json").await;
    assert_eq!((created.status, &created.json()["success"]["code"]), (201, &201.into()));
    for (method, resource, accept, status) in [
        ("GET", "users/1", "*/*", 404),
        ("GET", "messages", "application/json;q=0.9", 404),
        ("GET", "oauth/nothing", "application/*", 404),
        ("PUT", "contacts", "text/html, */*;q=0.1", 405),
        ("GET", "contacts", "text/html", 406),
    ] {
        let answer = send(method, resource, accept).await;
        assert_eq!((answer.status, &answer.json()["error"]["code"]), (status, &status.into()), "{method} {resource}");
    }
    assert_eq!(rig.get("/vr1/elsewhere").await.status, 404);
}

#[tokio::test]
async fn a_bad_token_has_several_shapes() {
    let rig = Rig::new().await;
    let access = rig.classic_connect().await;
    rig.emulator.revoke_by_user();
    let rejected = rig.classic_api("contacts", &access).await;
    assert_eq!((rejected.status, &rejected.json()["error"]["code"]), (403, &403.into()));
    assert!(rejected.json()["error"]["message"].as_str().unwrap().contains("invalid or expired token"));
    assert_eq!((rejected.header("x-mashery-error-code"), rejected.header("www-authenticate")), (None, None));

    rig.emulator.settings(|settings| {
        settings.set("verticalresponse.rejection_status", "401").unwrap();
        settings.set("verticalresponse.api_errors", "status").unwrap();
        settings.set("verticalresponse.code_as_string", "true").unwrap();
        settings.set("verticalresponse.mashery_headers", "true").unwrap();
    });
    let rejected = rig.get("/vr1/api/v1/contacts").await;
    assert_eq!((rejected.status, &rejected.json()["status"]["code"]), (401, &"401".into()));
    assert_eq!(rejected.header("x-mashery-error-code"), Some("ERR_403_NOT_AUTHORIZED"));
    assert!(rejected.header("www-authenticate").unwrap().starts_with("Bearer realm="));
    assert_eq!(rig.emulator.counters().api_rejections, 2);
}

#[tokio::test]
async fn a_token_in_the_query_is_counted() {
    let rig = Rig::new().await;
    let access = rig.classic_connect().await;
    let answer = rig.get(&format!("/vr1/api/v1/lists?access_token={access}")).await;
    assert_eq!((answer.status, rig.emulator.counters().tokens_in_query), (200, 1));
    assert!(!format!("{:?}", rig.emulator.last_api_request()).contains(&access));

    let access = rig.delegated_connect().await.access;
    let answer = rig.get(&format!("/vr2-gateway/api/v1/lists?access_token={access}")).await;
    assert_eq!((answer.status, rig.emulator.counters().tokens_in_query), (401, 2));
}
