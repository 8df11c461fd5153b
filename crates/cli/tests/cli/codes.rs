//! Exit codes, each with a sentence.

use std::{io::pipe, process::Stdio};

use mailgrant_emulator::{Fault, Target, Times};

use crate::rig::{Login, Rig, SECRET, callback, get};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn usage_is_2() {
    let rig = Rig::new().await;
    let unknown = rig.run(["token", "nobody"]);
    assert_eq!(unknown.code, 2, "{unknown:?}");
    assert!(unknown.stderr.contains("there is no account `nobody`") && unknown.stderr.contains("mailgrant accounts"));
    for args in [
        &["frobnicate"][..],
        &["token"],
        &["token", ""],
        &["token", "a\nb"],
        &["disconnect", "nobody"],
        &["refresh", "nobody"],
        &["call", "nobody", "GET", "/accounts"],
        &["--store", "mysql://h/db", "accounts"],
        &["--store", "plain.db", "accounts"],
        &["keys"],
        &["keys", "rotate"],
        &["events", "--after", "last"],
        &["connect", "mailchimp"],
        &["connect", "getresponse", "--token-url", "https://a.example/t"],
        &["connect", "getresponse", "--client-secret", SECRET],
        &["emulate", "--fault", "no-such-fault"],
        &["emulate", "--set", "no_such_setting=1"],
    ] {
        let done = rig.run(args);
        assert_eq!((done.code, &*done.stdout), (2, ""), "{args:?}: {done:?}");
        assert!(!done.stderr.is_empty() && !done.stderr.contains(SECRET), "{args:?}: {done:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_customer_s_turn_is_3_until_the_next_login() {
    let rig = Rig::new().await;
    rig.connected();
    rig.emulator.revoke_grants();
    let refused = rig.run(["refresh", "main"]);
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(
        refused.stderr.contains("grant_refused")
            && refused.stderr.contains("mailgrant connect getresponse --account main")
    );
    assert_eq!(rig.listed()["state"], "needs-reauthorization");
    let sent = rig.token_requests();
    assert_eq!(rig.run(["token", "main"]).code, 3);
    assert_eq!(rig.token_requests(), sent, "a refusal is remembered");
    let login = Login::start(rig.reconnect(&[]));
    assert_eq!(get(&callback(&login.url)).status, 200);
    assert_eq!(login.end().code, 0);
    assert_eq!(rig.run(["refresh", "main"]).code, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn later_is_4() {
    let rig = Rig::new().await;
    rig.connected();
    rig.emulator.fault(Fault::RateLimit, Target::Token, Times::Next(1));
    let limited = rig.run(["refresh", "main"]);
    assert_eq!(limited.code, 4, "{limited:?}");
    assert!(limited.stderr.contains("try again in 7 s"), "{limited:?}");
    assert_eq!(rig.run(["token", "main"]).code, 0, "the token is still good");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_nobody_answered_is_listed_as_unsettled() {
    let rig = Rig::new().await;
    rig.connected();
    rig.emulator.fault(Fault::DropAfterCommit, Target::Token, Times::Next(1));
    assert_eq!(rig.run(["refresh", "main"]).code, 4);
    assert_eq!(rig.listed()["state"], "unsettled");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn configuration_is_5() {
    let rig = Rig::new().await;
    rig.connected();
    rig.emulator.fault(Fault::InvalidClient, Target::Token, Times::Next(1));
    let refused = rig.run(["refresh", "main"]);
    assert_eq!(refused.code, 5, "{refused:?}");
    assert!(refused.stderr.contains("client_misconfigured"), "{refused:?}");
    assert_eq!(rig.listed()["state"], "active", "no account is lost to it");
    for args in [
        &["--redirect-uri", "not-a-url"][..],
        &["--redirect-uri", "http://127.0.0.1:1/#fragment"],
        &["--client-secret-file", "/no/such/file"],
    ] {
        let done = rig.reconnect(args).args(["--timeout", "0"]).output().unwrap();
        assert_eq!(done.status.code(), Some(5), "{args:?}");
        assert!(done.stdout.is_empty());
    }
    let mut plain = rig.reconnect(&["--client-id", "x"]);
    plain.env("MAILGRANT_CLIENT_SECRET", "x").args([
        "--authorize-url",
        "http://a.example/",
        "--token-url",
        "http://a.example/t",
    ]);
    assert_eq!(plain.args(["--api-url", "http://a.example/"]).output().unwrap().status.code(), Some(5));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_reader_that_left_is_no_panic() {
    let rig = Rig::new().await;
    rig.connected();
    for args in [
        &["accounts"][..],
        &["accounts", "--json"],
        &["token", "main"],
        &["call", "main", "GET", "/accounts"],
        &["events"],
        &["events", "--follow"],
        &["keys", "list"],
        &["migrate", "--print"],
    ] {
        let (reader, writer) = pipe().unwrap();
        drop(reader);
        let done = rig.command(args).stdout(writer).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(done.status.code(), Some(1), "{args:?}");
        let said = String::from_utf8(done.stderr).unwrap();
        assert!(!said.contains("panicked") && !said.contains("mailgrant:"), "{args:?}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn help_has_the_codes() {
    let rig = Rig::new().await;
    let help = rig.run(["--help"]);
    assert_eq!(help.code, 0);
    for code in ["2 ", "3 ", "4 ", "5 ", "70 ", "130 "] {
        assert!(help.stdout.contains(&format!("\n  {code}")), "{code}: {}", help.stdout);
    }
    assert!(rig.run(["connect", "--help"]).stdout.contains("refuse loopback addresses"));
}
