//! What happens to an account while a consent comes in, or while its provider is told.

use std::{sync::atomic::Ordering, time::Duration};

use mailgrant_core::{AuthorizationCode, Binding, Callback, ErrorKind};
use mailgrant_emulator::{Fault, Target, Times};
use mailgrant_storage::Status;

use crate::world::World;

/// Completes a login whose put is done, though its answer is lost, with `meanwhile` in the time until it is tried again.
async fn with_a_lost_answer(world: &World, meanwhile: impl AsyncFn()) -> Result<(), mailgrant_core::Error> {
    let query = world.consent(&Binding::terminal()).await;
    let before = world.manager.status(&world.key).await.unwrap();
    world.store.failing().answers_to_puts.store(usize::MAX, Ordering::SeqCst);
    let (callback, binding) = (Callback::parse(&query).unwrap(), Binding::terminal());
    let complete = world.manager.complete(callback, &binding);
    let other = async {
        while world.manager.status(&world.key).await.unwrap() == before {
            tokio::task::yield_now().await;
        }
        meanwhile().await;
        world.store.failing().answers_to_puts.store(0, Ordering::SeqCst);
    };
    let (completed, ()) = tokio::join!(complete, other);
    completed.map(drop)
}

#[tokio::test]
async fn f04_a_put_whose_answer_was_lost_is_not_put_over_its_own_successor() {
    let world = World::new().await;
    with_a_lost_answer(&world, async || {
        world.another_manager().account(&world.key).refresh().await.unwrap();
    })
    .await
    .unwrap();
    assert_eq!(world.row().await.version.get(), 2, "the renewal stands");
    world.manager.account(&world.key).refresh().await.unwrap();
    let counters = world.emulator.counters();
    assert_eq!((counters.refreshes, counters.reused_refresh_tokens), (2, 0));
}

#[tokio::test]
async fn f06_a_put_whose_answer_was_lost_brings_no_tombstone_back() {
    let world = World::new().await;
    let completed = with_a_lost_answer(&world, async || {
        world.another_manager().disconnect(&world.key).await.unwrap().unwrap();
    })
    .await;
    assert_eq!(completed.unwrap_err().code(), "account_disconnected");
    assert_eq!(world.row().await.status, Status::Disconnected);
}

#[tokio::test]
async fn a_put_whose_answer_was_lost_is_done_once() {
    let world = World::new().await;
    with_a_lost_answer(&world, async || {}).await.unwrap();
    assert_eq!(world.row().await.version.get(), 1);
    assert_eq!(world.call(&world.manager.account(&world.key)).await.unwrap().0, 200);
}

/// Whoever gives an account up while a consent for it is on its way has the last word.
#[tokio::test]
async fn f06_a_consent_that_was_on_its_way_brings_no_disconnected_account_back() {
    let world = World::new().await;
    world.connected().await;
    let query = world.consent(&Binding::terminal()).await;
    world.emulator.fault(Fault::Delay(Duration::from_secs(1)), Target::Token, Times::Next(1));
    let (callback, binding) = (Callback::parse(&query).unwrap(), Binding::terminal());
    let complete = world.manager.complete(callback, &binding);
    let disconnect = async {
        while world.emulator.counters().exchanges < 2 {
            tokio::task::yield_now().await;
        }
        world.manager.disconnect(&world.key).await.unwrap().unwrap();
    };
    let (completed, ()) = tokio::join!(complete, disconnect);
    let error = completed.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::AskUser, "account_disconnected"));
    let row = world.row().await;
    assert_eq!((row.status, row.sealed), (Status::Disconnected, None));
    world.connected().await;
    assert_eq!(world.row().await.status, Status::Active, "a consent that knows of it replaces it");
}

/// A renewal of the old grant does not stand in the way of a new one.
#[tokio::test]
async fn a_consent_overtakes_a_renewal() {
    let world = World::new().await;
    let account = world.connected().await;
    let query = world.consent(&Binding::terminal()).await;
    world.emulator.fault(Fault::Delay(Duration::from_secs(1)), Target::Token, Times::Next(1));
    let (callback, binding) = (Callback::parse(&query).unwrap(), Binding::terminal());
    let complete = world.manager.complete(callback, &binding);
    let renew = async {
        while world.emulator.counters().exchanges < 2 {
            tokio::task::yield_now().await;
        }
        world.another_manager().account(&world.key).refresh().await.unwrap();
    };
    let (completed, ()) = tokio::join!(complete, renew);
    completed.unwrap();
    assert_eq!(world.row().await.version.get(), 3);
    account.refresh().await.unwrap();
    assert_eq!(world.emulator.counters().reused_refresh_tokens, 0);
}

#[tokio::test]
async fn a_session_of_another_account_is_handed_back() {
    let world = World::new().await;
    world.connected().await;
    world.emulator.settings(|settings| settings.account = Some("stranger@example.com".into()));
    let login = world.client.begin(AuthorizationCode::registered());
    let query = world.browse(login.authorize_url().as_str()).await;
    let session = login.receive(Callback::parse(&query).unwrap()).unwrap().exchange().await.unwrap();
    let not_kept = world.manager.keep(&world.key, session).await.unwrap_err();
    assert_eq!(not_kept.error.code(), "account_mismatch");
    let other = mailgrant_storage::AccountKey::new("tenant", "getresponse", "other").unwrap();
    let account = world.manager.keep(&other, *not_kept.session.unwrap()).await.unwrap();
    assert_eq!(world.call(&account).await.unwrap().0, 200);
}
