//! Accounts that the app belongs to.

use mailgrant_emulator::{Fault, Target, Times};

use crate::rig::{Done, Login, Rig, callback, get};

const GRANT: [&str; 2] = ["--grant", "client-credentials"];

/// A `connect` in the app's own name.
fn obtain(rig: &Rig, args: &[&str]) -> Done {
    let mut command = rig.command(["connect", "getresponse"]);
    command.args(GRANT).args(args).args(rig.endpoints()).args(["--client-id", crate::rig::ID]);
    command.env("MAILGRANT_CLIENT_SECRET", crate::rig::SECRET).output().unwrap().into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_token_is_obtained_without_a_browser() {
    for (args, json) in [(&[][..], 0), (&["--json-body"], 1)] {
        let rig = Rig::new().await;
        let done = obtain(&rig, args);
        assert_eq!((done.code, &*done.stdout), (0, ""), "{done:?}");
        assert!(done.stderr.contains("`main` is connected") && !done.stderr.contains("redirect"), "{done:?}");
        let counters = rig.emulator.counters();
        assert_eq!((counters.client_credentials, counters.json_requests, counters.authorizations), (1, json, 0));
        assert_eq!(rig.run(["call", "main", "GET", "/accounts"]).code, 0);
        let listed = rig.listed();
        assert_eq!((&listed["grant"], &listed["state"]), (&"client_credentials".into(), &"active".into()));
        assert!(rig.run(["accounts"]).stdout.contains("  client_credentials  active"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_expired_token_is_obtained_again() {
    for args in [&[][..], &["--json-body"]] {
        // It is over at once: the clock of the binary is nobody's to move.
        let rig = Rig::with(|settings| settings.client_credentials_lifetime = 0).await;
        assert_eq!(obtain(&rig, args).code, 0);
        rig.emulator.settings(|settings| settings.client_credentials_lifetime = 3600);
        let first = rig.token();
        assert_eq!(rig.emulator.counters().client_credentials, 2, "it is obtained anew");
        assert_eq!(rig.token(), first);
        assert_eq!(rig.run(["refresh", "main"]).code, 0);
        assert_ne!(rig.token(), first);
        rig.emulator.revoke_access_tokens();
        assert_eq!(rig.run(["call", "main", "GET", "/accounts"]).code, 0);
        let counters = rig.emulator.counters();
        assert_eq!((counters.client_credentials, counters.refreshes), (4, 0));
        assert_eq!(
            counters.json_requests,
            if args.is_empty() { 0 } else { 4 },
            "what is remembered is how it is asked"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_fails_takes_nothing_s_place() {
    let rig = Rig::new().await;
    let wrong = |rig: &Rig| -> Done {
        let mut command = rig.command(["connect", "getresponse"]);
        command.args(GRANT).args(rig.endpoints()).args(["--client-id", crate::rig::ID]);
        command.env("MAILGRANT_CLIENT_SECRET", "not-the-secret").output().unwrap().into()
    };
    let done = wrong(&rig);
    assert_eq!(done.code, 5, "{done:?}");
    assert!(done.stderr.contains("client_misconfigured") && !done.stderr.contains("not-the-secret"), "{done:?}");
    assert_eq!(rig.run(["accounts", "--json"]).stdout.trim(), "[]", "nothing is remembered");

    rig.connected();
    let token = rig.token();
    assert_eq!(wrong(&rig).code, 5);
    for fault in [Fault::RateLimit, Fault::DropBeforeCommit] {
        rig.emulator.fault(fault, Target::Token, Times::Next(1));
        let done = obtain(&rig, &[]);
        assert_eq!(done.code, 4, "{done:?}");
    }
    assert_eq!((rig.token(), rig.listed()["grant"].clone()), (token, "authorization_code".into()));
    assert_eq!(rig.run(["refresh", "main"]).code, 0, "with the secret that works");
    assert_eq!(obtain(&rig, &[]).code, 0);
    assert_eq!(rig.listed()["grant"], "client_credentials");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_grant_is_remembered_until_another_is_named() {
    let rig = Rig::new().await;
    assert_eq!(obtain(&rig, &["--json-body"]).code, 0);
    let again = rig.reconnect(&[]).output().unwrap();
    assert_eq!(again.status.code(), Some(0));
    assert_eq!((rig.emulator.counters().client_credentials, rig.emulator.counters().json_requests), (2, 2));
    let args = ["--grant", "authorization-code", "--redirect-uri", &rig.redirect];
    let login = Login::start(rig.reconnect(&args));
    assert_eq!(get(&callback(&login.url)).status, 200);
    assert_eq!(login.end().code, 0);
    assert_eq!(rig.listed()["grant"], "authorization_code");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_means_nothing_with_it_is_a_mistake() {
    let rig = Rig::new().await;
    for option in ["--redirect-uri=http://127.0.0.1:1/cb", "--send-redirect-uri", "--pkce", "--paste"] {
        let done = obtain(&rig, &[option]);
        let name = option.split('=').next().unwrap();
        assert_eq!(done.code, 2, "{option}: {done:?}");
        assert!(done.stderr.contains(&format!("{name} means nothing with the grant client-credentials")), "{done:?}");
    }
    assert_eq!(rig.token_requests(), 0);
}
