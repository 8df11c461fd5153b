//! The knobs for other processes, closed to web pages.

use crate::rig::{Rig, basic, form};

#[tokio::test]
async fn time_and_settings_can_be_turned() {
    let rig = Rig::new().await;
    let access = rig.connect().await.access;
    let turned = rig.control("POST", "advance", r#"{"seconds":3600}"#).await;
    assert_eq!(turned.status, 200);
    assert_eq!(rig.api("/v3/accounts", &access).await.status, 401);

    let changes = r#"{"rotation":"none","access_lifetime":5}"#;
    let merged = rig.control("POST", "settings", changes).await.json();
    assert_eq!((&merged["rotation"], &merged["access_lifetime"]), (&"none".into(), &5.into()));
    assert_eq!(merged["code_lifetime"], 600);
    let unknown = rig.control("POST", "settings", r#"{"rotatoin":"none"}"#).await;
    assert_eq!(unknown.status, 400);
    assert!(unknown.error().contains("rotatoin"));
    assert_eq!(rig.control("GET", "settings", "").await.json(), merged);

    let counters = rig.control("GET", "counters", "").await.json();
    assert_eq!((&counters["exchanges"], &counters["api_rejections"]), (&1.into(), &1.into()));
}

#[tokio::test]
async fn faults_can_be_armed_and_cleared() {
    let rig = Rig::new().await;
    let arm = async |body: &str| rig.control("POST", "fault", body).await.status;
    assert_eq!(arm(r#"{"fault":"html-502","target":"token","times":1}"#).await, 200);
    assert_eq!(rig.refresh("x").await.unwrap().status, 502);
    assert_eq!(rig.refresh("x").await.unwrap().status, 400);
    assert_eq!(arm(r#"{"fault":"rate-limit","target":"token","times":null}"#).await, 200);
    for _ in 0..2 {
        assert_eq!(rig.refresh("x").await.unwrap().status, 429);
    }
    assert_eq!(rig.control("POST", "clear-faults", "").await.status, 200);
    assert_eq!(rig.refresh("x").await.unwrap().status, 400);

    assert_eq!(arm(r#"{"fault":"nonsense","target":"token"}"#).await, 400);
    assert_eq!(arm(r#"{"fault":"wrong-state","target":"token"}"#).await, 400);
    assert_eq!(arm("not json").await, 400);
}

#[tokio::test]
async fn tokens_can_be_revoked() {
    let rig = Rig::new().await;
    let tokens = rig.connect().await;
    rig.control("POST", "revoke-access-tokens", "").await;
    assert_eq!(rig.api("/v3/accounts", &tokens.access).await.status, 401);
    rig.control("POST", "revoke-grants", "").await;
    assert_eq!(rig.refresh(tokens.refresh()).await.unwrap().status, 400);
}

#[tokio::test]
async fn apps_can_be_registered() {
    let rig = Rig::new().await;
    let app = r#"{"client_id":"late","client_secret":"s","redirect_uri":"http://127.0.0.1:1/"}"#;
    assert_eq!(rig.control("POST", "apps", app).await.status, 200);
    let headers = [("Authorization", &*basic("late:s")), crate::rig::FORM];
    let body = form(&[("grant_type", "client_credentials")]);
    let own = rig.send("POST", "/v3/token", &headers, &body).await.unwrap();
    own.tokens();
    assert_eq!(rig.control("GET", "apps", "").await.status, 404);
    assert_eq!(rig.control("POST", "nonsense", "").await.status, 404);
}

#[tokio::test]
async fn web_pages_stay_outside() {
    let rig = Rig::new().await;
    let origin = [("Origin", "http://127.0.0.1:1")];
    let page = rig.send("POST", "/_emulator/revoke-grants", &origin, "").await.unwrap();
    assert_eq!(page.status, 403);

    let port = rig.emulator.url().rsplit(':').next().unwrap().to_owned();
    let hosts = [
        (format!("rebound.example:{port}"), 421),
        ("127.0.0.1:1".to_owned(), 421),
        ("127.0.0.1".to_owned(), 421),
        (format!("localhost:{port}"), 200),
        (format!("[::1]:{port}"), 200),
    ];
    for (host, status) in hosts {
        let headers = [("Host", host.as_str())];
        let answer = rig.send("GET", "/_emulator/counters", &headers, "").await.unwrap();
        assert_eq!(answer.status, status, "{host}");
    }
}

#[tokio::test]
async fn large_bodies_are_refused() {
    let rig = Rig::new().await;
    let body = "x".repeat(64 * 1024 + 1);
    let answer = rig.send("POST", "/v3/token", &[], &body).await.unwrap();
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn a_dropped_emulator_is_gone() {
    let rig = Rig::new().await;
    let host = rig.emulator.url().replace("http://", "");
    drop(rig);
    while tokio::net::TcpStream::connect(&host).await.is_ok() {
        tokio::task::yield_now().await;
    }
}
