//! Follow: each event at least once, in order, whichever process caused it.

use mailgrant_storage::EventKind;

use crate::world::World;

#[tokio::test]
async fn a_follower_hears_what_was_and_what_comes() {
    let world = World::new().await;
    let account = world.another_manager().account(&world.key);
    world.connected().await;
    let mut events = world.manager.follow(0);
    let mut heard = Vec::new();
    while heard.last() != Some(&EventKind::Connected) {
        heard.push(events.next().await.unwrap().kind);
    }
    assert_eq!(heard, [EventKind::LoginBegun, EventKind::LoginReturned, EventKind::Connected]);
    let (claimed, refreshed) = tokio::join!(events.next(), account.refresh());
    refreshed.unwrap();
    let claimed = claimed.unwrap();
    assert_eq!(claimed.kind, EventKind::Claimed);
    // A follower that begins again behind what it dealt with misses nothing.
    let renewed = world.manager.follow(claimed.id).next().await.unwrap();
    assert_eq!((renewed.kind, renewed.id > claimed.id), (EventKind::Renewed, true));
    assert_eq!(events.next().await.unwrap(), renewed);
}

#[tokio::test]
async fn a_store_that_is_away_is_no_end() {
    let world = World::new().await;
    world.connected().await;
    let mut events = world.manager.follow(0);
    world.store.failing().events.store(1, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(events.next().await.unwrap_err().code(), "store_unavailable");
    assert_eq!(events.next().await.unwrap().kind, EventKind::LoginBegun);
}
