//! The code that a callback brings, or what comes in its place: RFC 6749 §4.1.2, §4.2.2.

use mailgrant_acceptance::consent;
use mailgrant_core::{
    AuthorizationCode, Callback, ErrorKind, Implicit, Standing, TransitionError,
    http::{Method, header::AUTHORIZATION},
};

use crate::{
    service::{Service, browser},
    wire::{REDIRECT_URI, TOKENS, client, connected, post, receive, state_of},
};

#[tokio::test]
async fn rfc6749_4_1_2_a_code_is_used_once() {
    let service = Service::new().await;
    let binding = browser("cookie");
    let address = service.address(&binding).await;
    service.complete(&address, &binding).await.unwrap();
    assert_eq!(service.complete(&address, &binding).await.unwrap_err().code(), "login_used");
    assert_eq!((service.token_requests(), service.emulator.counters().reused_codes), (1, 0));
}

#[tokio::test]
async fn rfc6749_4_1_2_unknown_parameters_of_a_callback_are_ignored() {
    let (client, _) = client(post(|_| ()), &[(200, TOKENS)]);
    let unknown = "session_state=1&hd=example.com&scope=all&authuser=0&authuser=1&&=&prompt";
    drop(receive(&client, &format!("{unknown}&code=c0de&{unknown}")).unwrap().exchange().await.unwrap());
}

#[tokio::test]
async fn rfc6749_4_1_2_codes_may_be_long() {
    let (client, log) = client(post(|_| ()), &[(200, TOKENS)]);
    let code = "c".repeat(10 * 1024);
    drop(receive(&client, &format!("code={code}")).unwrap().exchange().await.unwrap());
    assert_eq!(log.take()[0].field("code"), Some(code));
}

#[tokio::test]
async fn rfc6749_5_1_tokens_may_be_long() {
    let (access, refresh) = ("a".repeat(10 * 1024), "r".repeat(10 * 1024));
    let answer = format!(r#"{{"access_token":"{access}","token_type":"bearer","refresh_token":"{refresh}"}}"#);
    let (client, log) = client(post(|_| ()), &[(200, &*answer)]);
    let session = connected(&client).await;
    let request = session.bearer().request(Method::GET, "/letters").unwrap();
    assert_eq!(request.headers()[AUTHORIZATION], format!("Bearer {access}"));
    let Standing::Lapsed(session) = session.expire() else { panic!("it has a refresh token") };
    drop(session.refresh().await.unwrap());
    assert_eq!(log.take()[1].field("refresh_token"), Some(refresh));
}

#[tokio::test]
async fn rfc6749_4_1_2_1_an_error_counts_with_its_own_state_alone() {
    let (client, log) = client(post(|_| ()), &[(200, TOKENS)]);
    for (error, kind, code) in [
        ("access_denied", ErrorKind::AskUser, "access_denied"),
        ("unauthorized_client", ErrorKind::Configuration, "authorize_refused"),
        ("invalid_request", ErrorKind::Configuration, "authorize_refused"),
        ("unsupported_response_type", ErrorKind::Configuration, "authorize_refused"),
        ("invalid_scope", ErrorKind::Configuration, "authorize_refused"),
        ("server_error", ErrorKind::TryLater, "authorize_unavailable"),
        ("temporarily_unavailable", ErrorKind::TryLater, "authorize_unavailable"),
    ] {
        let refused = receive(&client, &format!("error={error}")).unwrap_err();
        assert_eq!((refused.error().kind(), refused.error().code()), (kind, code), "{error}");
        for foreign in [format!("error={error}"), format!("error={error}&state=forged")] {
            let login = client.begin(AuthorizationCode::registered());
            let refused = login.receive(Callback::parse(&foreign).unwrap());
            let Err(TransitionError::Untouched { error, .. }) = refused else { panic!("it was somebody else's") };
            assert!(matches!(error.code(), "state_missing" | "state_mismatch"), "{error}");
        }
    }
    assert!(log.take().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn rfc6749_4_1_2_1_the_text_of_an_error_goes_nowhere() {
    let (client, _) = client(post(|_| ()), &[(200, TOKENS)]);
    let text = "error=canary%1b[31m%0d%0aX&error_description=canary%1b%00&error_uri=https://canary.example";
    let refused = receive(&client, text).unwrap_err();
    let shown = format!("{refused} {refused:?} {} {:?}", refused.error(), refused.error());
    assert!(!shown.contains("canary") && !shown.chars().any(char::is_control), "{shown}");
}

#[tokio::test]
async fn rfc6749_4_2_2_a_token_in_a_redirect_is_refused_where_a_code_was_asked_for() {
    let (client, log) = client(post(|_| ()), &[(200, TOKENS)]);
    for bring in [
        |state: &str| format!("#access_token=t&token_type=bearer&state={state}"),
        |state: &str| format!("?code=c&state={state}#access_token=t"),
        |state: &str| format!("?access_token=t&state={state}"),
        |state: &str| format!("?code=c&access_token=t&state={state}"),
    ] {
        let login = client.begin(AuthorizationCode::registered());
        let callback = bring(&state_of(login.authorize_url().as_str()));
        let refused = login.receive(Callback::parse(&callback).unwrap()).unwrap_err();
        assert_eq!(refused.error().code(), "token_in_callback", "{callback}");
    }
    assert!(log.take().is_empty(), "nor was a code beside it spent");
}

/// RFC 9700 advises against the implicit grant altogether; GetResponse documents it, so it exists: on request alone.
#[tokio::test]
async fn rfc9700_2_1_2_a_token_comes_in_the_fragment_of_an_implicit_login_alone() {
    let service = Service::new().await;
    let url = service.client.begin(AuthorizationCode::registered()).authorize_url().to_string();
    assert!(url.contains("?response_type=code&"), "{url}");
    let login = service.client.begin(Implicit::returning_to(REDIRECT_URI).unwrap());
    let brought = consent(login.authorize_url().as_str()).await.unwrap();
    let in_query = Callback::parse(&brought.replace('#', "?")).unwrap();
    let Err(TransitionError::Untouched { session, error }) = login.receive(in_query) else { panic!("in a query") };
    assert_eq!(error.code(), "token_misplaced");
    drop(session.receive(Callback::parse(&brought).unwrap()).unwrap());
    assert_eq!(service.token_requests(), 0);
}
