//! GetResponse on the wire: what is sent byte for byte, and what each documented answer means.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use mailgrant_core::{
    AuthorizationCode, Callback, Client, Credentials, Error, ErrorKind, Expired, Expiry, RefreshError, Request,
    Session, Standing,
    bytes::Bytes,
    http::{Response, header},
    testing::{ManualHost, MockTransport},
};
use mailgrant_getresponse::GetResponse;

const ANSWER: &str = r#"{"access_token":"03807cb390319329bdf6c777d4dfae9c0d3b3c35","expires_in":3600,"token_type":"Bearer","scope":null,"refresh_token":"170d9f64e781aaa6b3ba036083faba71b2fc4e6c"}"#;

type Log = Arc<Mutex<Vec<String>>>;

/// A client whose provider gives these answers in turn, and a log of what was sent.
fn client(answers: Vec<(u16, &'static str)>) -> (Client<GetResponse>, Log, ManualHost) {
    let (log, host) = (Log::default(), ManualHost::default());
    let mut transport = MockTransport::new();
    let (sent, answers) = (log.clone(), Mutex::new(answers.into_iter()));
    transport.expect_send().returning(move |request| {
        sent.lock().unwrap().push(as_text(&request));
        let (status, body) = answers.lock().unwrap().next().expect("one request too many");
        Ok(Response::builder().status(status).body(Bytes::from_static(body.as_bytes())).unwrap())
    });
    let client =
        Client::builder(GetResponse::retail(), Credentials::new("client_id", "client_secret"), Arc::new(transport))
            .host(Arc::new(host.clone()))
            .build()
            .unwrap();
    (client, log, host)
}

fn as_text(request: &Request) -> String {
    let http = &request.http;
    let mut text = format!("{} {}\n", http.method(), http.uri());
    for name in [header::AUTHORIZATION, header::CONTENT_TYPE] {
        if let Some(value) = http.headers().get(&name) {
            text += &format!("{name}: {}\n", value.to_str().unwrap());
        }
    }
    text + &String::from_utf8_lossy(http.body())
}

async fn connected(
    client: &Client<GetResponse>,
) -> Session<GetResponse, AuthorizationCode, mailgrant_core::Authorized> {
    let login = client.begin(AuthorizationCode::registered());
    let url = login.authorize_url().to_string();
    let state = url.split("state=").nth(1).unwrap();
    let callback = Callback::parse(&format!("code=ed17c498bfe343175cd7684c5b09979f2875b25c&state={state}")).unwrap();
    login.receive(callback).unwrap().exchange().await.unwrap()
}

async fn lapsed(client: &Client<GetResponse>) -> Session<GetResponse, AuthorizationCode, Expired> {
    match connected(client).await.expire() {
        Standing::Lapsed(session) => session,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_authorize_url_is_the_documented_one() {
    let (client, _, _) = client(vec![]);
    let url = client.begin(AuthorizationCode::registered()).authorize_url().to_string();
    let (before, state) = url.split_once("&state=").unwrap();
    assert_eq!(before, "https://app.getresponse.com/oauth2_authorize.html?response_type=code&client_id=client_id");
    assert_eq!(state.len(), 43);
}

#[tokio::test]
async fn the_exchange_and_the_refresh_are_the_documented_ones() {
    let (client, log, host) = client(vec![(200, ANSWER), (200, ANSWER)]);
    let session = connected(&client).await;
    assert!(matches!(session.expires_at(), Expiry::At(_)));
    host.advance(Duration::from_secs(3600));
    let Standing::Lapsed(session) = session.check() else { panic!("an hour has passed") };
    drop(session.refresh().await.unwrap());
    let expected = |body: &str| {
        format!(
            "POST https://api.getresponse.com/v3/token\nauthorization: Basic Y2xpZW50X2lkOmNsaWVudF9zZWNyZXQ=\ncontent-type: application/x-www-form-urlencoded\n{body}"
        )
    };
    assert_eq!(
        *log.lock().unwrap(),
        [
            expected("grant_type=authorization_code&code=ed17c498bfe343175cd7684c5b09979f2875b25c"),
            expected("grant_type=refresh_token&refresh_token=170d9f64e781aaa6b3ba036083faba71b2fc4e6c"),
        ]
    );
}

#[tokio::test]
async fn the_redirect_uri_is_sent_in_both_requests_or_in_none() {
    let (client, log, _) = client(vec![(200, ANSWER)]);
    let login = client.begin(AuthorizationCode::returning_to("https://app.example/cb?x=1").unwrap());
    let url = login.authorize_url().to_string();
    assert!(url.contains("&redirect_uri=https%3A%2F%2Fapp.example%2Fcb%3Fx%3D1&state="), "{url}");
    let state = url.split("state=").nth(1).unwrap();
    drop(login.receive(Callback::parse(&format!("code=c&state={state}")).unwrap()).unwrap().exchange().await.unwrap());
    assert!(log.lock().unwrap()[0].ends_with("&code=c&redirect_uri=https%3A%2F%2Fapp.example%2Fcb%3Fx%3D1"));
}

fn arm(result: Result<impl Sized, RefreshError<GetResponse, AuthorizationCode>>) -> (&'static str, Error) {
    match result {
        Ok(_) => panic!("it was renewed"),
        Err(RefreshError::Refused { error, .. }) => ("refused", error),
        Err(RefreshError::Untouched { error, .. }) => ("untouched", error),
        Err(RefreshError::Uncertain { error, .. }) => ("uncertain", error),
    }
}

#[tokio::test]
async fn what_each_answer_to_a_refresh_means() {
    use ErrorKind::{AskUser, Configuration, TryLater};
    let expired = r#"{"httpStatus":401,"code":1014,"codeDescription":"Problem during authentication process, check headers!","message":"The access token provided is expired","moreInfo":"","context":{"sentToken":"hush"}}"#;
    let credentials = r#"{"httpStatus":401,"code":1014,"message":"Unable to authenticate request. Check credentials or authentication method details","context":[]}"#;
    for (status, body, expected, kind, code, provider_code) in [
        (
            400,
            r#"{"error":"invalid_grant","error_description":"Refresh token has expired"}"#,
            "refused",
            AskUser,
            "grant_refused",
            Some("invalid_grant"),
        ),
        (200, r#"{"error":"invalid_grant"}"#, "refused", AskUser, "grant_refused", Some("invalid_grant")),
        (401, expired, "refused", AskUser, "grant_refused", Some("1014")),
        (401, credentials, "untouched", Configuration, "client_misconfigured", Some("1014")),
        (
            400,
            r#"{"error":"invalid_client"}"#,
            "untouched",
            Configuration,
            "client_misconfigured",
            Some("invalid_client"),
        ),
        (
            400,
            r#"{"error":"redirect_uri_mismatch"}"#,
            "untouched",
            Configuration,
            "client_misconfigured",
            Some("redirect_uri_mismatch"),
        ),
        (400, r#"{"error":"\u001b[31msomething else"}"#, "untouched", TryLater, "provider_unwell", Some("other")),
        (
            429,
            r#"{"httpStatus":429,"code":1015,"context":{"currentLimit":"80","timeToReset":"100 seconds"}}"#,
            "untouched",
            TryLater,
            "rate_limited",
            None,
        ),
        (429, r#"{"error":"invalid_grant"}"#, "untouched", TryLater, "rate_limited", None),
        (503, r#"{"httpStatus":503,"code":1019}"#, "uncertain", TryLater, "provider_unwell", None),
        (502, "<html>Bad Gateway</html>", "uncertain", TryLater, "provider_unwell", None),
        (500, r#"{"error":"invalid_grant"}"#, "uncertain", TryLater, "provider_unwell", None),
        (403, "", "untouched", TryLater, "answer_unclear", None),
        (404, "<html>not here</html>", "untouched", TryLater, "answer_unclear", None),
        (302, "", "untouched", Configuration, "token_endpoint_redirects", None),
        (200, "", "uncertain", TryLater, "answer_unclear", None),
        (200, r#"{"access_token":"hush","expi"#, "uncertain", TryLater, "answer_unclear", None),
        (200, r#"{"access_token":"hush","token_type":"mac"}"#, "uncertain", TryLater, "token_type_unknown", None),
    ] {
        let (client, _, _) = client(vec![(200, ANSWER), (status, body)]);
        let (arm, error) = arm(lapsed(&client).await.refresh().await);
        assert_eq!(
            (arm, error.kind(), error.code(), error.provider_code()),
            (expected, kind, code, provider_code),
            "{status} {body}"
        );
        assert_eq!(error.status(), Some(status));
        assert!(!format!("{error} {error:?}").contains("hush"));
        if body.contains("timeToReset") {
            assert_eq!(error.retry_after(), Some(Duration::from_secs(100)));
        }
    }
}

#[tokio::test]
async fn a_refresh_answer_may_bring_a_new_the_same_or_no_refresh_token() {
    for (answer, next) in [
        (r#"{"access_token":"a2","expires_in":60,"refresh_token":"r2"}"#, "r2"),
        (
            r#"{"access_token":"a2","expires_in":60,"refresh_token":"170d9f64e781aaa6b3ba036083faba71b2fc4e6c"}"#,
            "170d9f64e781aaa6b3ba036083faba71b2fc4e6c",
        ),
        (r#"{"access_token":"a2","expires_in":60}"#, "170d9f64e781aaa6b3ba036083faba71b2fc4e6c"),
    ] {
        let (client, log, _) = client(vec![(200, ANSWER), (200, answer), (200, ANSWER)]);
        let session = lapsed(&client).await.refresh().await.unwrap();
        let Standing::Lapsed(session) = session.expire() else { panic!("it has a refresh token") };
        drop(session.refresh().await.unwrap());
        assert!(log.lock().unwrap()[2].ends_with(&format!("refresh_token={next}")));
    }
}

#[tokio::test]
async fn a_pause_that_the_provider_asks_for_is_kept() {
    let (client, log, host) = client(vec![(200, ANSWER), (429, ""), (200, ANSWER)]);
    let session = lapsed(&client).await;
    let Err(RefreshError::Untouched { session, .. }) = session.refresh().await else { panic!("it was rate limited") };
    let Err(RefreshError::Untouched { session, error }) = session.refresh().await else { panic!("the gate is closed") };
    assert_eq!((error.code(), log.lock().unwrap().len()), ("provider_paused", 2));
    host.advance(error.retry_after().unwrap());
    drop(session.refresh().await.unwrap());
}

#[test]
fn a_rejected_token_is_told_from_a_missing_permission() {
    use mailgrant_core::Provider;
    let answer = |status: u16, body: &'static str| {
        Response::builder().status(status).body(Bytes::from_static(body.as_bytes())).unwrap()
    };
    let provider = GetResponse::retail();
    for (status, body, expected) in [
        (401, r#"{"code":1014}"#, true),
        (401, "", true),
        (403, r#"{"code":1014,"context":[]}"#, true),
        (403, r#"{"code":1023}"#, false),
        (403, "", false),
        (200, r#"{"code":1014}"#, false),
        (429, r#"{"code":1015}"#, false),
    ] {
        assert_eq!(provider.rejects_token(&answer(status, body)), expected, "{status} {body}");
    }
}
