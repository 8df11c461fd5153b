//! Logins that outlive the process that began them.

use std::process::Stdio;

use mailgrant_emulator::App;

use crate::rig::{ID, Login, Rig, callback, get};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_killed_login_is_finished_by_reloading_the_page() {
    let rig = Rig::new().await;
    let login = Login::start(rig.connect(&[]));
    let waiting = callback(&login.url);
    login.kill();
    let listed = rig.listed();
    assert_eq!((&listed["state"], &listed["login_begun"]), (&"pending".into(), &true.into()));
    let token = rig.run(["token", "main"]);
    assert_eq!(token.code, 3, "{token:?}");
    assert!(token.stderr.contains("never finished"), "{token:?}");

    let mut login = Login::start(rig.reconnect(&[]));
    login.hear("never came back. To finish it, reload the page");
    assert_eq!(get(&waiting).status, 200);
    let done = login.end();
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(rig.run(["call", "main", "GET", "/accounts"]).code, 0);
    assert_eq!(rig.listed()["state"], "active");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_killed_login_is_finished_by_pasting() {
    let rig = Rig::new().await;
    let login = Login::start(rig.connect(&[]));
    let waiting = callback(&login.url);
    login.kill();
    let mut command = rig.reconnect(&["--paste"]);
    command.stdin(Stdio::piped());
    let mut login = Login::start(command);
    login.hear("To finish it, paste the address");
    login.paste(&waiting);
    let done = login.end();
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(rig.run(["refresh", "main"]).code, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_killed_login_does_not_stop_a_new_one() {
    let rig = Rig::new().await;
    Login::start(rig.connect(&[])).kill();
    let login = Login::start(rig.reconnect(&[]));
    assert_eq!(get(&callback(&login.url)).status, 200);
    assert_eq!(login.end().code, 0);
    assert_eq!(rig.listed()["login_begun"], false);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_app_of_the_login_that_comes_back_is_the_account_s() {
    let rig = Rig::new().await;
    rig.connected();
    rig.emulator.add_app(App::new("old", "old-secret").redirect_uri(&rig.redirect));
    rig.emulator.add_app(App::new("new", "new-secret").redirect_uri(&rig.redirect));
    let begin = |id, secret| {
        let mut command = rig.reconnect(&["--client-id", id]);
        command.env("MAILGRANT_CLIENT_SECRET", secret);
        Login::start(command)
    };
    let login = begin("old", "old-secret");
    let waiting = callback(&login.url);
    login.kill();
    assert_eq!(rig.run(["refresh", "main"]).code, 0, "a login that was begun changes nothing");
    assert_eq!(rig.listed()["client_id"], ID);

    let login = begin("new", "new-secret");
    assert_eq!(get(&waiting).status, 200);
    assert_eq!(login.end().code, 0);
    assert_eq!(rig.listed()["client_id"], "old");
    assert_eq!(rig.run(["refresh", "main"]).code, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_login_of_another_account_is_finished_on_the_way() {
    let rig = Rig::new().await;
    let login = Login::start(rig.connect(&["--account", "first"]));
    let waiting = callback(&login.url);
    login.kill();
    let mut command = rig.reconnect(&["--account", "second", "--client-id", "other", "--redirect-uri", &rig.redirect]);
    rig.emulator.add_app(App::new("other", "other-secret").redirect_uri(&rig.redirect));
    command.args(rig.endpoints()).env("MAILGRANT_CLIENT_SECRET", "other-secret");
    let mut login = Login::start(command);
    assert_eq!(get(&waiting).status, 200);
    login.hear("`first` is connected");
    assert_eq!(get(&callback(&login.url)).status, 200);
    assert_eq!(login.end().code, 0);
    for name in ["first", "second"] {
        assert_eq!(rig.run(["refresh", name]).code, 0, "{name}");
    }
    assert!(rig.run(["accounts", "--json"]).stdout.contains("other"));
}
