//! What a refresh answers as refresh token, in each mode.

use mailgrant_emulator::{Fault, Rotation, Target, Times};

use crate::rig::Rig;

#[tokio::test]
async fn strict_rotation_revokes_the_family_of_a_reused_token() {
    let rig = Rig::new().await;
    let first = rig.connect().await;
    let second = rig.refresh(first.refresh()).await.unwrap().tokens();
    assert_ne!(first.refresh, second.refresh);

    let reused = rig.refresh(first.refresh()).await.unwrap();
    assert_eq!((reused.status, reused.error().as_str()), (400, "invalid_grant"));
    let innocent = rig.refresh(second.refresh()).await.unwrap();
    assert_eq!(innocent.error(), "invalid_grant");
    assert_eq!(rig.api("/v3/accounts", &second.access).await.status, 401);

    let counters = rig.emulator.counters();
    assert_eq!(counters.reused_refresh_tokens, 1);
    assert_eq!(counters.family_revocations, 1);
    assert_eq!((counters.refreshes, counters.refusals), (1, 2));
}

#[tokio::test]
async fn the_same_token_may_come_back() {
    let rig = Rig::with(|settings| settings.rotation = Rotation::Same).await;
    let first = rig.connect().await;
    for _ in 0..2 {
        let next = rig.refresh(first.refresh()).await.unwrap().tokens();
        assert_eq!(next.refresh, first.refresh);
    }
    assert_eq!(rig.emulator.counters().reused_refresh_tokens, 0);
}

#[tokio::test]
async fn no_token_may_come_back() {
    let rig = Rig::with(|settings| settings.rotation = Rotation::Absent).await;
    let first = rig.connect().await;
    for _ in 0..2 {
        let next = rig.refresh(first.refresh()).await.unwrap();
        assert!(!next.body.contains("refresh_token"));
        assert_eq!(next.status, 200);
    }
}

#[tokio::test]
async fn a_provider_may_break_its_promise_to_rotate() {
    let rig = Rig::new().await;
    let first = rig.connect().await;
    rig.emulator.fault(Fault::NoRotation, Target::Token, Times::Next(1));
    let same = rig.refresh(first.refresh()).await.unwrap().tokens();
    assert_eq!(same.refresh, first.refresh);
    let rotated = rig.refresh(first.refresh()).await.unwrap().tokens();
    assert_ne!(rotated.refresh, first.refresh);
    assert_eq!(rig.emulator.counters().faults, 1);
}

#[tokio::test]
async fn revocations_are_told_apart() {
    let rig = Rig::new().await;
    let first = rig.connect().await;
    rig.emulator.revoke_access_tokens();
    let rejected = rig.api("/v3/accounts", &first.access).await;
    assert_eq!((rejected.status, &rejected.json()["code"]), (401, &1014.into()));
    assert!(rejected.body.contains("Unable to authenticate request."));

    let second = rig.refresh(first.refresh()).await.unwrap().tokens();
    assert_eq!(rig.api("/v3/accounts", &second.access).await.status, 200);
    rig.emulator.revoke_grants();
    assert_eq!(rig.api("/v3/accounts", &second.access).await.status, 200);
    let refused = rig.refresh(second.refresh()).await.unwrap();
    assert_eq!(refused.error(), "invalid_grant");
    assert_eq!(rig.emulator.counters().family_revocations, 0);
}
