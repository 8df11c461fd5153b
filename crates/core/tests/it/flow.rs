//! Flows: each verb, and what its failure hands back.

use std::time::Duration;

use mailgrant_core::{
    AuthorizationCode, Binding, Callback, ErrorKind, Expiry, PendingAuthorization, RefreshError, Sent, Standing,
    TokenSource, TransitionError, http::Method, secrecy::ExposeSecret,
};

use crate::provider::{Reply, TOKENS, callback, client, profile, state_of};

#[tokio::test]
async fn a_callback_that_is_not_this_logins_leaves_it_as_it_was() {
    let (client, log, _) = client(profile("test"), vec![]);
    let login = client.begin(AuthorizationCode::registered());
    let state = state_of(&login);
    let Err(TransitionError::Untouched { session, error }) = login.receive(Callback::parse("code=c&state=x").unwrap())
    else {
        panic!("another login's state");
    };
    assert_eq!((error.kind(), error.code()), (ErrorKind::AskUser, "state_mismatch"));
    assert_eq!(state_of(&session), state, "it still waits for its own callback");
    let denied = Callback::parse(&format!("error=access_denied&state={state}")).unwrap();
    let Err(TransitionError::Refused { session, error }) = session.receive(denied) else {
        panic!("the customer said no")
    };
    assert_eq!(error.code(), "access_denied");
    assert_ne!(state_of(&session), state, "a state that came back is not used again");
    assert!(log.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_code_is_not_spent_past_its_life() {
    let (client, log, host) = client(profile("test"), vec![]);
    let login = client.begin(AuthorizationCode::registered());
    let callback = callback(&login);
    let received = login.receive(callback).unwrap();
    host.advance(Duration::from_secs(600));
    let Err(TransitionError::Refused { error, .. }) = received.exchange().await else { panic!("ten minutes are over") };
    assert_eq!(error.code(), "code_expired");
    assert!(log.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_exchange_without_an_answer_can_be_tried_again() {
    let (client, log, _) = client(profile("test"), vec![Reply::Failure(Sent::Perhaps), Reply::Answer(200, TOKENS)]);
    let login = client.begin(AuthorizationCode::registered());
    let callback = callback(&login);
    let Err(TransitionError::Untouched { session, error }) = login.receive(callback).unwrap().exchange().await else {
        panic!("no answer came");
    };
    assert_eq!(error.code(), "answer_lost");
    drop(session.exchange().await.unwrap());
    assert_eq!(log.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_session_lives_lapses_and_is_renewed_with_its_life_counted_from_the_sending() {
    let (client, _, host) =
        client(profile("test"), vec![Reply::Answer(200, TOKENS), Reply::Answer(200, r#"{"access_token":"a2"}"#)]);
    let login = client.begin(AuthorizationCode::registered());
    let callback = callback(&login);
    let session = login.receive(callback).unwrap().exchange().await.unwrap();
    assert_eq!(session.bearer().header(), "Bearer a1");
    host.advance(Duration::from_secs(59));
    let Standing::Live(session) = session.check() else { panic!("a second is left") };
    host.advance(Duration::from_secs(1));
    assert_eq!(TokenSource::token(&session).await.unwrap_err().code(), "session_lapsed");
    let Standing::Lapsed(session) = session.check() else { panic!("the minute is over") };
    let session = session.refresh().await.unwrap();
    assert_eq!((session.bearer().header().to_str().unwrap(), session.expires_at()), ("Bearer a2", Expiry::Unknown));
    assert_eq!(TokenSource::token(&session).await.unwrap().header(), "Bearer a2");
    let Standing::Lapsed(_) = session.expire() else { panic!("an absent refresh token keeps the old one") };
}

#[tokio::test]
async fn without_a_refresh_token_an_expired_session_is_over() {
    let (client, _, _) = client(profile("test"), vec![Reply::Answer(200, r#"{"access_token":"a","expires_in":60}"#)]);
    let login = client.begin(AuthorizationCode::registered());
    let callback = callback(&login);
    let session = login.receive(callback).unwrap().exchange().await.unwrap();
    let Standing::Absent(login) = session.expire() else { panic!("there is nothing to refresh with") };
    assert!(login.authorize_url().as_str().contains("&state="));
}

#[tokio::test]
async fn a_refresh_without_an_answer_is_uncertain_and_a_replay_is_a_decision() {
    for (sent, uncertain) in [(Sent::Perhaps, true), (Sent::No, false)] {
        let replies = vec![Reply::Answer(200, TOKENS), Reply::Failure(sent), Reply::Answer(200, TOKENS)];
        let (client, log, _) = client(profile("test"), replies);
        let login = client.begin(AuthorizationCode::registered());
        let callback = callback(&login);
        let session = login.receive(callback).unwrap().exchange().await.unwrap();
        let Standing::Lapsed(session) = session.expire() else { panic!("it has a refresh token") };
        match session.refresh().await {
            Err(RefreshError::Uncertain { session, error }) if uncertain => {
                assert_eq!(error.code(), "answer_lost");
                let record = session.into_record();
                let Standing::Unknown(session) = client.restore::<AuthorizationCode>(record).unwrap() else {
                    panic!("doubt outlives a rest");
                };
                drop(session.replay().await.unwrap());
            }
            Err(RefreshError::Untouched { session, error }) if !uncertain => {
                assert_eq!(error.code(), "provider_unreachable");
                drop(session.refresh().await.unwrap());
            }
            other => panic!("{sent:?}: {other:?}"),
        }
        assert_eq!(log.lock().unwrap().len(), 3);
    }
}

#[tokio::test]
async fn a_login_is_put_aside_found_by_its_browser_and_taken_up() {
    let (client, _, _) = client(profile("test"), vec![Reply::Answer(200, TOKENS)]);
    let login = client.begin(AuthorizationCode::returning_to("https://app.example/cb").unwrap());
    let callback = callback(&login);
    let pending = login.into_pending();
    let binding = Binding::browser("session-1").unwrap();
    assert_eq!(client.lookup(&callback, &binding).unwrap(), pending.lookup(&binding));
    assert_ne!(client.lookup(&callback, &Binding::browser("session-2").unwrap()).unwrap(), pending.lookup(&binding));
    let bytes = pending.encode();
    #[expect(clippy::disallowed_methods, reason = "a test plays the store")]
    let pending = PendingAuthorization::decode(bytes.expose_secret()).unwrap();
    let login = client.resume::<AuthorizationCode>(pending).unwrap();
    drop(login.receive(callback).unwrap().exchange().await.unwrap());
}

#[tokio::test]
async fn calls_go_to_the_api_of_the_environment_alone() {
    let (client, log, _) = client(profile("test"), vec![Reply::Answer(200, TOKENS), Reply::Answer(204, "")]);
    let login = client.begin(AuthorizationCode::registered());
    let callback = callback(&login);
    let session = login.receive(callback).unwrap().exchange().await.unwrap();
    let request = session.bearer().request(Method::GET, "/letters?unread=true").unwrap();
    assert_eq!(request.uri(), "https://api.postbox.example/v1/letters?unread=true");
    assert!(request.headers()["authorization"].is_sensitive());
    assert_eq!(client.send(request).await.unwrap().status(), 204);
    for path in ["https://evil.example/", "//evil.example/", "/../../x"] {
        assert_eq!(session.bearer().request(Method::GET, path).unwrap_err().code(), "path_invalid");
    }
    let mut request = session.bearer().request(Method::GET, "/letters").unwrap();
    *request.uri_mut() = "https://evil.example/".parse().unwrap();
    assert_eq!(client.send(request).await.unwrap_err().code(), "host_mismatch");
    assert_eq!(log.lock().unwrap().len(), 2);
}
