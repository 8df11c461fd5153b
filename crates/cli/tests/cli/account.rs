//! An account from its first login to its end.

use crate::rig::{ID, Login, Rig, SECRET, callback, get};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_account_is_connected_used_renewed_given_up() {
    let rig = Rig::new().await;
    let login = Login::start(rig.connect(&[]));
    assert!(login.url.starts_with(&rig.emulator.authorize_url()), "{}", login.url);
    assert!(!login.url.contains("redirect_uri"), "the documented form sends none");
    let page = get(&callback(&login.url));
    assert_eq!(page.status, 200);
    assert!(page.head.contains("referrer-policy: no-referrer") && page.head.contains("cache-control: no-store"));
    assert!(page.head.contains("content-security-policy: default-src 'none'"));
    let done = login.end();
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.stderr.contains("`main` is connected"), "{done:?}");
    assert!(done.stderr.contains(&format!("must be {}", rig.redirect)));

    let first = rig.token();
    assert_eq!(rig.token(), first);
    let called = rig.run(["call", "main", "GET", "/accounts"]);
    assert_eq!(called.code, 0, "{called:?}");
    assert!(called.stdout.contains("accountId") && called.stderr.contains("HTTP 200"), "{called:?}");

    let refreshed = rig.run(["refresh", "main"]);
    assert_eq!((refreshed.code, &*refreshed.stdout), (0, ""), "{refreshed:?}");
    assert!(refreshed.stderr.contains("good until"), "{refreshed:?}");
    assert_ne!(rig.token(), first);
    assert_eq!(rig.emulator.counters().refreshes, 1);

    let listed = rig.listed();
    assert_eq!(listed["name"], "main");
    assert_eq!(listed["provider"], "getresponse");
    assert_eq!(listed["environment"], "custom");
    assert_eq!(listed["state"], "active");
    assert_eq!(listed["client_id"], ID);
    assert_eq!(listed["login_begun"], false);
    assert!(listed["expires_in"].as_u64().is_some_and(|left| left > 3000), "{listed}");
    let table = rig.run(["accounts"]);
    assert!(table.stdout.lines().nth(1).unwrap().starts_with("main  getresponse  custom"), "{table:?}");

    let given_up = rig.run(["disconnect", "main"]);
    assert_eq!((given_up.code, &*given_up.stdout), (0, ""), "{given_up:?}");
    assert!(given_up.stderr.contains("no way to revoke") && given_up.stderr.contains("works until"), "{given_up:?}");
    assert_eq!(rig.listed()["state"], "disconnected");
    let after = rig.run(["token", "main"]);
    assert_eq!((after.code, &*after.stdout), (3, ""), "{after:?}");
    assert!(after.stderr.contains("mailgrant connect getresponse --account main"), "{after:?}");
    let reconnect = rig.reconnect(&[]).output().unwrap();
    assert_eq!(reconnect.status.code(), Some(5), "what was remembered is gone with the account");
    for said in [done.stderr, called.stderr, refreshed.stderr, given_up.stderr, after.stderr] {
        assert!(!said.contains(SECRET) && !said.contains(&first), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_second_login_needs_nothing_but_the_name() {
    let rig = Rig::new().await;
    rig.connected();
    let first = rig.token();
    let login = Login::start(rig.reconnect(&[]));
    assert_eq!(get(&callback(&login.url)).status, 200);
    let done = login.end();
    assert_eq!(done.code, 0, "{done:?}");
    assert!(!done.stderr.contains("never came back"), "{done:?}");
    assert_ne!(rig.token(), first);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_failed_login_leaves_the_account_as_it_was() {
    let rig = Rig::new().await;
    rig.connected();
    let mut wrong = rig.reconnect(&[]);
    wrong.env("MAILGRANT_CLIENT_SECRET", "not-the-secret");
    let login = Login::start(wrong);
    assert_eq!(get(&callback(&login.url)).status, 400);
    let done = login.end();
    assert_eq!(done.code, 5, "{done:?}");
    assert!(done.stderr.contains("client_misconfigured") && !done.stderr.contains("not-the-secret"), "{done:?}");
    assert_eq!(rig.run(["refresh", "main"]).code, 0, "the remembered secret is the one that works");
    let listed = rig.listed();
    assert_eq!((&listed["state"], &listed["login_begun"]), (&"active".into(), &false.into()));
    // And the next login starts from what works.
    let login = Login::start(rig.reconnect(&[]));
    assert_eq!(get(&callback(&login.url)).status, 200);
    assert_eq!(login.end().code, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_remembered_secret_goes_to_its_own_app_alone() {
    let rig = Rig::new().await;
    rig.connected();
    for args in [
        &["--client-id", "another"][..],
        &[
            "--authorize-url",
            "https://a.example/",
            "--token-url",
            "https://a.example/t",
            "--api-url",
            "https://a.example/v3",
        ],
    ] {
        let done = rig.reconnect(args).args(["--timeout", "0"]).output().unwrap();
        assert_eq!(done.status.code(), Some(5));
        assert!(String::from_utf8(done.stderr).unwrap().contains("client secret is needed"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn names_are_accounts_of_their_own() {
    let rig = Rig::new().await;
    rig.connected();
    let login = Login::start(rig.connect(&["--account", "second one"]));
    assert_eq!(get(&callback(&login.url)).status, 200);
    assert_eq!(login.end().code, 0);
    let second = rig.run(["token", "second one"]).stdout;
    assert_ne!(second.trim_end(), rig.token());
    assert_eq!(rig.run(["disconnect", "second one"]).code, 0);
    assert_eq!(rig.run(["refresh", "main"]).code, 0);
    let refused = rig.run(["token", "second one"]);
    assert!(refused.stderr.contains("--account 'second one'"), "{refused:?}");
}
