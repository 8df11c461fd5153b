//! One customer, a core session, every setting of the emulator that a client has to live with.

use std::time::Duration;

use mailgrant_acceptance::{REDIRECT_URI, client, consent, emulator};
use mailgrant_core::{
    AuthorizationCode, Authorized, Callback, Client, Error, RefreshError, Session, Standing, http::Method,
};
use mailgrant_emulator::{Errors, Rotation, Settings};
use mailgrant_getresponse::GetResponse;

type Customer = Session<GetResponse, AuthorizationCode, Authorized>;

async fn connect(client: &Client<GetResponse>, grant: AuthorizationCode) -> Result<Customer, Error> {
    let login = client.begin(grant);
    let address = consent(login.authorize_url().as_str()).await?;
    Ok(login.receive(Callback::parse(&address)?)?.exchange().await?)
}

async fn call(client: &Client<GetResponse>, session: &Customer) -> Result<u16, Error> {
    let answer = client.send(session.bearer().request(Method::GET, "/accounts")?).await?;
    assert_eq!(session.bearer().is_rejected_by(&answer), answer.status() == 401);
    Ok(answer.status().as_u16())
}

/// Connects, calls, is rejected for its age, refreshes, calls, is refused, asks again.
async fn story(settings: Settings, grant: AuthorizationCode) {
    let case = format!("{settings:?} {grant:?}");
    let emulator = emulator(settings).await.unwrap();
    let client = client(&emulator).unwrap();
    let mut session = connect(&client, grant.clone()).await.unwrap();
    assert_eq!(call(&client, &session).await.unwrap(), 200, "{case}");
    for _ in 0..3 {
        emulator.advance(Duration::from_secs(3600));
        assert_eq!(call(&client, &session).await.unwrap(), 401, "{case}");
        let Standing::Lapsed(lapsed) = session.expire() else { panic!("{case}: it can be refreshed") };
        session = lapsed.refresh().await.unwrap();
        assert_eq!(call(&client, &session).await.unwrap(), 200, "{case}");
    }
    emulator.revoke_grants();
    let Standing::Lapsed(lapsed) = session.expire() else { panic!("{case}: it can be refreshed") };
    let Err(RefreshError::Refused { error, .. }) = lapsed.refresh().await else { panic!("{case}: it was revoked") };
    assert_eq!(error.code(), "grant_refused", "{case}");
    let session = connect(&client, grant).await.unwrap();
    assert_eq!(call(&client, &session).await.unwrap(), 200, "{case}");
    let counters = emulator.counters();
    assert_eq!((counters.exchanges, counters.refreshes, counters.family_revocations), (2, 3, 0), "{case}");
}

#[tokio::test]
async fn under_every_setting() {
    for rotation in [Rotation::Strict, Rotation::Same, Rotation::Absent] {
        for errors in [Errors::Rfc6749, Errors::Envelope] {
            for grant in [AuthorizationCode::registered(), AuthorizationCode::returning_to(REDIRECT_URI).unwrap()] {
                for odd in [false, true] {
                    let mut settings = Settings::default();
                    (settings.rotation, settings.errors) = (rotation, errors);
                    (settings.context_as_list, settings.uuid_present, settings.www_authenticate) = (odd, odd, odd);
                    story(settings, grant.clone()).await;
                }
            }
        }
    }
}

#[tokio::test]
async fn with_a_proof_key() {
    let mut settings = Settings::default();
    settings.pkce = mailgrant_emulator::Pkce::Honoured;
    let emulator = emulator(settings).await.unwrap();
    let provider = mailgrant_acceptance::getresponse(&emulator).unwrap().with_pkce();
    let client = client(&emulator).unwrap().at(provider).unwrap();
    let session = connect(&client, AuthorizationCode::registered()).await.unwrap();
    assert_eq!(call(&client, &session).await.unwrap(), 200);
}

#[tokio::test]
async fn another_redirect_uri_than_was_registered_is_told_apart_from_a_dead_grant() {
    let emulator = emulator(Settings::default()).await.unwrap();
    let client = client(&emulator).unwrap();
    let elsewhere = AuthorizationCode::returning_to("https://elsewhere.example/").unwrap();
    let login = client.begin(elsewhere);
    assert!(consent(login.authorize_url().as_str()).await.is_err(), "the provider shows its own page");
    assert_eq!(emulator.counters().token_requests, 0);
}
