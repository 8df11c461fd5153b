//! Rejections: only the newest token's counts, and only once.

use futures_util::future::join_all;
use mailgrant_core::{ErrorKind, TokenSource};

use crate::world::World;

#[tokio::test]
async fn f14_many_rejections_of_one_token_cause_one_renewal() {
    let world = World::new().await;
    let account = world.connected().await;
    world.emulator.revoke_access_tokens();
    let (status, bearer) = world.call(&account).await.unwrap();
    assert_eq!(status, 401);
    let renewed = join_all((0..100).map(|_| account.reject(&bearer))).await;
    assert!(renewed.into_iter().all(|bearer| bearer.unwrap().version() == Some(2)));
    assert_eq!((world.call(&account).await.unwrap().0, world.refreshes()), (200, 1));
    assert_eq!(account.reject(&bearer).await.unwrap().version(), Some(2), "an old token's rejection is no news");
    assert_eq!(world.refreshes(), 1);
}

#[tokio::test]
async fn f14_a_second_rejection_is_the_callers_to_see() {
    let world = World::new().await;
    let account = world.connected().await;
    let bearer = account.token().await.unwrap();
    let bearer = account.reject(&bearer).await.unwrap();
    for _ in 0..10 {
        let error = account.reject(&bearer).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::TryLater, "rejected_again"));
        assert!(error.retry_after().is_some());
    }
    assert_eq!(world.refreshes(), 1);
    world.advance(std::time::Duration::from_secs(31)).await;
    assert_eq!(account.reject(&bearer).await.unwrap().version(), Some(3));
}

#[tokio::test]
async fn a_token_that_is_over_is_renewed_whatever_it_came_of() {
    let world = World::new().await;
    let account = world.connected().await;
    world.emulator.settings(|settings| settings.refreshed_lifetime = Some(10));
    let bearer = account.reject(&account.token().await.unwrap()).await.unwrap();
    world.advance(std::time::Duration::from_secs(11)).await;
    assert_eq!(account.reject(&bearer).await.unwrap().version(), Some(3));
}

#[tokio::test]
async fn another_process_renewed_meanwhile() {
    let world = World::new().await;
    let account = world.connected().await;
    let stale = account.token().await.unwrap();
    let elsewhere = world.another_manager().account(&world.key);
    elsewhere.reject(&elsewhere.token().await.unwrap()).await.unwrap();
    assert_eq!(account.reject(&stale).await.unwrap().version(), Some(2));
    assert_eq!(world.refreshes(), 1);
}

#[tokio::test]
async fn an_account_is_a_token_source() {
    let world = World::new().await;
    let source: Box<dyn TokenSource> = Box::new(world.connected().await);
    let bearer = source.token().await.unwrap();
    assert_ne!(source.reject(&bearer).await.unwrap().version(), bearer.version());
}

#[tokio::test]
async fn a_forced_refresh_renews_a_good_token() {
    let world = World::new().await;
    let account = world.connected().await;
    assert_eq!(account.refresh().await.unwrap().version(), Some(2));
    assert_eq!(world.refreshes(), 1);
}

#[tokio::test]
async fn a_rejected_token_of_a_refused_grant_is_given_to_nobody() {
    let world = World::new().await;
    let account = world.connected().await;
    let bearer = account.token().await.unwrap();
    world.emulator.revoke_grants();
    assert_eq!(account.reject(&bearer).await.unwrap_err().code(), "grant_refused");
    assert!(account.try_token().is_none());
    assert_eq!(account.token().await.unwrap_err().code(), "grant_refused");
}
