//! Ways to log in.

use std::{net::TcpListener, process::Stdio};

use mailgrant_emulator::{App, Pkce, RedirectUri};

use crate::rig::{ID, Login, Rig, SECRET, callback, free_port, get};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn ids_and_secrets_may_hold_anything() {
    let rig = Rig::new().await;
    for (index, (id, secret)) in
        [("a:b c", "s:e+c%r&e t"), ("+%41&=?#", " 100% & more+ "), ("ü:ñ", "ключ/=\"'\\")].into_iter().enumerate()
    {
        rig.emulator.add_app(App::new(id, secret).redirect_uri(&rig.redirect));
        let name = format!("odd{index}");
        let file = rig.write("secret", &format!("{secret}\n"));
        let mut command = rig.reconnect(&["--account", &name, "--client-id", id, "--client-secret-file", &file]);
        command.args(rig.endpoints()).args(["--redirect-uri", &rig.redirect]);
        let login = Login::start(command);
        assert_eq!(get(&callback(&login.url)).status, 200, "{id}");
        let done = login.end();
        assert_eq!(done.code, 0, "{id}: {done:?}");
        assert_eq!(rig.run(["refresh", &name]).code, 0, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_server_that_wants_redirect_uri_and_proof_key_gets_them() {
    let rig = Rig::with(|settings| {
        settings.redirect_uri = RedirectUri::Optional;
        settings.pkce = Pkce::Honoured;
    })
    .await;
    // Without a registered one, the request has to name it.
    rig.emulator.add_app(App::new(ID, SECRET));
    let login = Login::start(rig.connect(&["--send-redirect-uri", "--pkce"]));
    assert!(login.url.contains("redirect_uri=") && login.url.contains("code_challenge_method=S256"), "{}", login.url);
    assert_eq!(get(&callback(&login.url)).status, 200);
    assert_eq!(login.end().code, 0);
    let again = Login::start(rig.reconnect(&["--pkce=false"]));
    assert!(again.url.contains("redirect_uri=") && !again.url.contains("code_challenge"), "{}", again.url);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_address_elsewhere_is_pasted() {
    let rig = Rig::new().await;
    let elsewhere = "https://app.example/oauth/callback";
    rig.emulator.add_app(App::new("web", SECRET).redirect_uri(elsewhere));
    let connect = || {
        let mut command = rig.reconnect(&["--client-id", "web", "--redirect-uri", elsewhere]);
        command.args(rig.endpoints()).env("MAILGRANT_CLIENT_SECRET", SECRET).stdin(Stdio::piped());
        command
    };
    let mut login = Login::start(connect());
    let pasted = callback(&login.url);
    assert!(pasted.starts_with(elsewhere));
    login.paste(&pasted);
    let done = login.end();
    assert_eq!(done.code, 0, "{done:?}");
    assert!(!done.stderr.contains(&pasted), "{done:?}");

    for (what, wrong) in [
        ("another host", pasted.replace("app.example", "evil.example")),
        ("another path", pasted.replace("/callback", "/other")),
        ("a query alone", pasted.split_once('?').unwrap().1.to_owned()),
    ] {
        let mut login = Login::start(connect());
        login.paste(&wrong);
        let done = login.end();
        assert_eq!(done.code, 2, "{what}: {done:?}");
        assert!(done.stderr.contains("not at the redirect URL"), "{what}: {done:?}");
    }
    let mut login = Login::start(connect());
    login.paste(&pasted);
    let done = login.end();
    assert_eq!(done.code, 3, "{done:?}");
    assert!(done.stderr.contains("login_used"), "{done:?}");
    let done = Login::start({
        let mut nothing = connect();
        nothing.stdin(Stdio::null());
        nothing
    })
    .end();
    assert_eq!(done.code, 2, "{done:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn localhost_is_listened_on() {
    let rig = Rig::new().await;
    let redirect = format!("http://localhost:{}/cb", free_port());
    rig.emulator.add_app(App::new("local", SECRET).redirect_uri(&redirect));
    let mut command = rig.reconnect(&["--client-id", "local", "--redirect-uri", &redirect]);
    command.args(rig.endpoints()).env("MAILGRANT_CLIENT_SECRET", SECRET);
    let login = Login::start(command);
    assert_eq!(get(&callback(&login.url)).status, 200);
    assert_eq!(login.end().code, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_port_in_use_is_said_before_anything_is_begun() {
    let rig = Rig::new().await;
    let port = rig.redirect.rsplit(':').next().unwrap().split('/').next().unwrap().parse().unwrap();
    let _there = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let done = rig.connect(&[]).output().unwrap();
    assert_eq!(done.status.code(), Some(5));
    assert!(done.stdout.is_empty());
    assert!(String::from_utf8(done.stderr).unwrap().contains("in use by another program"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn without_id_or_secret_it_says_where_they_are() {
    let rig = Rig::new().await;
    let empty = rig.write("empty", "\n");
    let done = rig.reconnect(&["--client-id", "x", "--client-secret-file", &empty]).output().unwrap();
    assert_eq!(done.status.code(), Some(5));
    assert!(done.stdout.is_empty());
    for args in [&[][..], &["--client-id", "x"]] {
        let done = rig.reconnect(args).args(["--timeout", "0"]).output().unwrap();
        assert_eq!(done.status.code(), Some(5));
        let said = String::from_utf8(done.stderr).unwrap();
        assert!(said.contains("https://app.getresponse.com/authorizations"), "{said}");
        assert!(said.contains("must be http://127.0.0.1:8765/callback"), "{said}");
        assert!(said.contains("is needed: give"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_interrupted_login_says_so() {
    let rig = Rig::new().await;
    let mut login = Login::start(rig.connect(&[]));
    login.hear("waiting at");
    login.signal("INT");
    let done = login.end();
    assert_eq!(done.code, 130, "{done:?}");
    assert!(done.stderr.contains("interrupted"), "{done:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_wait_has_an_end() {
    let rig = Rig::new().await;
    let done = Login::start(rig.connect(&["--timeout", "0"])).end();
    assert_eq!(done.code, 3, "{done:?}");
    assert!(done.stderr.contains("nobody came back"), "{done:?}");
}
