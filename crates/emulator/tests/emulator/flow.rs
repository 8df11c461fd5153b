//! The way of a customer's grant from the first page to the API.

use std::time::Duration;

use crate::rig::{CALLBACK, Rig, basic, parameter};

#[tokio::test]
async fn a_customer_connects() {
    let rig = Rig::new().await;
    let callback = rig.authorize(&[("state", "a b&c")]).await;
    assert_eq!(parameter(&callback, "state").as_deref(), Some("a b&c"));
    let code = parameter(&callback, "code").unwrap();
    assert_eq!(code.len(), 40);

    let answer = rig.exchange(&code).await.unwrap();
    let tokens = answer.tokens();
    let documented = format!(
        r#"{{"access_token":"{}","expires_in":3600,"token_type":"Bearer","scope":null,"refresh_token":"{}"}}"#,
        tokens.access,
        tokens.refresh(),
    );
    assert_eq!(answer.body, documented);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));

    let fields = rig.api("/v3/from-fields", &tokens.access).await;
    assert_eq!(fields.status, 200);
    assert_eq!(fields.header("x-ratelimit-reset"), Some("267 seconds"));

    let counters = rig.emulator.counters();
    assert_eq!((counters.authorizations, counters.consents), (1, 1));
    assert_eq!((counters.token_requests, counters.exchanges), (1, 1));
    assert_eq!((counters.api_calls, counters.api_rejections), (1, 0));
    assert_eq!(counters.peak_parallel_token_requests, 1);
    rig.emulator.shutdown().await;
}

#[tokio::test]
async fn an_app_connects_its_own_account() {
    let rig = Rig::new().await;
    let basic = basic("app:secret");
    let headers = [("Authorization", basic.as_str()), ("Content-Type", "application/json;charset=utf-8")];
    let body = r#"{"grant_type":"client_credentials"}"#;
    let answer = rig.send("POST", "/v3/token", &headers, body).await.unwrap();
    let access = answer.tokens().access;
    let documented = format!(r#"{{"access_token":"{access}","expires_in":86400,"token_type":"Bearer","scope":null}}"#);
    assert_eq!(answer.body, documented);
    assert_eq!(rig.api("/v3/accounts", &access).await.status, 200);
}

#[tokio::test]
async fn an_expired_token_is_refreshed() {
    let rig = Rig::new().await;
    let tokens = rig.connect().await;
    let before = rig.api("/v3/accounts", &tokens.access).await;

    rig.emulator.advance(Duration::from_secs(3600));
    let expired = rig.api("/v3/accounts", &tokens.access).await;
    assert_eq!(expired.status, 401);
    let documented = format!(
        concat!(
            r#"{{"httpStatus":401,"code":1014,"#,
            r#""codeDescription":"Problem during authentication process, check headers!","#,
            r#""message":"The access token provided is expired","#,
            r#""moreInfo":"https://apidocs.getresponse.com/en/v3/errors/1014","#,
            r#""context":{{"sentToken":"{}"}}}}"#
        ),
        tokens.access
    );
    assert_eq!(expired.body, documented);

    let renewed = rig.refresh(tokens.refresh()).await.unwrap().tokens();
    let after = rig.api("/v3/accounts", &renewed.access).await;
    assert_eq!(before.json()["accountId"], after.json()["accountId"]);
}

#[tokio::test]
async fn each_customer_is_an_account_of_their_own() {
    let rig = Rig::new().await;
    let id = async |access: &str| {
        let account = rig.api("/v3/accounts", access).await.json();
        account["accountId"].as_str().unwrap().to_owned()
    };
    let (one, two) = (rig.connect().await, rig.connect().await);
    assert_ne!(id(&one.access).await, id(&two.access).await);

    rig.emulator.settings(|settings| settings.account = Some("me@example.com".into()));
    let (one, two) = (rig.connect().await, rig.connect().await);
    assert_eq!(id(&one.access).await, id(&two.access).await);
}

#[tokio::test]
async fn a_redirect_uri_that_was_sent_is_sent_again() {
    let rig = Rig::new().await;
    let callback = rig.authorize(&[("redirect_uri", CALLBACK)]).await;
    let code = parameter(&callback, "code").unwrap();
    let refused = rig.exchange(&code).await.unwrap();
    assert_eq!(refused.error(), "redirect_uri_mismatch");
    let fields = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)];
    assert_eq!(rig.token(&fields).await.unwrap().status, 200);
}

#[tokio::test]
async fn pkce_is_honoured_when_told() {
    let rig = Rig::with(|settings| settings.set("pkce", "honoured").unwrap()).await;
    // The pair of RFC 7636, appendix B.
    let challenge =
        [("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"), ("code_challenge_method", "S256")];
    let code = parameter(&rig.authorize(&challenge).await, "code").unwrap();
    assert_eq!(rig.exchange(&code).await.unwrap().error(), "invalid_grant");
    let exchange = async |verifier| {
        let fields = [("grant_type", "authorization_code"), ("code", &code), ("code_verifier", verifier)];
        rig.token(&fields).await.unwrap()
    };
    assert_eq!(exchange("wrong").await.error(), "invalid_grant");
    let right = exchange("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").await;
    assert_eq!(right.status, 200);
}

#[tokio::test]
async fn pkce_is_ignored_or_refused_when_told() {
    let rig = Rig::new().await;
    let challenge = [("code_challenge", "x"), ("code_challenge_method", "S256")];
    let code = parameter(&rig.authorize(&challenge).await, "code").unwrap();
    assert_eq!(rig.exchange(&code).await.unwrap().status, 200);

    rig.emulator.settings(|settings| settings.set("pkce", "refused")).unwrap();
    let refused = rig.authorize(&challenge).await;
    assert_eq!(parameter(&refused, "error").as_deref(), Some("invalid_request"));
}

#[tokio::test]
async fn requests_in_work_are_counted() {
    use tokio::io::AsyncWriteExt as _;
    let rig = Rig::new().await;
    let code = rig.code().await;
    let host = rig.emulator.url().replace("http://", "");
    let mut unfinished = tokio::net::TcpStream::connect(&host).await.unwrap();
    let half = format!("POST /v3/token HTTP/1.1\r\nHost: {host}\r\nContent-Length: 9\r\n\r\nhalf");
    unfinished.write_all(half.as_bytes()).await.unwrap();
    while rig.emulator.counters().token_requests == 0 {
        tokio::task::yield_now().await;
    }
    rig.exchange(&code).await.unwrap().tokens();
    assert_eq!(rig.emulator.counters().peak_parallel_token_requests, 2);
}
