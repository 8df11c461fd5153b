//! Logins: what finishes them, and what does not.

use mailgrant_core::{AuthorizationCode, Binding, Callback, Error, ErrorKind};
use mailgrant_emulator::{Consent, Fault, Target, Times};
use mailgrant_storage::{AccountKey, EventKind, Filter, Status, Store};
use std::time::Duration;

use crate::world::World;

async fn complete(world: &World, query: &str, binding: &Binding) -> Result<(), Error> {
    world.manager.complete(Callback::parse(query)?, binding).await.map(drop)
}

#[tokio::test]
async fn a_login_connects_an_account() {
    let world = World::new().await;
    let account = world.connected().await;
    let (status, bearer) = world.call(&account).await.unwrap();
    assert_eq!((status, bearer.version()), (200, Some(1)));
    assert_eq!(account.try_token().unwrap().version(), Some(1));
    assert_eq!(world.kinds().await, [EventKind::LoginBegun, EventKind::LoginReturned, EventKind::Connected]);
    let status = world.manager.status(&world.key).await.unwrap().unwrap();
    assert_eq!(status.status, Status::Active);
    let listed = world.manager.list(&Filter::default(), None, 10).await.unwrap();
    assert_eq!(listed.iter().map(|status| &status.key).collect::<Vec<_>>(), [&world.key]);
}

#[tokio::test]
async fn each_bad_callback_has_its_own_word_and_sends_nothing() {
    let world = World::new().await;
    let here = Binding::browser("session").unwrap();
    let code = |result: Result<(), Error>| {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AskUser, "{error}");
        error.code()
    };
    assert_eq!(code(complete(&world, "code=c", &here).await), "state_missing");
    assert_eq!(code(complete(&world, "code=c&state=forged", &here).await), "login_unknown");
    assert_eq!(code(complete(&world, "code=c&code=d&state=x", &here).await), "callback_ambiguous");
    let query = world.consent(&here).await;
    assert_eq!(code(complete(&world, &query, &Binding::browser("another").unwrap()).await), "login_unknown");
    assert_eq!(code(complete(&world, &query, &Binding::terminal()).await), "login_unknown");
    let state = query.split('&').find(|pair| pair.starts_with("state=")).unwrap();
    assert_eq!(code(complete(&world, state, &here).await), "code_missing");
    assert_eq!(code(complete(&world, &query, &here).await), "login_used");
    let query = world.consent(&here).await;
    world.advance(Duration::from_secs(30 * 60)).await;
    assert_eq!(code(complete(&world, &query, &here).await), "login_expired");
    world.emulator.settings(|settings| settings.consent = Consent::Deny);
    let query = world.consent(&here).await;
    assert_eq!(code(complete(&world, &query, &here).await), "access_denied");
    assert_eq!(world.emulator.counters().token_requests, 0);
}

#[tokio::test]
async fn a_code_past_its_life_and_a_second_use_are_the_providers_to_refuse() {
    let world = World::new().await;
    let here = Binding::terminal();
    let query = world.consent(&here).await;
    world.emulator.advance(Duration::from_secs(601));
    assert_eq!(complete(&world, &query, &here).await.unwrap_err().code(), "code_refused");
    let query = world.consent(&here).await;
    complete(&world, &query, &here).await.unwrap();
    assert_eq!(complete(&world, &query, &here).await.unwrap_err().code(), "login_used");
}

#[tokio::test]
async fn keys_and_clients_have_to_fit() {
    let world = World::new().await;
    let other = AccountKey::new("tenant", "verticalresponse", "main").unwrap();
    let begin = world.manager.begin(&other, &world.client, AuthorizationCode::registered(), &Binding::terminal()).await;
    assert_eq!(begin.unwrap_err().code(), "provider_mismatch");
    let stranger = world.client.at(mailgrant_getresponse::GetResponse::retail()).unwrap();
    let begin = world.manager.begin(&world.key, &stranger, AuthorizationCode::registered(), &Binding::terminal()).await;
    assert_eq!(begin.unwrap_err().code(), "client_unknown");
}

#[tokio::test]
async fn a_dropped_completion_still_connects() {
    let world = World::new().await;
    let query = world.consent(&Binding::terminal()).await;
    {
        let (callback, binding) = (Callback::parse(&query).unwrap(), Binding::terminal());
        let mut completion = Box::pin(world.manager.complete(callback, &binding));
        assert!(crate::world::poll_once(&mut completion).await.is_pending());
    }
    assert!(world.manager.shutdown().await);
    assert_eq!(world.row().await.status, Status::Active);
}

#[tokio::test]
async fn reconnecting_replaces_the_grant_and_a_tombstone_alike() {
    let world = World::new().await;
    let account = world.connected().await;
    world.connected().await;
    assert_eq!(account.token().await.unwrap().version(), Some(2));
    let gone = world.manager.disconnect(&world.key).await.unwrap().unwrap();
    assert!(matches!(gone.token_ends, mailgrant_core::Expiry::At(_)));
    let error = account.token().await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::AskUser, "account_disconnected"));
    assert!(account.try_token().is_none());
    world.connected().await;
    assert_eq!(account.token().await.unwrap().version(), Some(4), "versions go on past a tombstone");
}

#[tokio::test]
async fn another_account_of_the_provider_does_not_take_the_place_of_the_one_that_is_connected() {
    let world = World::new().await;
    let account = world.connected().await;
    let row = world.row().await;
    world.emulator.settings(|settings| settings.account = Some("stranger@example.com".into()));
    let query = world.consent(&Binding::terminal()).await;
    let error = complete(&world, &query, &Binding::terminal()).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::AskUser, "account_mismatch"));
    assert_eq!((world.row().await.version, world.row().await.sealed), (row.version, row.sealed), "nothing was stored");
    assert_eq!(world.call(&account).await.unwrap().0, 200);
    // A renewal does not forget whose the account is, and nobody says whose it is while the API is away.
    world.advance(Duration::from_secs(3600)).await;
    account.token().await.unwrap();
    let query = world.consent(&Binding::terminal()).await;
    assert_eq!(complete(&world, &query, &Binding::terminal()).await.unwrap_err().code(), "account_mismatch");
    world.emulator.settings(|settings| settings.account = Some("customer@example.com".into()));
    world.emulator.fault(Fault::Html502, Target::Api, Times::Always);
    let query = world.consent(&Binding::terminal()).await;
    assert_eq!(complete(&world, &query, &Binding::terminal()).await.unwrap_err().code(), "account_unverified");
    world.emulator.clear_faults();
    world.connected().await;
    world.manager.disconnect(&world.key).await.unwrap().unwrap();
    world.emulator.settings(|settings| settings.account = Some("stranger@example.com".into()));
    world.connected().await;
}

#[tokio::test]
async fn an_account_whose_name_nobody_said_is_connected_all_the_same() {
    let world = World::new().await;
    world.emulator.fault(Fault::Html502, Target::Api, Times::Next(1));
    let account = world.connected().await;
    assert_eq!(world.call(&account).await.unwrap().0, 200);
    let connected = world.manager.events(0, 100).await.unwrap().pop().unwrap();
    assert_eq!((connected.kind, connected.cause.as_deref()), (EventKind::Connected, Some("account_unnamed")));
    // The next consent has a name, and is the one that is compared from then on.
    world.emulator.settings(|settings| settings.account = Some("second@example.com".into()));
    world.connected().await;
    world.emulator.settings(|settings| settings.account = Some("third@example.com".into()));
    let query = world.consent(&Binding::terminal()).await;
    assert_eq!(complete(&world, &query, &Binding::terminal()).await.unwrap_err().code(), "account_mismatch");
}

#[tokio::test]
async fn a_session_made_elsewhere_is_kept() {
    let world = World::new().await;
    let login = world.client.begin(AuthorizationCode::registered());
    let query = world.browse(login.authorize_url().as_str()).await;
    let session = login.receive(Callback::parse(&query).unwrap()).unwrap().exchange().await.unwrap();
    let account = world.manager.keep(&world.key, session).await.unwrap();
    assert_eq!(world.call(&account).await.unwrap().0, 200);
}

#[tokio::test]
async fn a_session_kept_late_in_its_life_is_kept_with_what_is_left_of_it() {
    let world = World::new().await;
    let login = world.client.begin(AuthorizationCode::registered());
    let query = world.browse(login.authorize_url().as_str()).await;
    let session = login.receive(Callback::parse(&query).unwrap()).unwrap().exchange().await.unwrap();
    world.advance(Duration::from_secs(3000)).await;
    world.manager.keep(&world.key, session).await.unwrap();
    let left = world.row().await.expires_in.unwrap();
    assert!(left <= Duration::from_secs(600), "{left:?}");
}

#[tokio::test]
async fn a_session_that_cannot_be_kept_is_handed_back() {
    let world = World::new().await;
    let login = world.client.begin(AuthorizationCode::registered());
    let query = world.browse(login.authorize_url().as_str()).await;
    let session = login.receive(Callback::parse(&query).unwrap()).unwrap().exchange().await.unwrap();
    let other = AccountKey::new("tenant", "verticalresponse", "main").unwrap();
    let not_kept = world.manager.keep(&other, session).await.unwrap_err();
    assert_eq!(not_kept.error.code(), "provider_mismatch");
    world.manager.keep(&world.key, *not_kept.session.unwrap()).await.unwrap();
}

fn damage(key_id: &str) -> mailgrant_storage::Entry {
    mailgrant_storage::Entry {
        sealed: mailgrant_storage::Sealed { key_id: key_id.into(), bytes: vec![0; 64] },
        client_key: "x".into(),
        environment: "x".into(),
        expires_in: None,
        due_in: None,
        upkeep_in: None,
        remark: None,
    }
}

#[tokio::test]
async fn what_is_damaged_can_be_replaced_and_given_up() {
    let world = World::new().await;
    world.store.put(&world.key, None, &damage("k")).await.unwrap();
    let account = world.manager.account(&world.key);
    let error = account.token().await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Configuration, "seal_broken"));
    let account = world.connected().await;
    assert_eq!(world.call(&account).await.unwrap().0, 200);
    let version = world.row().await.version;
    world.store.put(&world.key, Some(version), &damage("k")).await.unwrap();
    assert!(world.manager.disconnect(&world.key).await.unwrap().unwrap().revocation.is_ok());
    assert_eq!((world.row().await.status, world.row().await.sealed), (Status::Disconnected, None));
}

/// Another replica may hold the key: what is there is neither compared nor lost.
#[tokio::test]
async fn what_this_process_cannot_read_is_neither_replaced_nor_erased() {
    let world = World::new().await;
    world.store.put(&world.key, None, &damage("lost")).await.unwrap();
    let query = world.consent(&Binding::terminal()).await;
    let error = complete(&world, &query, &Binding::terminal()).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Configuration, "sealing_key_unknown"));
    assert_eq!(world.emulator.counters().token_requests, 0, "its code was not spent");
    let disconnected = world.manager.disconnect(&world.key).await.unwrap().unwrap();
    assert_eq!(disconnected.revocation.unwrap_err().code(), "sealing_key_unknown");
    let row = world.row().await;
    assert_eq!((row.status, row.sealed), (Status::Disconnected, Some(damage("lost").sealed)));
    let account = world.connected().await;
    assert_eq!(world.call(&account).await.unwrap().0, 200);
}
