//! VerticalResponse on the wire: what is sent byte for byte, and what each answer means.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use mailgrant_core::{
    AuthorizationCode, Callback, Client, CodeReceived, Credentials, Error, ErrorKind, Expired, Expiry, Host, Provider,
    RefreshError, Request, Revocation, Session, Standing, TransitionError,
    bytes::Bytes,
    http::{Method, Response, header},
    testing::{ManualHost, MockTransport},
};
use mailgrant_verticalresponse::{VerticalResponse, VerticalResponseDelegated};

const CALLBACK: &str = "https://www.myapp.com/api/v1/oauth/connect";
const TOKEN: &str = r#"{"access_token":"x7q2m9d4k1b8z5n3c6v0t2rw","token_type":"bearer","user_id":"4711"}"#;
const PAIR: &str = r#"{"access_token":"h.e.y","refresh_token":"r1","token_type":"Bearer","expires_in":3600}"#;

type Log = Arc<Mutex<Vec<String>>>;
type Answers = Vec<(u16, &'static [(&'static str, &'static str)], &'static str)>;

/// A client whose provider gives these answers in turn, and a log of what was sent.
fn client<P: Provider>(provider: P, answers: Answers) -> (Client<P>, Log, ManualHost) {
    let (log, host) = (Log::default(), ManualHost::default());
    let mut transport = MockTransport::new();
    let (sent, answers) = (log.clone(), Mutex::new(answers.into_iter()));
    transport.expect_send().returning(move |request| {
        sent.lock().unwrap().push(as_text(&request));
        let (status, headers, body) = answers.lock().unwrap().next().expect("one request too many");
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        Ok(response.body(Bytes::from_static(body.as_bytes())).unwrap())
    });
    let client = Client::builder(provider, Credentials::new("id", "s&c"), Arc::new(transport))
        .host(Arc::new(host.clone()))
        .build()
        .unwrap();
    (client, log, host)
}

fn as_text(request: &Request) -> String {
    let http = &request.http;
    let mut text = format!("{} {}", http.method(), http.uri());
    for name in [header::AUTHORIZATION, header::CONTENT_TYPE, header::CACHE_CONTROL] {
        if let Some(value) = http.headers().get(&name) {
            text += &format!("\n{name}: {}", value.to_str().unwrap());
        }
    }
    if http.body().is_empty() { text } else { text + "\n" + &String::from_utf8_lossy(http.body()) }
}

/// A login that has its code, and the redirect URI that the consent page was sent.
fn received<P: Provider>(client: &Client<P>) -> (Session<P, AuthorizationCode, CodeReceived>, String)
where
    AuthorizationCode: mailgrant_core::OfferedBy<P>,
{
    let login = client.begin(AuthorizationCode::returning_to(CALLBACK).unwrap());
    let url = login.authorize_url().to_string();
    let field = |name: &str| url.split(['?', '&']).find_map(|pair| pair.strip_prefix(name)).unwrap_or_default();
    let sent = field("redirect_uri=");
    // A redirect URI comes back with its own query; a state of the request by itself.
    let query = match sent.split_once("%3F") {
        Some((_, query)) => query.replace("%3D", "="),
        None => format!("state={}", field("state=")),
    };
    let callback = Callback::parse(&format!("{query}&code=c0de")).unwrap();
    let sent = sent.to_owned();
    (login.receive(callback).unwrap(), sent)
}

async fn refused<P: Provider>(
    provider: P,
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
) -> (&'static str, Error)
where
    AuthorizationCode: mailgrant_core::OfferedBy<P>,
{
    let (client, ..) = client(provider, vec![(status, headers, body)]);
    match received(&client).0.exchange().await {
        Ok(_) => panic!("it was exchanged"),
        Err(TransitionError::Refused { error, .. }) => ("refused", error),
        Err(TransitionError::Untouched { error, .. }) => ("untouched", error),
    }
}

#[tokio::test]
async fn generation_1_sends_exactly_the_documented_parameters() {
    let (client, log, _) = client(VerticalResponse::production(), vec![(200, &[], TOKEN)]);
    let url = client.begin(AuthorizationCode::returning_to(CALLBACK).unwrap()).authorize_url().to_string();
    let (before, query) = url.split_once('?').unwrap();
    assert_eq!(before, "https://vrapi.verticalresponse.com/api/v1/oauth/authorize");
    let names: Vec<_> = query.split('&').map(|pair| pair.split('=').next().unwrap()).collect();
    assert_eq!(names, ["client_id", "redirect_uri"]);

    let (login, sent) = received(&client);
    assert!(sent.starts_with("https%3A%2F%2Fwww.myapp.com%2Fapi%2Fv1%2Foauth%2Fconnect%3Fstate%3D"), "{sent}");
    let session = login.exchange().await.unwrap();
    assert_eq!(
        *log.lock().unwrap(),
        [format!(
            "GET https://vrapi.verticalresponse.com/api/v1/oauth/access_token?client_id=id&client_secret=s%26c&code=c0de&redirect_uri={sent}\ncache-control: no-store"
        )]
    );
    assert_eq!((session.expires_at(), session.account_id()), (Expiry::Never, Some("4711")));
    let request = session.bearer().request(Method::GET, "/contacts").unwrap();
    assert_eq!(request.uri(), "https://vrapi.verticalresponse.com/api/v1/contacts");
    assert_eq!(request.headers()[header::AUTHORIZATION], "Bearer x7q2m9d4k1b8z5n3c6v0t2rw");
}

#[tokio::test]
async fn a_code_of_generation_1_is_good_for_five_minutes() {
    let (client, log, host) = client(VerticalResponse::production(), vec![]);
    let (login, _) = received(&client);
    host.advance(Duration::from_secs(300));
    let error = Error::from(login.exchange().await.unwrap_err());
    assert_eq!((error.kind(), error.code()), (ErrorKind::AskUser, "code_expired"));
    assert!(log.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_other_two_bindings() {
    let (fixed, log, _) = client(VerticalResponse::production().with_fixed_redirect_uri(), vec![(200, &[], TOKEN)]);
    let login = fixed.begin(AuthorizationCode::returning_to(CALLBACK).unwrap());
    assert!(login.authorize_url().as_str().ends_with("%2Foauth%2Fconnect"), "{}", login.authorize_url());
    let foreign = login.receive(Callback::parse("code=c0de&state=S").unwrap());
    let Err(TransitionError::Untouched { session, error }) = foreign else { panic!("none was sent") };
    assert_eq!(error.code(), "state_mismatch");
    let session = session.receive(Callback::parse("code=c0de").unwrap()).unwrap().exchange().await.unwrap();
    assert_eq!(session.account_id(), Some("4711"));
    assert!(log.lock().unwrap()[0].contains("%2Foauth%2Fconnect\n"));

    let (stated, ..) = client(VerticalResponse::production().with_state(), vec![(200, &[], TOKEN)]);
    let login = stated.begin(AuthorizationCode::returning_to(CALLBACK).unwrap());
    assert!(login.authorize_url().as_str().contains("%2Foauth%2Fconnect&state="), "{}", login.authorize_url());
    let silent = login.receive(Callback::parse("code=c0de").unwrap()).unwrap_err();
    assert_eq!(Error::from(silent).code(), "state_missing");
    drop(received(&stated).0.exchange().await.unwrap());
}

#[tokio::test]
async fn a_code_may_be_posted() {
    let (client, log, _) = client(VerticalResponse::production().with_post_exchange(), vec![(200, &[], TOKEN)]);
    let (login, sent) = received(&client);
    drop(login.exchange().await.unwrap());
    assert_eq!(
        *log.lock().unwrap(),
        [format!(
            "POST https://vrapi.verticalresponse.com/api/v1/oauth/access_token\ncontent-type: application/x-www-form-urlencoded\ngrant_type=authorization_code&code=c0de&redirect_uri={sent}&client_id=id&client_secret=s%26c"
        )]
    );
}

#[tokio::test]
async fn whatever_shape_the_answer_has() {
    for (body, user, expiry, more) in [
        (r#"{"access_token":"t","user_id":4711}"#, Some("4711"), Expiry::Never, None),
        (r#"{"access_token":"t","token_type":null,"user_id":null,"expires_in":null}"#, None, Expiry::Never, None),
        (r#"{"access_token":"t","token_type":"BEARER","expires_in":0}"#, None, Expiry::Never, None),
        (r#"{"access_token":"t","user_id":[1]}"#, None, Expiry::Never, None),
        (
            r#"{"access_token":"t","expires_in":"60"}"#,
            None,
            Expiry::At(Host::now(&ManualHost::default()) + Duration::from_secs(60)),
            Some("expires_in"),
        ),
        (r#"{"access_token":"t","refresh_token":"r"}"#, None, Expiry::Never, Some("refresh_token")),
        (
            r#"{"access_token":"t","refresh_token":"r","expires_in":60}"#,
            None,
            Expiry::At(Host::now(&ManualHost::default()) + Duration::from_secs(60)),
            Some("expires_in refresh_token"),
        ),
    ] {
        let (client, ..) = client(VerticalResponse::production(), vec![(200, &[], body)]);
        let session = received(&client).0.exchange().await.unwrap();
        assert_eq!((session.account_id(), session.expires_at()), (user, expiry), "{body}");
        let profile = client.profile().clone();
        let record = session.into_record();
        assert_eq!(record.undocumented(&profile), more, "{body}");
        let has_refresh_token = !record.same_refresh_token(&record_without_refresh_token().await);
        assert_eq!(has_refresh_token, body.contains("refresh_token"), "{body}: it is kept");
    }
}

async fn record_without_refresh_token() -> mailgrant_core::TokenRecord {
    let (client, ..) = client(VerticalResponse::production(), vec![(200, &[], TOKEN)]);
    received(&client).0.exchange().await.unwrap().into_record()
}

#[tokio::test]
async fn a_revoked_token_is_rejected_and_leads_to_a_new_consent() {
    let (client, ..) = client(VerticalResponse::production(), vec![(200, &[], TOKEN)]);
    let session = received(&client).0.exchange().await.unwrap();
    let body = r#"{"url":"u","links":{},"error":{"code":403,"message":"Invalid or expired token"}}"#;
    let answer = Response::builder().status(403).body(Bytes::from_static(body.as_bytes())).unwrap();
    assert!(session.bearer().is_rejected_by(&answer));
    let Standing::Absent(login) = session.expire() else { panic!("there is no refresh") };
    assert!(login.authorize_url().as_str().contains("client_id=id&redirect_uri="));
}

#[test]
fn which_answers_of_the_api_reject_a_token() {
    use mailgrant_core::Verdict::*;
    let (client, ..) = client(VerticalResponse::production(), vec![]);
    let judge = |status: u16, header: &str, body: &str| {
        let mut answer = Response::builder().status(status);
        if !header.is_empty() {
            answer = answer.header("X-Mashery-Error-Code", header);
        }
        let answer = answer.body(Bytes::from(body.to_owned())).unwrap();
        client.provider().verdict(&answer)
    };
    let expired = r#"{"error":{"code":"403","message":"invalid or expired token"}}"#;
    for (status, header, body, expected) in [
        (403, "", expired, TokenRejected),
        (403, "", r#"{"status":{"code":403,"message":"The token is an INVALID OR EXPIRED TOKEN"}}"#, TokenRejected),
        (401, "", r#"{"error":{"code":401,"message":"expired"}}"#, TokenRejected),
        (401, "ERR_403_NOT_AUTHORIZED", "", TokenRejected),
        (401, "ERR_403_DEVELOPER_INACTIVE", r#"{"error":"invalid_client"}"#, Other),
        (401, "", r#"{"error":"invalid_client"}"#, Other),
        (403, "", "", Forbidden),
        (403, "", r#"{"error":{"code":403,"message":"You may not do that"}}"#, Forbidden),
        (403, "", r#"{"error":{"code":403,"message":"Invalid token type for this resource"}}"#, Forbidden),
        (403, "", r#"{"error":{"code":403,"message":"this non-expired token may not send"}}"#, Forbidden),
        (403, "", r#"{"error":{"code":403,"message":"Invalid token."}}"#, TokenRejected),
        (403, "", r#"{"status":403,"error":{"code":403,"message":"invalid or expired token"}}"#, TokenRejected),
        (403, "", r#"{"status":{"message":"invalid or expired token"},"error":null}"#, TokenRejected),
        (403, "", r#"[{"error":{"message":"invalid or expired token"}}]"#, Forbidden),
        (403, "", "<h1>invalid or expired token</h1>", Forbidden),
        (403, "ERR_403_DEVELOPER_OVER_QPS", expired, Throttled(None)),
        (403, "ERR_403_DEVELOPER_OVER_RATE", "<h1>Over Rate</h1>", Throttled(None)),
        (429, "", "", Throttled(None)),
        (404, "", expired, Other),
        (500, "", expired, Other),
    ] {
        assert_eq!(judge(status, header, body), expected, "{status} {header} {body}");
    }
}

#[tokio::test]
async fn an_invalid_token_result_is_a_configuration_error() {
    for (status, body) in [
        (400, r#"{"url":"u","error":{"code":400,"message":"invalid token"}}"#),
        (401, r#"{"error":"invalid_token"}"#),
        (200, r#"{"error":{"code":"401","message":"Invalid token result"}}"#),
        (403, r#"{"status":{"message":"invalid token"}}"#),
        (401, r#"{"error":"invalid_client"}"#),
    ] {
        let (arm, error) = refused(VerticalResponse::production(), status, &[], body).await;
        assert_eq!((arm, error.kind(), error.code()), ("untouched", ErrorKind::Configuration, "client_misconfigured"));
    }
    let (arm, error) = refused(VerticalResponse::production(), 400, &[], r#"{"error":"invalid_grant"}"#).await;
    assert_eq!((arm, error.code()), ("refused", "code_refused"));
}

#[tokio::test]
async fn the_gateway_speaks_before_the_body() {
    const OVER: &[(&str, &str)] = &[("X-Mashery-Error-Code", "ERR_403_DEVELOPER_OVER_QPS"), ("Retry-After", "9")];
    const INACTIVE: &[(&str, &str)] = &[("X-Mashery-Error-Code", "ERR_403_DEVELOPER_INACTIVE")];
    let (arm, error) = refused(VerticalResponse::production(), 403, OVER, "<h1>Developer Over Qps</h1>").await;
    assert_eq!((arm, error.code(), error.retry_after()), ("untouched", "rate_limited", Some(Duration::from_secs(9))));
    let (arm, error) = refused(VerticalResponse::production(), 403, INACTIVE, "<h1>Developer Inactive</h1>").await;
    assert_eq!(
        (arm, error.code(), error.provider_code()),
        ("untouched", "client_misconfigured", Some("developer_inactive"))
    );
    for (status, body) in [(403, "<h1>Forbidden</h1>"), (596, "<h1>596 Service Not Found</h1>"), (200, "<html>")] {
        let (arm, error) = refused(VerticalResponse::production(), status, &[], body).await;
        assert_eq!((arm, error.kind()), ("untouched", ErrorKind::TryLater), "{status}");
    }
}

async fn lapsed(
    client: &Client<VerticalResponseDelegated>,
) -> Session<VerticalResponseDelegated, AuthorizationCode, Expired> {
    match received(client).0.exchange().await.unwrap().expire() {
        Standing::Lapsed(session) => session,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn generation_2_posts_refreshes_and_revokes() {
    const NEXT: &str = r#"{"access_token":"h.e.z","refresh_token":"r2","expires_in":3600}"#;
    let answers: Answers = vec![(200, &[], PAIR), (200, &[], NEXT), (200, &[], r#"{"status":"ok"}"#)];
    let (client, log, _) = client(VerticalResponseDelegated::production(), answers);
    let url = client.begin(AuthorizationCode::returning_to(CALLBACK).unwrap()).authorize_url().to_string();
    assert!(url.starts_with("https://vr2api.verticalresponse.com/oauth/authorize?response_type=code&client_id=id&redirect_uri=https%3A%2F%2Fwww.myapp.com%2Fapi%2Fv1%2Foauth%2Fconnect&state="));
    let session = lapsed(&client).await.refresh().await.unwrap();
    assert_eq!(session.bearer().header(), "Bearer h.e.z");
    assert_eq!(client.revoke(&session.into_record()).await.unwrap(), Revocation::Told);
    let expected = |method: &str, url: &str, form: &str| {
        format!(
            "{method} https://{url}\ncontent-type: application/x-www-form-urlencoded\n{form}&client_id=id&client_secret=s%26c"
        )
    };
    let token = "api-vr2.verticalresponse.com/api/v1/authorize";
    assert_eq!(
        *log.lock().unwrap(),
        [
            expected(
                "POST",
                token,
                "grant_type=authorization_code&code=c0de&redirect_uri=https%3A%2F%2Fwww.myapp.com%2Fapi%2Fv1%2Foauth%2Fconnect"
            ),
            expected("POST", token, "grant_type=refresh_token&refresh_token=r1"),
            expected("DELETE", "vr2api.verticalresponse.com/api/v1/oauth/revoke", "refresh_token=r2"),
        ]
    );
}

#[tokio::test]
async fn what_ends_a_grant_of_generation_2_and_what_does_not() {
    for (status, body, expected) in [
        (400, r#"{"error":"invalid_grant","error_description":"x"}"#, "refused"),
        (400, r#"{"error":"access_revoked"}"#, "refused"),
        (400, r#"{"status":400,"error":"invalid_grant"}"#, "refused"),
        (400, r#"{"status":"error","error":"invalid_grant"}"#, "refused"),
        (400, r#"{"status":"invalid_grant"}"#, "untouched"),
        (400, r#"["invalid_grant"]"#, "untouched"),
        (401, r#"{"error":"invalid_client"}"#, "untouched"),
        (401, r#"{"error":{"code":401,"message":"expired token"}}"#, "untouched"),
        (403, r#"{"error":{"code":403,"message":"invalid or expired token"}}"#, "untouched"),
        (403, "", "untouched"),
        (404, r#"{"error":{"code":404,"message":"no such route"}}"#, "untouched"),
        (200, r#"{"error":{"code":500,"message":"oops"}}"#, "uncertain"),
        (500, r#"{"error":"invalid_grant"}"#, "uncertain"),
    ] {
        let (client, ..) = client(VerticalResponseDelegated::production(), vec![(200, &[], PAIR), (status, &[], body)]);
        let arm = match lapsed(&client).await.refresh().await {
            Ok(_) => "renewed",
            Err(RefreshError::Refused { .. }) => "refused",
            Err(RefreshError::Untouched { .. }) => "untouched",
            Err(RefreshError::Uncertain { .. }) => "uncertain",
        };
        assert_eq!(arm, expected, "{status} {body}");
    }
}

#[tokio::test]
async fn a_revocation_says_what_it_came_to() {
    for (status, body, expected) in [
        (200, "", Ok(Revocation::Told)),
        (400, r#"{"error":"invalid_grant"}"#, Ok(Revocation::Told)),
        (401, r#"{"error":"invalid_client"}"#, Err("client_misconfigured")),
        (200, r#"{"status":"ok"}"#, Ok(Revocation::Told)),
        (200, r#"{"error":{"code":500,"message":"oops"}}"#, Err("revocation_unanswered")),
        (200, r#"{"status":401,"error":"invalid_client"}"#, Err("client_misconfigured")),
        (404, "", Err("revocation_endpoint_wrong")),
        (302, "", Err("revocation_endpoint_wrong")),
        (429, "", Err("revocation_unanswered")),
        (502, "<html>", Err("revocation_unanswered")),
    ] {
        let (client, ..) = client(VerticalResponseDelegated::production(), vec![(200, &[], PAIR), (status, &[], body)]);
        let record = received(&client).0.exchange().await.unwrap().into_record();
        assert_eq!(client.revoke(&record).await.map_err(|error| error.code()), expected, "{status}");
    }
    let (client, ..) = client(VerticalResponse::production(), vec![(200, &[], TOKEN)]);
    let record = received(&client).0.exchange().await.unwrap().into_record();
    assert_eq!(client.revoke(&record).await.unwrap(), Revocation::LocalOnly);
}

#[tokio::test]
async fn the_generations_do_not_take_each_others_grants() {
    let (first, ..) = client(VerticalResponse::production(), vec![(200, &[], TOKEN)]);
    let (second, ..) = client(VerticalResponseDelegated::production(), vec![]);
    let record = received(&first).0.exchange().await.unwrap().into_record();
    assert_eq!(second.restore::<AuthorizationCode>(record).unwrap_err().code(), "environment_mismatch");
}
