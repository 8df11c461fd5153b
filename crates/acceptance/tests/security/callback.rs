//! Finishing a login: where its code goes, what an error is worth, how long it lives (3 to 6).

use std::{sync::Arc, time::Duration};

use mailgrant_acceptance::{REDIRECT_URI, consent, getresponse};
use mailgrant_core::{AuthorizationCode, Callback, Client, ErrorKind, Profile, TransitionError};
use mailgrant_emulator::Consent;
use mailgrant_manager::Manager;
use mailgrant_storage::{KeyRing, Vault, memory::MemoryStore};

use crate::{
    postbox::{self, Postbox},
    service::{self, Service, browser, key, parameter},
};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn security_03_the_redirect_uri_of_the_exchange_comes_from_the_pending_entry() {
    let service = Service::new().await;
    let binding = browser("cookie");
    let url = service.begin(AuthorizationCode::returning_to(REDIRECT_URI).unwrap(), &binding).await;
    let address = consent(&url).await.unwrap();
    let query = address.split_once('?').unwrap().1;
    let elsewhere = format!("https://evil.example/callback?redirect_uri=https://evil.example/callback&{query}");
    service.complete(&elsewhere, &binding).await.unwrap();
    let sent = service.emulator.last_token_request().unwrap();
    assert_eq!(sent.field("redirect_uri"), Some(REDIRECT_URI));
    assert_eq!(sent.form.iter().filter(|(name, _)| name == "redirect_uri").count(), 1);
}

#[tokio::test]
async fn security_03_both_requests_carry_it_or_neither_does() {
    let service = Service::new().await;
    let binding = browser("cookie");
    for (grant, carried) in
        [(AuthorizationCode::registered(), false), (AuthorizationCode::returning_to(REDIRECT_URI).unwrap(), true)]
    {
        let url = service.begin(grant, &binding).await;
        assert_eq!(url.contains("redirect_uri="), carried, "{url}");
        let address = format!("{}&redirect_uri={REDIRECT_URI}", consent(&url).await.unwrap());
        service.complete(&address, &binding).await.unwrap();
        let sent = service.emulator.last_token_request().unwrap();
        assert_eq!(sent.field("redirect_uri").is_some(), carried, "{sent:?}");
    }
}

#[tokio::test]
async fn security_04_the_token_endpoint_comes_from_the_pending_entry() {
    let service = Service::new().await;
    let other = service::emulator().await;
    let vault = Vault::new(MemoryStore::default(), KeyRing::ephemeral());
    let elsewhere = service::client(&other, &service.host);
    let manager = Manager::builder(vault).client(service.client.clone()).client(elsewhere.clone()).build();
    let binding = browser("cookie");
    let (mine, theirs) = (key("mine"), key("theirs"));
    let grant = AuthorizationCode::registered;
    let here = manager.begin(&mine, &service.client, grant(), &binding).await.unwrap();
    let there = manager.begin(&theirs, &elsewhere, grant(), &binding).await.unwrap();
    let (here, there) = (consent(here.as_str()).await.unwrap(), consent(there.as_str()).await.unwrap());
    // The code of the one server with the state of the other's login, and names of the one in the callback.
    let mixed = format!(
        "{REDIRECT_URI}?code={}&state={}&token_endpoint={url}&issuer={url}&environment={url}",
        parameter(&here, "code"),
        parameter(&there, "state"),
        url = service.emulator.url(),
    );
    let refused = manager.complete(Callback::parse(&mixed).unwrap(), &binding).await.unwrap_err();
    assert_eq!(refused.code(), "code_refused");
    assert_eq!((service.token_requests(), other.counters().token_requests), (0, 1));
    manager.complete(Callback::parse(&here).unwrap(), &binding).await.unwrap();
    assert_eq!((service.token_requests(), other.counters().token_requests), (1, 1));
}

#[tokio::test]
async fn security_04_an_entry_of_one_environment_is_finished_at_no_other() {
    let service = Service::new().await;
    let other = service::emulator().await;
    let elsewhere = service.client.at(getresponse(&other).unwrap()).unwrap();
    for client in [elsewhere, service.client.at(mailgrant_getresponse::GetResponse::retail()).unwrap()] {
        let pending = service.client.begin(AuthorizationCode::registered()).into_pending();
        let refused = client.resume::<AuthorizationCode>(pending).unwrap_err();
        assert_eq!((refused.kind(), refused.code()), (ErrorKind::Configuration, "environment_mismatch"));
    }
}

const ISSUER: &str = "https://issuer.example";

fn with_issuer(service: &Service) -> Client<Postbox> {
    postbox::client(&service.emulator, &service.host, |profile| profile.issuer = Some(ISSUER.to_owned()))
}

/// What becomes of a callback with this in it besides its state.
fn verdict(client: &Client<Postbox>, rest: &str) -> Result<(), &'static str> {
    let login = client.begin(AuthorizationCode::registered());
    let state = parameter(login.authorize_url().as_str(), "state").to_owned();
    let received = login.receive(Callback::parse(&format!("{rest}&state={state}")).unwrap());
    received.map(drop).map_err(|setback| setback.error().code())
}

#[tokio::test]
async fn security_04_iss_must_match() {
    let service = Service::new().await;
    let client = with_issuer(&service);
    for wrong in ["https://evil.example", "", "https://issuer.example/", "HTTPS://ISSUER.EXAMPLE", "issuer.example"] {
        assert_eq!(verdict(&client, &format!("code=c&iss={wrong}")), Err("issuer_mismatch"), "{wrong}");
    }
    let two = Callback::parse(&format!("code=c&state=s&iss={ISSUER}&iss=https://evil.example"));
    assert_eq!(two.unwrap_err().code(), "callback_ambiguous");
    assert_eq!(verdict(&client, &format!("code=c&iss={ISSUER}")), Ok(()));
    assert_eq!(service.token_requests(), 0);
}

#[tokio::test]
async fn security_04_iss_must_match_in_errors_too() {
    let service = Service::new().await;
    let client = with_issuer(&service);
    for error in ["access_denied", "server_error", "invalid_scope", "made_up"] {
        let wrong = format!("error={error}&iss=https://evil.example");
        assert_eq!(verdict(&client, &wrong), Err("issuer_mismatch"), "{error}");
    }
    assert_eq!(verdict(&client, &format!("error=access_denied&iss={ISSUER}")), Err("access_denied"));
}

#[tokio::test]
async fn security_05_an_error_counts_only_after_the_state_verified() {
    let service = Service::new().await;
    let binding = browser("cookie");
    let address = service.address(&binding).await;
    let state = parameter(&address, "state");
    let denial = format!("error=access_denied&state={state}");
    for (callback, from, code) in [
        ("error=access_denied", &binding, "state_missing"),
        ("error=access_denied&state=forged", &binding, "login_unknown"),
        (&*denial, &browser("another"), "login_unknown"),
    ] {
        assert_eq!(service.complete(callback, from).await.unwrap_err().code(), code, "{callback}");
    }
    service.complete(&address, &binding).await.unwrap();
    service.emulator.settings(|settings| settings.consent = Consent::Deny);
    let denied = service.address(&binding).await;
    assert_eq!(service.complete(&denied, &binding).await.unwrap_err().code(), "access_denied");
    assert_eq!(service.complete(&denied, &binding).await.unwrap_err().code(), "login_used");
}

#[tokio::test]
async fn security_05_a_forged_error_leaves_the_session_as_it_was() {
    let service = Service::new().await;
    let login = service.client.begin(AuthorizationCode::registered());
    let url = String::from(login.authorize_url());
    let forged = Callback::parse("error=access_denied&state=forged").unwrap();
    let Err(TransitionError::Untouched { session, error }) = login.receive(forged) else { panic!("it was forged") };
    assert_eq!(error.code(), "state_mismatch");
    assert_eq!(session.authorize_url().as_str(), url, "the same login still waits");
}

#[tokio::test]
async fn security_05_its_description_is_shown_to_nobody() {
    let service = Service::new().await;
    let login = service.client.begin(AuthorizationCode::registered());
    let state = parameter(login.authorize_url().as_str(), "state").to_owned();
    let callback = Callback::parse(&format!(
        "error=canary-code%1b[31m&error_description=canary-words%1b[31m&error_uri=https://canary.example/&state={state}"
    ))
    .unwrap();
    let mut shown = format!("{callback:?}");
    let setback = login.receive(callback).unwrap_err();
    shown += &format!("{setback:?} {setback} {:?} {}", setback.error(), setback.error());
    assert_eq!(setback.error().code(), "authorize_refused");
    assert!(!shown.contains("canary") && !shown.contains('\u{1b}'), "{shown}");
}

#[tokio::test]
async fn security_06_a_login_may_take_thirty_minutes() {
    let service = Service::new().await;
    let binding = browser("cookie");
    let (in_time, late) = (service.address(&binding).await, service.address(&binding).await);
    service.host.advance(30 * MINUTE - Duration::from_secs(1));
    service.complete(&in_time, &binding).await.unwrap();
    service.host.advance(Duration::from_secs(1));
    let refused = service.complete(&late, &binding).await.unwrap_err();
    assert_eq!((refused.kind(), refused.code()), (ErrorKind::AskUser, "login_expired"));
    assert_eq!(service.token_requests(), 1);
}

#[tokio::test]
async fn security_06_the_life_of_a_login_is_its_own_setting() {
    for minutes in [1, 120] {
        let life = minutes * MINUTE;
        let service = Service::with(|builder| builder.pending_life(life)).await;
        assert_eq!(service.client.profile().code_life, 10 * MINUTE, "it says nothing of the login");
        let binding = browser("cookie");
        let (in_time, late) = (service.address(&binding).await, service.address(&binding).await);
        service.host.advance(life - Duration::from_secs(1));
        service.complete(&in_time, &binding).await.unwrap();
        service.host.advance(Duration::from_secs(1));
        assert_eq!(service.complete(&late, &binding).await.unwrap_err().code(), "login_expired");
    }
}

#[tokio::test]
async fn security_06_the_life_of_a_code_is_counted_from_its_receipt() {
    let service = Service::new().await;
    let five_minutes = |profile: &mut Profile| profile.code_life = 5 * MINUTE;
    let postbox = Arc::new(postbox::client(&service.emulator, &service.host, five_minutes));
    for life in [service.client.profile().code_life, postbox.profile().code_life] {
        for (age, good) in [(life - Duration::from_secs(1), true), (life, false)] {
            let sent = service.token_requests();
            let exchanged = if life == 5 * MINUTE {
                exchange_after(&service, &postbox, age).await
            } else {
                exchange_after(&service, &service.client, age).await
            };
            assert_eq!(exchanged, if good { Ok(()) } else { Err("code_expired") }, "{age:?} of {life:?}");
            assert_eq!(service.token_requests() - sent, u64::from(good), "an old code is not sent");
        }
    }
}

/// The customer takes three hours to log in; the code lies here for `age` before it is exchanged.
async fn exchange_after<P>(service: &Service, client: &Client<P>, age: Duration) -> Result<(), &'static str>
where
    P: mailgrant_core::Provider,
    AuthorizationCode: mailgrant_core::OfferedBy<P>,
{
    let login = client.begin(AuthorizationCode::registered());
    let url = String::from(login.authorize_url());
    service.host.advance(180 * MINUTE);
    let received = login.receive(Callback::parse(&consent(&url).await.unwrap()).unwrap()).unwrap();
    service.host.advance(age);
    received.exchange().await.map(drop).map_err(|setback| setback.error().code())
}

#[tokio::test]
async fn security_04_an_iss_that_nobody_announced_has_to_be_the_consent_page_s() {
    let service = Service::new().await;
    let binding = browser("cookie");
    let address = service.address(&binding).await + "&iss=https://evil.example";
    assert_eq!(service.complete(&address, &binding).await.unwrap_err().code(), "issuer_mismatch");
    assert_eq!(service.token_requests(), 0, "nothing was sent");
    let address = format!("{}&iss={}", service.address(&binding).await, service.emulator.url());
    service.complete(&address, &binding).await.unwrap();
}
