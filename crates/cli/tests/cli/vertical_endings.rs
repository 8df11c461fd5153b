//! How accounts of VerticalResponse end: at the customer's hand, or at ours.

use mailgrant_emulator::{Fault, InvalidGrant, Revoke, Target, Times};

use crate::{
    rig::{Login, Rig, callback, get, holds},
    vertical::{connect, connected, finish, reconnect},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_app_that_the_customer_removed_is_to_be_connected_again() {
    for word in [InvalidGrant::InvalidGrant, InvalidGrant::AccessRevoked] {
        for generation in [1, 2] {
            let rig = Rig::with(|settings| settings.delegated.invalid_grant = word).await;
            connected(&rig, generation);
            let dead = rig.token();
            rig.emulator.revoke_by_user();
            rig.emulator.revoke_access_tokens();
            let called = rig.run(["call", "main", "GET", "/contacts"]);
            assert_eq!((called.code, &*called.stdout), (3, ""), "{generation}: {called:?}");
            assert!(called.stderr.contains("mailgrant connect verticalresponse --account main"), "{called:?}");
            let token = rig.run(["token", "main"]);
            assert_eq!((token.code, &*token.stdout), (3, ""), "{generation}: {token:?}");
            assert!(token.stderr.contains("mailgrant connect verticalresponse --account main"), "{token:?}");
            assert_eq!(rig.listed()["state"], "needs-reauthorization");
            finish(reconnect(&rig, &[]));
            assert_ne!(rig.token(), dead);
            assert_eq!(rig.run(["call", "main", "GET", "/contacts"]).code, 0);
            assert_eq!(rig.listed()["state"], "active", "the account is the same");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn another_customer_s_consent_takes_nobody_s_place() {
    let rig = Rig::new().await;
    connected(&rig, 1);
    let token = rig.token();
    rig.emulator.settings(|settings| settings.account = Some("somebody-else@example.com".to_owned()));
    let login = Login::start(reconnect(&rig, &[]));
    let page = get(&callback(&login.url));
    assert!(page.status == 400 && page.body.contains("[account_mismatch]"), "{page:?}");
    let done = login.end();
    assert_eq!(done.code, 3, "{done:?}");
    assert!(done.stderr.contains("once the browser is logged in to the right one"), "{done:?}");
    assert!(done.stderr.contains("mailgrant connect verticalresponse --account main"), "{done:?}");
    let listed = rig.listed();
    assert_eq!((rig.token(), &listed["login_begun"]), (token, &false.into()));
    finish(connect(&rig, 1, &["--account", "second"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_first_generation_is_given_up_here_alone() {
    let rig = Rig::new().await;
    connected(&rig, 1);
    let token = rig.token();
    let done = rig.run(["disconnect", "main"]);
    assert_eq!((done.code, &*done.stdout), (0, ""), "{done:?}");
    assert!(done.stderr.contains("no way to revoke a grant of generation 1 from here"), "{done:?}");
    assert!(done.stderr.contains("works until it is revoked"), "{done:?}");
    assert!(done.stderr.contains("in VerticalResponse's panel"), "{done:?}");
    assert_eq!(rig.emulator.counters().revoke_requests, 0);
    assert!(!holds(&rig.stored_bytes(), &token));
    let after = rig.run(["token", "main"]);
    assert_eq!(after.code, 3, "{after:?}");
    assert!(after.stderr.contains("mailgrant connect verticalresponse --account main"), "{after:?}");
    let again = rig.run(["disconnect", "main"]);
    assert_eq!(again.code, 0, "{again:?}");
    assert!(again.stderr.contains("was disconnected before: nothing of it is left"), "{again:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_second_generation_is_given_back() {
    let rig = Rig::new().await;
    connected(&rig, 2);
    let done = rig.run(["disconnect", "main"]);
    assert_eq!((done.code, &*done.stdout), (0, ""), "{done:?}");
    assert!(done.stderr.contains("was told, and said yes, which it also says to what it never knew"), "{done:?}");
    assert!(done.stderr.contains("handed out before works until") && done.stderr.contains("s from now"), "{done:?}");
    let counters = rig.emulator.counters();
    assert_eq!((counters.revoke_requests, counters.revocations), (1, 1));
    let listed = rig.listed();
    assert_eq!((&listed["state"], &listed["provider_untold"]), (&"disconnected".into(), &false.into()));
    let reconnect = reconnect(&rig, &["--timeout", "0"]).output().unwrap();
    assert_eq!(reconnect.status.code(), Some(5), "what was remembered is gone with the account");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_could_not_be_told_is_told_by_the_next_disconnect() {
    for (revoke, code, word) in [
        (Revoke::Error, 4, "revocation_unanswered: HTTP 500"),
        (Revoke::Drop, 4, "["),
        (Revoke::NotFound, 5, "revocation_endpoint_wrong: HTTP 404"),
    ] {
        let rig = Rig::with(|settings| settings.delegated.revoke = revoke).await;
        connected(&rig, 2);
        for _ in 0..2 {
            let done = rig.run(["disconnect", "main"]);
            assert_eq!((done.code, &*done.stdout), (code, ""), "{revoke:?}: {done:?}");
            assert!(
                done.stderr.contains("VerticalResponse could not be told") && done.stderr.contains(word),
                "{done:?}"
            );
            assert!(done.stderr.contains("run `mailgrant disconnect main` again"), "{done:?}");
            assert!(done.stderr.contains("is kept, sealed") && !done.stderr.contains("erased here"), "{done:?}");
        }
        let listed = rig.listed();
        assert_eq!((&listed["state"], &listed["provider_untold"]), (&"disconnected".into(), &true.into()));
        assert!(rig.run(["accounts"]).stdout.contains("disconnected, provider not told"));
        let token = rig.run(["token", "main"]);
        assert_eq!((token.code, &*token.stdout), (3, ""), "it is given up all the same: {token:?}");

        rig.emulator.settings(|settings| settings.delegated.revoke = Revoke::Ok);
        let done = rig.run(["disconnect", "main"]);
        assert_eq!(done.code, 0, "{done:?}");
        assert!(done.stderr.contains("was told, and said yes"), "{done:?}");
        assert_eq!(rig.emulator.counters().revocations, 1);
        assert_eq!(rig.listed()["provider_untold"], false);
        assert!(rig.run(["disconnect", "main"]).stderr.contains("was disconnected before"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_wrong_secret_is_no_reason_to_forget_the_grant() {
    let rig = Rig::new().await;
    connected(&rig, 2);
    rig.emulator.fault(Fault::InvalidClient, Target::Revoke, Times::Next(1));
    let done = rig.run(["disconnect", "main"]);
    assert_eq!(done.code, 5, "{done:?}");
    assert!(done.stderr.contains("client_misconfigured"), "{done:?}");
    assert_eq!(rig.run(["disconnect", "main"]).code, 0);
    assert_eq!(rig.emulator.counters().revocations, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_grant_that_nobody_can_be_told_of_is_forgotten_on_request() {
    let rig = Rig::with(|settings| settings.delegated.revoke = Revoke::NotFound).await;
    connected(&rig, 2);
    let done = rig.run(["disconnect", "main"]);
    assert!(
        done.code == 5 && done.stderr.contains("`mailgrant disconnect main --forget` erases it untold"),
        "{done:?}"
    );
    let sent = rig.emulator.counters().revoke_requests;
    let done = rig.run(["disconnect", "main", "--forget"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.stderr.contains("VerticalResponse was not told"), "{done:?}");
    assert_eq!(rig.emulator.counters().revoke_requests, sent);
    assert_eq!(rig.listed()["provider_untold"], false);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_new_login_says_what_it_takes_the_place_of() {
    let rig = Rig::with(|settings| settings.delegated.revoke = Revoke::Error).await;
    connected(&rig, 2);
    assert_eq!(rig.run(["disconnect", "main"]).code, 4);
    let done = finish(reconnect(&rig, &[]));
    assert!(done.stderr.contains("is still to be given back at VerticalResponse"), "{done:?}");
    assert_eq!(rig.run(["refresh", "main"]).code, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn without_a_revocation_endpoint_nobody_is_told() {
    let rig = Rig::new().await;
    let at = rig.emulator.verticalresponse_delegated();
    let mut command = reconnect(&rig, &["--generation", "2", "--redirect-uri", &rig.redirect]);
    command.args(["--authorize-url", &at.authorize_url, "--token-url", &at.token_url, "--api-url", &at.api_url]);
    command.args(["--client-id", crate::rig::ID]).env("MAILGRANT_CLIENT_SECRET", crate::rig::SECRET);
    finish(command);
    let done = rig.run(["disconnect", "main"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.stderr.contains("was not told: there is no revocation endpoint"), "{done:?}");
}
