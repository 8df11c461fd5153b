//! Tokens that were made elsewhere.

use crate::rig::{Login, Rig, SECRET, callback, get, holds};

/// A token that the emulator knows, of an account that is given up here.
fn made_elsewhere(rig: &Rig) -> String {
    rig.connected();
    let token = rig.token();
    assert_eq!(rig.run(["disconnect", "main"]).code, 0);
    token
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_token_is_adopted_and_used() {
    let rig = Rig::new().await;
    let token = made_elsewhere(&rig);
    let sent = rig.token_requests();
    let adopted = rig.adopt(&["panel", "--expires-in", "600"], &format!("{token}\n"));
    assert_eq!((adopted.code, &*adopted.stdout), (0, ""), "{adopted:?}");
    assert!(adopted.stderr.contains("good until") && !adopted.stderr.contains(&token), "{adopted:?}");
    assert!(!holds(&rig.stored_bytes(), &token));
    assert_eq!(rig.run(["token", "panel"]).stdout, format!("{token}\n"), "without the newline that it came with");
    let called = rig.run(["call", "panel", "GET", "/accounts"]);
    assert_eq!(called.code, 0, "{called:?}");
    let listed = rig.run(["accounts", "--json"]).stdout;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!((&listed[1]["name"], &listed[1]["grant"]), (&"panel".into(), &"adopted".into()));
    assert!(listed[1]["expires_in"].as_u64().is_some_and(|left| (500..=600).contains(&left)), "{listed}");

    let refused = rig.run(["refresh", "panel"]);
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(refused.stderr.contains("mailgrant adopt panel"), "{refused:?}");
    assert!(refused.stderr.contains("mailgrant connect getresponse --account panel"), "{refused:?}");
    assert_eq!(rig.run(["token", "panel"]).code, 0, "the token is as good as it was");
    assert_eq!(rig.token_requests(), sent, "nothing is asked for");
    let given_up = rig.run(["disconnect", "panel"]);
    assert_eq!(given_up.code, 0, "{given_up:?}");
    assert_eq!(rig.run(["token", "panel"]).code, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_rejected_is_to_be_adopted_anew() {
    let rig = Rig::new().await;
    let token = made_elsewhere(&rig);
    assert_eq!(rig.adopt(&["panel"], &token).code, 0);
    rig.emulator.revoke_access_tokens();
    let called = rig.run(["call", "panel", "GET", "/accounts"]);
    assert_eq!((called.code, &*called.stdout), (3, ""), "{called:?}");
    assert!(called.stderr.contains("mailgrant adopt panel"), "{called:?}");
    let dead = rig.adopt(&["panel"], &token);
    assert_eq!(dead.code, 3, "{dead:?}");
    assert!(dead.stderr.contains("nothing was stored [account_unverified]"), "{dead:?}");
    // Where nothing is known of the account, there is nothing to compare with.
    assert_eq!(rig.adopt(&["over", "--expires-in", "0"], &token).code, 0);
    let over = rig.run(["token", "over"]);
    assert_eq!(over.code, 3, "{over:?}");
    assert!(over.stderr.contains("mailgrant adopt over"), "{over:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn another_account_s_token_is_not_kept() {
    let rig = Rig::new().await;
    let token = made_elsewhere(&rig);
    rig.emulator.settings(|settings| settings.account = Some("somebody-else@example.com".to_owned()));
    rig.connected();
    let own = rig.token();
    let asked = rig.emulator.counters().api_calls;
    let refused = rig.adopt(&["main"], &token);
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(refused.stderr.contains("of another account of GetResponse than `main` is"), "{refused:?}");
    assert!(refused.stderr.contains("mailgrant disconnect main") && !refused.stderr.contains(&token), "{refused:?}");
    assert_eq!(rig.emulator.counters().api_calls, asked + 1, "whose it is was asked once");
    let listed = rig.listed();
    assert_eq!(
        (rig.token(), &listed["grant"], &listed["login_begun"]),
        (own, &"authorization_code".into(), &false.into())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn it_takes_the_place_of_what_was_there() {
    let rig = Rig::new().await;
    rig.connected();
    let token = rig.token();
    // Where the account is, and its app, are remembered.
    assert_eq!(rig.feed(&["adopt", "main"], &format!("{token}\r\n")).code, 0);
    assert_eq!(rig.listed()["grant"], "adopted");
    assert_eq!(rig.token(), token);
    let login = Login::start(rig.reconnect(&[]));
    assert_eq!(get(&callback(&login.url)).status, 200, "a consent needs no more than before");
    assert_eq!(login.end().code, 0);
    assert_eq!(rig.listed()["grant"], "authorization_code");
    assert_eq!(rig.run(["refresh", "main"]).code, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_adopted_account_has_no_app_to_connect_with() {
    let rig = Rig::new().await;
    assert_eq!(rig.adopt(&["main"], "some-token").code, 0);
    for (args, secret, missing) in
        [(&[][..], SECRET, "client id is needed"), (&["--client-id", "x"], "", "an app has an id and a secret")]
    {
        let done = rig.reconnect(args).env("MAILGRANT_CLIENT_SECRET", secret).output().unwrap();
        assert_eq!(done.status.code(), Some(5));
        let said = String::from_utf8(done.stderr).unwrap();
        assert!(said.contains(missing), "{said}");
    }
    let unknown = rig.reconnect(&["--client-id", "adopted"]).output().unwrap();
    assert!(String::from_utf8(unknown.stderr).unwrap().contains("client secret is needed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_no_token_is_not_kept() {
    let rig = Rig::new().await;
    for (line, code) in [("", 2), ("\n", 5), ("a\tb\n", 5), ("t\u{e4}\n", 5)] {
        let done = rig.adopt(&["main"], line);
        assert_eq!(done.code, code, "{line:?}: {done:?}");
        assert_eq!(rig.run(["accounts", "--json"]).stdout.trim(), "[]");
    }
}
