//! GetResponse on the wire: what is sent byte for byte, and what each documented answer means.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use mailgrant_core::{
    Adopted, AuthorizationCode, Callback, Client, ClientCredentials, Credentials, Error, ErrorKind, Expired, Expiry,
    Implicit, RefreshError, Request, Session, Standing,
    bytes::Bytes,
    http::{Method, Response, header},
    testing::{ManualHost, MockTransport},
};
use mailgrant_getresponse::{GetResponse, PanelDomain, Region};

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
async fn f17_a_refresh_answer_may_bring_a_new_the_same_or_no_refresh_token() {
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
    use mailgrant_core::{Provider, Verdict::*};
    let answer = |status: u16, body: &'static str| {
        Response::builder().status(status).body(Bytes::from_static(body.as_bytes())).unwrap()
    };
    let provider = GetResponse::retail();
    let pause = |seconds| Throttled(Some(Duration::from_secs(seconds)));
    for (status, body, expected) in [
        (401, r#"{"code":1014}"#, TokenRejected),
        (401, "", TokenRejected),
        (401, "<html>", TokenRejected),
        (403, r#"{"code":1014,"context":[]}"#, TokenRejected),
        (403, r#"{"code":"1014","context":{"sentToken":"t"}}"#, TokenRejected),
        (400, r#"{"code":1014}"#, Other),
        (403, r#"{"code":1023}"#, Forbidden),
        (403, "", Forbidden),
        (403, r#"{"code":1016}"#, pause(900)),
        (403, r#"{"code":1017}"#, Other),
        (403, r#"{"code":1018}"#, Other),
        (200, r#"{"code":1014}"#, Other),
        (500, r#"{"code":1014}"#, Other),
        (429, r#"{"code":1015}"#, Throttled(None)),
        (429, r#"{"code":1015,"context":{"currentLimit":80,"timeToReset":"100 seconds"}}"#, pause(100)),
        (429, "", Throttled(None)),
        (404, r#"{"code":1013}"#, Other),
        (403, r#"[1014]"#, Forbidden),
    ] {
        assert_eq!(provider.verdict(&answer(status, body)), expected, "{status} {body}");
    }
}

const CREDENTIALS_ANSWER: &str = r#"{"access_token":"e2222af2851a912470ec33c9b4de1ea3a304b7d7","expires_in":86400,"token_type":"Bearer","scope":null}"#;

fn client_at(provider: GetResponse, answers: Vec<(u16, &'static str)>) -> (Client<GetResponse>, Log, ManualHost) {
    let (client, log, host) = client(answers);
    (client.at(provider).unwrap(), log, host)
}

#[tokio::test]
async fn client_credentials_as_form_and_as_json_obtained_again_and_never_refreshed() {
    let expected = |body: &str, kind: &str| {
        format!(
            "POST https://api.getresponse.com/v3/token\nauthorization: Basic Y2xpZW50X2lkOmNsaWVudF9zZWNyZXQ=\ncontent-type: {kind}\n{body}"
        )
    };
    for (provider, request) in [
        (GetResponse::retail(), expected("grant_type=client_credentials", "application/x-www-form-urlencoded")),
        (
            GetResponse::retail().with_json_body(),
            expected(r#"{"grant_type":"client_credentials"}"#, "application/json;charset=utf-8"),
        ),
    ] {
        let (client, log, host) = client_at(provider, vec![(200, CREDENTIALS_ANSWER), (200, CREDENTIALS_ANSWER)]);
        let session = client.begin(ClientCredentials).obtain().await.unwrap();
        host.advance(Duration::from_secs(86400));
        let Standing::Lapsed(session) = session.check() else { panic!("a day has passed") };
        drop(session.obtain().await.unwrap());
        assert_eq!(*log.lock().unwrap(), [request.clone(), request]);
    }
}

#[tokio::test]
async fn client_credentials_that_are_refused_are_ours_to_set_right() {
    for (status, body) in [(400, r#"{"error":"invalid_client"}"#), (400, r#"{"error":"invalid_grant"}"#)] {
        let (client, _, _) = client(vec![(status, body)]);
        let setback = client.begin(ClientCredentials).obtain().await.unwrap_err();
        assert_eq!(setback.error().kind(), ErrorKind::Configuration, "{body}");
    }
}

#[test]
fn the_implicit_authorize_url_is_the_documented_one() {
    let (client, _, _) = client(vec![]);
    let url = client.begin(Implicit::returning_to("https://app.example/cb").unwrap()).authorize_url().to_string();
    let (before, _) = url.split_once("&state=").unwrap();
    assert_eq!(
        before,
        "https://app.getresponse.com/oauth2_authorize.html?response_type=token&client_id=client_id&redirect_uri=https%3A%2F%2Fapp.example%2Fcb"
    );
}

#[test]
fn the_documented_fragment_is_taken_once_and_never_renewed() {
    let (client, log, host) = client(vec![]);
    let login = client.begin(Implicit::returning_to("https://app.example/cb").unwrap());
    let url = login.authorize_url().to_string();
    let state = url.split("state=").nth(1).unwrap();
    let fragment = format!("#access_token=2YotnFZFEjr1zCsicMWpAA&state={state}&token_type=bearer&expires_in=3600");
    let session = login.receive(Callback::parse(&fragment).unwrap()).unwrap();
    assert_eq!(session.bearer().header(), "Bearer 2YotnFZFEjr1zCsicMWpAA");
    host.advance(Duration::from_secs(3600));
    let Standing::Absent(again) = session.check() else { panic!("there is no refresh") };
    assert!(again.receive(Callback::parse(&fragment).unwrap()).is_err(), "the fragment is of another login");
    assert!(log.lock().unwrap().is_empty(), "nothing was sent");
}

#[test]
fn a_fragment_is_refused_by_a_login_that_waits_for_a_code() {
    let (client, _, _) = client(vec![]);
    let login = client.begin(AuthorizationCode::registered());
    let url = login.authorize_url().to_string();
    let state = url.split("state=").nth(1).unwrap();
    let callback = Callback::parse(&format!("#access_token=t&state={state}&token_type=bearer")).unwrap();
    assert_eq!(login.receive(callback).unwrap_err().error().code(), "token_in_callback");
}

#[test]
fn a_token_made_in_the_panel_is_adopted() {
    let (client, _, host) = client(vec![]);
    let session = client.adopt("e2222af2".to_owned().into(), None).unwrap();
    assert_eq!(
        (session.expires_at(), session.bearer().header().to_str().unwrap()),
        (Expiry::Unknown, "Bearer e2222af2")
    );
    let session = client.adopt("e2222af2".to_owned().into(), Some(Duration::from_secs(60))).unwrap();
    host.advance(Duration::from_secs(60));
    assert!(matches!(session.check(), Standing::Absent(_)));
    for bad in ["", "a\nb"] {
        assert_eq!(client.adopt(bad.to_owned().into(), None).unwrap_err().code(), "token_malformed");
    }
}

#[tokio::test]
async fn max_names_its_panel_domain_in_token_requests_and_calls() {
    let panel = PanelDomain::parse("custom-domain.getresponse360.com").unwrap();
    let provider = GetResponse::max(&panel, Region::Pl).for_parent_login("parent@example.com").unwrap();
    let seen = Arc::new(Mutex::new(None));
    let mut transport = MockTransport::new();
    let sent = seen.clone();
    transport.expect_send().returning(move |request| {
        *sent.lock().unwrap() = Some((request.http.uri().to_string(), request.http.headers().clone()));
        Ok(Response::new(Bytes::from_static(CREDENTIALS_ANSWER.as_bytes())))
    });
    let client = Client::builder(provider, Credentials::new("id", "secret"), Arc::new(transport)).build().unwrap();
    let url = client.begin(AuthorizationCode::registered()).authorize_url().to_string();
    assert!(url.starts_with("https://custom-domain.getresponse360.com/oauth2_authorize.html?response_type=code&"));
    let session = client.begin(ClientCredentials).obtain().await.unwrap();
    let (url, headers) = seen.lock().unwrap().take().unwrap();
    assert_eq!(url, "https://api3.getresponse360.pl/v3/token");
    assert_eq!(headers["x-domain"], "custom-domain.getresponse360.com");
    assert!(!headers.contains_key("x-parent-login"), "it is for calls");
    let call = session.bearer().request(Method::GET, "/accounts").unwrap();
    assert_eq!(call.uri(), "https://api3.getresponse360.pl/v3/accounts");
    for (name, value) in [
        ("x-domain", "custom-domain.getresponse360.com"),
        ("x-parent-login", "parent@example.com"),
        ("content-type", "application/json;charset=utf-8"),
    ] {
        assert_eq!(call.headers()[name], value);
    }
}

#[tokio::test]
async fn grants_of_retail_and_max_never_mix() {
    let panel = |name| PanelDomain::parse(name).unwrap();
    let environments = [
        GetResponse::retail(),
        GetResponse::max(&panel("a.getresponse360.com"), Region::Com),
        GetResponse::max(&panel("b.getresponse360.com"), Region::Com),
        GetResponse::max(&panel("a.getresponse360.com"), Region::Pl),
        GetResponse::max(&panel("a.getresponse360.com"), Region::Com).for_parent_login("p@example.com").unwrap(),
    ];
    let (client, _, _) = client(vec![]);
    for (index, home) in environments.iter().enumerate() {
        let record = client.at(home.clone()).unwrap().adopt("t".to_owned().into(), None).unwrap().into_record();
        for (other, elsewhere) in environments.iter().enumerate() {
            let restored = client.at(elsewhere.clone()).unwrap().restore::<Adopted>(record.clone());
            match restored {
                Ok(_) => assert_eq!(index, other),
                Err(error) => assert_eq!((index != other, error.code()), (true, "environment_mismatch")),
            }
        }
    }
}
