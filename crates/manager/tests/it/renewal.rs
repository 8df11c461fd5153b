//! Renewals: once, for everybody, whoever leaves.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use mailgrant_core::ErrorKind;
use mailgrant_storage::{EventKind, Status};

use crate::world::World;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn many_callers_of_an_expired_account_cause_one_request() {
    let world = World::new().await;
    let account = world.connected().await;
    world.advance(HOUR).await;
    let tokens = join_all((0..500).map(|_| account.token())).await;
    assert!(tokens.into_iter().all(|token| token.unwrap().version() == Some(2)));
    assert_eq!(world.refreshes(), 1);
    assert_eq!(world.emulator.counters().peak_parallel_token_requests, 1);
}

#[tokio::test]
async fn f03_many_processes_on_one_store_cause_one_request() {
    let world = World::new().await;
    world.connected().await;
    world.advance(HOUR).await;
    let accounts: Vec<_> = (0..8).map(|_| world.another_manager().account(&world.key)).collect();
    let tokens = join_all(accounts.iter().map(|account| account.token())).await;
    let headers: Vec<_> = tokens.into_iter().map(|token| token.unwrap().header()).collect();
    assert!(headers.iter().all(|header| *header == headers[0]));
    assert_eq!(world.refreshes(), 1);
}

#[tokio::test]
async fn a_token_is_renewed_ahead_of_its_end_while_callers_keep_getting_it() {
    let world = World::new().await;
    let account = world.connected().await;
    world.advance(HOUR * 85 / 100).await;
    assert_eq!(account.token().await.unwrap().version(), Some(1), "the old token is good and given at once");
    assert!(world.manager.shutdown().await);
    assert_eq!((account.token().await.unwrap().version(), world.refreshes()), (Some(2), 1));
}

#[tokio::test]
async fn a_caller_who_comes_just_before_the_end_waits_for_the_renewal_and_not_for_the_end() {
    use mailgrant_emulator::{Fault, Target, Times};
    let world = World::new().await;
    let account = world.connected().await;
    account.token().await.unwrap();
    world.emulator.fault(Fault::Delay(Duration::from_millis(300)), Target::Token, Times::Next(1));
    world.advance(HOUR - Duration::from_secs(5)).await;
    let mut token = Box::pin(account.token());
    assert!(crate::world::poll_once(&mut token).await.is_pending());
    while world.emulator.counters().faults == 0 {
        tokio::task::yield_now().await;
    }
    // By more than is left: a store that was slow to take the token lets it end as much later.
    world.advance(Duration::from_secs(10)).await;
    assert_eq!((token.await.unwrap().version(), world.refreshes()), (Some(2), 1));
}

#[tokio::test]
async fn f09_a_caller_who_leaves_at_any_point_loses_nothing() {
    for polls in 0..12 {
        let world = World::new().await;
        let account = world.connected().await;
        world.advance(HOUR).await;
        {
            let mut token = Box::pin(account.token());
            for _ in 0..=polls {
                if crate::world::poll_once(&mut token).await.is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        assert!(world.manager.shutdown().await);
        let again = world.another_manager();
        assert_eq!(again.account(&world.key).token().await.unwrap().version(), Some(2));
        assert_eq!(
            (world.refreshes(), world.emulator.counters().family_revocations),
            (1, 0),
            "left after {polls} polls"
        );
    }
}

#[tokio::test]
async fn f20_a_refused_grant_is_remembered_and_asked_for_once() {
    let world = World::new().await;
    let account = world.connected().await;
    world.emulator.revoke_grants();
    world.advance(HOUR).await;
    for _ in 0..3 {
        let error = account.token().await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::AskUser, "grant_refused"));
    }
    assert_eq!(world.emulator.counters().token_requests, 2, "the exchange and one refresh");
    assert_eq!(world.row().await.status, Status::Refused { cause: "grant_refused".into() });
    world.connected().await;
    assert_eq!(account.token().await.unwrap().version(), Some(2));
    assert_eq!(world.row().await.status, Status::Active);
}

#[tokio::test]
async fn our_own_wrong_secret_marks_nobody() {
    let world = World::new().await;
    world.connected().await;
    world.advance(HOUR).await;
    world.emulator.fault(
        mailgrant_emulator::Fault::InvalidClient,
        mailgrant_emulator::Target::Token,
        mailgrant_emulator::Times::Next(1),
    );
    let account = world.another_manager().account(&world.key);
    let error = account.token().await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Configuration, "client_misconfigured"));
    assert_eq!(world.row().await.status, Status::Active);
    for _ in 0..100 {
        assert_eq!(account.token().await.unwrap_err().code(), "client_misconfigured");
    }
    assert_eq!(world.emulator.counters().token_requests, 2, "a loop of callers is no loop of requests");
    world.advance(Duration::from_secs(1)).await;
    assert_eq!(account.token().await.unwrap().version(), Some(2), "it works once the secret is right");
}

#[tokio::test]
async fn f06_a_disconnect_during_a_renewal_stays() {
    use mailgrant_emulator::{Fault, Target, Times};
    let world = Arc::new(World::new().await);
    let account = world.connected().await;
    world.advance(HOUR).await;
    world.emulator.fault(Fault::Delay(Duration::from_millis(300)), Target::Token, Times::Next(1));
    let token = account.token();
    let disconnect = async {
        while world.refreshes() == 0 {
            tokio::task::yield_now().await;
        }
        world.manager.disconnect(&world.key).await.unwrap()
    };
    let (token, gone) = tokio::join!(token, disconnect);
    assert!(gone.is_some());
    assert_eq!(token.unwrap_err().code(), "account_disconnected");
    assert!(account.try_token().is_none());
    assert_eq!(world.row().await.status, Status::Disconnected);
}

#[tokio::test]
async fn events_tell_the_story_in_order() {
    let world = World::new().await;
    let account = world.connected().await;
    world.advance(HOUR).await;
    account.token().await.unwrap();
    world.manager.disconnect(&world.key).await.unwrap();
    use EventKind::{Claimed, Connected, Disconnected, LoginBegun, LoginReturned, Renewed};
    assert_eq!(world.kinds().await, [LoginBegun, LoginReturned, Connected, Claimed, Renewed, Disconnected]);
}

#[tokio::test]
async fn after_a_shutdown_nothing_new_begins() {
    let world = World::new().await;
    let account = world.connected().await;
    assert!(world.manager.shutdown().await);
    assert!(account.token().await.is_ok(), "what is in memory is still given out");
    world.advance(HOUR).await;
    assert_eq!(account.token().await.unwrap_err().code(), "shutting_down");
    assert_eq!(world.refreshes(), 0);
}

#[tokio::test]
async fn another_process_hears_of_a_disconnect_within_a_minute() {
    let world = World::new().await;
    world.connected().await;
    let elsewhere = world.another_manager().account(&world.key);
    elsewhere.token().await.unwrap();
    world.manager.disconnect(&world.key).await.unwrap();
    assert!(elsewhere.try_token().is_some(), "it is in memory there");
    world.advance(Duration::from_secs(61)).await;
    elsewhere.token().await.unwrap();
    while elsewhere.try_token().is_some() {
        tokio::task::yield_now().await;
    }
    assert_eq!(elsewhere.token().await.unwrap_err().code(), "account_disconnected");
}

#[tokio::test]
async fn a_refresh_by_hand_never_answers_with_an_older_token() {
    let world = World::new().await;
    let account = world.connected().await;
    let elsewhere = world.another_manager().account(&world.key);
    assert_eq!(elsewhere.refresh().await.unwrap().version(), Some(2));
    assert_eq!(account.refresh().await.unwrap().version(), Some(3), "memory held version 1");
    assert_eq!(account.refresh().await.unwrap().version(), Some(4), "nobody rejected anything");
}

#[tokio::test]
async fn an_app_of_ones_own_is_obtained_again() {
    let world = World::new().await;
    let session = world.client.begin(mailgrant_core::ClientCredentials).obtain().await.unwrap();
    let account = world.manager.keep(&world.key, session).await.unwrap();
    assert_eq!(world.call(&account).await.unwrap().0, 200);
    world.advance(HOUR * 24).await;
    let tokens = join_all((0..50).map(|_| account.token())).await;
    assert!(tokens.into_iter().all(|token| token.unwrap().version() == Some(2)));
    let counters = world.emulator.counters();
    assert_eq!((counters.client_credentials, counters.refreshes), (2, 0));
    world.emulator.fault(
        mailgrant_emulator::Fault::DropAfterCommit,
        mailgrant_emulator::Target::Token,
        mailgrant_emulator::Times::Next(1),
    );
    world.advance(Duration::from_secs(31)).await;
    let bearer = account.token().await.unwrap();
    assert_eq!(account.reject(&bearer).await.unwrap_err().code(), "answer_lost");
    assert!(world.row().await.attempt.is_none(), "nothing was spent, so nothing is in doubt");
    world.advance(Duration::from_secs(1)).await;
    assert_eq!(account.reject(&bearer).await.unwrap().version(), Some(3));
}

#[tokio::test]
async fn an_adopted_token_is_kept_and_not_renewed() {
    let world = World::new().await;
    let session = world.client.adopt("made-elsewhere".to_owned().into(), None).unwrap();
    let account = world.manager.keep(&world.key, session).await.unwrap();
    let (status, bearer) = world.call(&account).await.unwrap();
    assert_eq!(status, 401, "the emulator does not know it");
    // Asked for by hand, nothing is renewed, and nothing is known to be wrong with the token.
    assert_eq!(account.refresh().await.unwrap_err().code(), "not_renewable");
    assert_eq!(world.row().await.status, Status::Active);
    let error = account.reject(&bearer).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::AskUser, "not_renewable"));
    assert_eq!(world.emulator.counters().token_requests, 0);
    // Nobody else has to be rejected to find out.
    assert_eq!(world.row().await.status, Status::Refused { cause: "token_rejected".into() });
    let elsewhere = world.another_manager().account(&world.key).token().await.unwrap_err();
    assert_eq!((elsewhere.kind(), elsewhere.code()), (ErrorKind::AskUser, "grant_refused"));
    assert_eq!(account.token().await.unwrap_err().code(), "grant_refused");
    let session = world.client.adopt("another".to_owned().into(), None).unwrap();
    world.manager.keep(&world.key, session).await.unwrap();
    assert!(account.reject(&bearer).await.is_ok(), "the one before is no news");
    assert_eq!(world.row().await.status, Status::Active);
}

#[tokio::test]
async fn a_token_without_a_life_is_handed_out_once_it_was_renewed() {
    let world = World::new().await;
    let account = world.connected().await;
    world.emulator.settings(|settings| settings.refreshed_lifetime = Some(0));
    world.advance(HOUR).await;
    assert_eq!(account.token().await.unwrap().version(), Some(2));
    assert_eq!(account.token().await.unwrap().version(), Some(3));
}
