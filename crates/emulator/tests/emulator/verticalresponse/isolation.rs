//! What one provider issued is unknown at the others.

use crate::rig::Rig;

#[tokio::test]
async fn a_code_is_known_where_it_was_issued() {
    let rig = Rig::new().await;
    let codes = [rig.code().await, rig.classic_code().await, rig.delegated_code().await];
    for (at, code) in codes.iter().enumerate() {
        let outcomes = [
            rig.exchange(code).await.unwrap().status,
            rig.classic_exchange(code).await.unwrap().status,
            rig.delegated_exchange(code).await.unwrap().status,
        ];
        let expected: Vec<_> = (0..3).map(|provider| if provider == at { 200 } else { 400 }).collect();
        assert_eq!(outcomes, expected[..]);
    }
    assert_eq!(rig.emulator.counters().reused_codes, 0);
}

#[tokio::test]
async fn an_access_token_is_known_where_it_was_issued() {
    let rig = Rig::new().await;
    let tokens = [rig.connect().await.access, rig.classic_connect().await, rig.delegated_connect().await.access];
    for (at, access) in tokens.iter().enumerate() {
        let outcomes = [
            rig.api("/v3/accounts", access).await.status,
            rig.classic_api("lists", access).await.status,
            rig.delegated_api("lists", access).await.status,
        ];
        let mut expected = [401, 403, 401];
        expected[at] = 200;
        assert_eq!(outcomes, expected);
    }
}

#[tokio::test]
async fn a_refresh_token_is_known_where_it_was_issued() {
    let rig = Rig::new().await;
    let (here, there) = (rig.connect().await, rig.delegated_connect().await);
    assert_eq!(rig.refresh(there.refresh()).await.unwrap().error(), "invalid_grant");
    assert_eq!(rig.delegated_refresh(here.refresh()).await.unwrap().error(), "invalid_grant");
    rig.delegated_revoke(here.refresh()).await.unwrap();
    rig.refresh(here.refresh()).await.unwrap().tokens();
    rig.delegated_refresh(there.refresh()).await.unwrap().tokens();
    assert_eq!(rig.emulator.counters().revocations, 0);
}
