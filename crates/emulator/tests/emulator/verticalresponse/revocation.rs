//! Grants that end, whoever ends them.

use super::path;
use crate::rig::{FORM, Rig, form};

#[tokio::test]
async fn an_app_gives_up_a_grant() {
    let rig = Rig::new().await;
    let tokens = rig.delegated_connect().await;
    let revoked = rig.delegated_revoke(tokens.refresh()).await.unwrap();
    assert_eq!((revoked.status, revoked.body.as_str()), (200, r#"{"status":"ok"}"#));
    assert_eq!(rig.delegated_refresh(tokens.refresh()).await.unwrap().error(), "invalid_grant");
    assert_eq!(rig.delegated_api("lists", &tokens.access).await.status, 200, "it goes on until its end");
    for token in [tokens.refresh(), "nonsense"] {
        assert_eq!(rig.delegated_revoke(token).await.unwrap().status, 200, "no oracle");
    }
    let counters = rig.emulator.counters();
    assert_eq!((counters.revoke_requests, counters.revocations), (3, 1));
    let seen = rig.emulator.last_revoke_request().unwrap();
    assert_eq!((seen.method.as_str(), seen.path_and_query.as_str()), ("DELETE", "/vr2/api/v1/oauth/revoke"));
    assert_eq!((seen.field("client_id"), seen.field("refresh_token")), (Some("app"), Some("[redacted]")));
}

#[tokio::test]
async fn only_the_app_itself_gives_up() {
    let rig = Rig::new().await;
    let tokens = rig.delegated_connect().await;
    let revoke = path(&rig, &rig.emulator.verticalresponse_delegated().revoke_url.unwrap());
    let send = async |method: &str, path: &str, id: &str, secret: &str| {
        let fields = [("client_id", id), ("client_secret", secret), ("refresh_token", tokens.refresh())];
        rig.send(method, path, &[FORM], &form(&fields)).await.unwrap()
    };
    let wrong = send("DELETE", &revoke, "app", "wrong").await;
    assert_eq!((wrong.status, wrong.error().as_str()), (401, "invalid_client"));
    assert_eq!(send("DELETE", &revoke, "other", "secret").await.status, 200);
    assert_eq!(send("POST", &revoke, "app", "secret").await.status, 405);
    let gateway = send("DELETE", "/vr2-gateway/api/v1/oauth/revoke", "app", "secret").await;
    assert_eq!((gateway.status, &gateway.json()["error"]["code"]), (404, &404.into()));
    let nothing = rig.send("DELETE", &revoke, &[FORM], "client_id=app&client_secret=secret").await.unwrap();
    assert_eq!(nothing.error(), "invalid_request");
    assert_eq!(rig.emulator.counters().revocations, 0);
    rig.delegated_refresh(tokens.refresh()).await.unwrap().tokens();
}

#[tokio::test]
async fn a_revocation_may_fail() {
    let rig = Rig::new().await;
    let tokens = rig.delegated_connect().await;
    for (answer, status) in [("not_found", Some(404)), ("error", Some(500)), ("drop", None)] {
        rig.emulator.settings(|settings| settings.set("delegated.revoke", answer)).unwrap();
        let answer = rig.delegated_revoke(tokens.refresh()).await;
        assert_eq!(answer.map(|answer| answer.status), status);
    }
    let counters = rig.emulator.counters();
    assert_eq!((counters.revoke_requests, counters.revocations), (3, 0));
    rig.delegated_refresh(tokens.refresh()).await.unwrap().tokens();
}

#[tokio::test]
async fn a_customer_removes_the_app() {
    let rig = Rig::new().await;
    let (retail, classic, delegated) =
        (rig.connect().await, rig.classic_connect().await, rig.delegated_connect().await);
    assert_eq!(rig.control("POST", "revoke-user", "").await.status, 200);
    assert_eq!(rig.api("/v3/accounts", &retail.access).await.status, 401);
    assert_eq!(rig.refresh(retail.refresh()).await.unwrap().status, 400);
    assert_eq!(rig.classic_api("lists", &classic).await.status, 403);
    assert_eq!(rig.delegated_api("lists", &delegated.access).await.status, 200);
    assert_eq!(rig.delegated_refresh(delegated.refresh()).await.unwrap().error(), "invalid_grant");
    let again = rig.classic_connect().await;
    assert_eq!(rig.classic_api("lists", &again).await.status, 200);
}

#[tokio::test]
async fn the_older_knobs_hold_for_every_provider() {
    let rig = Rig::new().await;
    let (classic, delegated) = (rig.classic_connect().await, rig.delegated_connect().await);
    rig.emulator.revoke_grants();
    assert_eq!(rig.classic_api("lists", &classic).await.status, 200);
    assert_eq!(rig.delegated_refresh(delegated.refresh()).await.unwrap().error(), "invalid_grant");
    rig.emulator.revoke_access_tokens();
    assert_eq!(rig.classic_api("lists", &classic).await.status, 403);
    assert_eq!(rig.delegated_api("lists", &delegated.access).await.status, 401);
}
