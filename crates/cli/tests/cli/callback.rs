//! Callbacks that are not what they should be.

use std::{io::Write, net::TcpStream};

use mailgrant_emulator::Consent;

use crate::rig::{Login, Rig, callback, get, parameter, request, split};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_no_login_waits_for_ends_nothing() {
    let rig = Rig::new().await;
    rig.connected();
    let sent = rig.token_requests();
    let spent = {
        let login = Login::start(rig.reconnect(&[]));
        let spent = callback(&login.url);
        assert_eq!(get(&spent).status, 200);
        assert_eq!(login.end().code, 0);
        spent
    };
    let mut login = Login::start(rig.reconnect(&[]));
    let state = parameter(&login.url, "state").to_owned();
    for (what, query, code) in [
        ("nothing", String::new(), "state_missing"),
        ("no state", "?code=c".to_owned(), "state_missing"),
        ("another state", "?code=c&state=another".to_owned(), "login_unknown"),
        ("a denial without the state", "?error=access_denied&state=x".to_owned(), "login_unknown"),
        ("two codes", format!("?code=c&code=d&state={state}"), "callback_ambiguous"),
        ("two states", format!("?code=c&state={state}&state=x"), "callback_ambiguous"),
        ("a callback that was used", format!("?{}", spent.split_once('?').unwrap().1), "login_used"),
    ] {
        let page = get(&format!("{}{query}", rig.redirect));
        assert_eq!(page.status, 400, "{what}: {page:?}");
        assert!(page.body.contains(&format!("[{code}]")), "{what}: {page:?}");
    }
    for code in ["state_missing", "login_unknown", "callback_ambiguous", "login_used"] {
        login.hear(code);
    }
    assert_eq!(rig.token_requests(), sent + 1, "nothing was sent for any of these");
    assert_eq!(get(&callback(&login.url)).status, 200);
    assert_eq!(login.end().code, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_denial_ends_the_wait() {
    let rig = Rig::with(|settings| settings.consent = Consent::Deny).await;
    let login = Login::start(rig.connect(&[]));
    let page = get(&callback(&login.url));
    assert_eq!(page.status, 400);
    assert!(page.body.contains("declined") && page.body.contains("[access_denied]"), "{page:?}");
    let done = login.end();
    assert_eq!(done.code, 3, "{done:?}");
    assert!(done.stderr.contains("declined") && done.stderr.contains("mailgrant connect getresponse"), "{done:?}");
    assert_eq!(rig.token_requests(), 0);
    assert_eq!(rig.listed()["state"], "pending");
    // Nobody has to be asked for what was given before, nor told of a login that did come back.
    rig.emulator.settings(|settings| settings.consent = Consent::Auto);
    let login = Login::start(rig.reconnect(&[]));
    assert_eq!(get(&callback(&login.url)).status, 200);
    let done = login.end();
    assert!(done.code == 0 && !done.stderr.contains("never came back"), "{done:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_callback_without_a_code_ends_the_wait() {
    let rig = Rig::new().await;
    for (query, code, exit) in [
        ("", "code_missing", 3),
        ("&error=unauthorized_client", "authorize_refused", 5),
        ("&error=server_error", "authorize_unavailable", 4),
        ("&error=%3Cscript%3E%1b", "authorize_refused", 5),
    ] {
        let login = Login::start(rig.connect(&[]));
        let page = get(&format!("{}?state={}{query}", rig.redirect, parameter(&login.url, "state")));
        assert!(page.body.contains(&format!("[{code}]")) && !page.body.contains("script"), "{page:?}");
        let done = login.end();
        assert_eq!(done.code, exit, "{query}: {done:?}");
        assert!(done.stderr.contains(code) && !done.stderr.contains("script"), "{done:?}");
    }
    assert_eq!(rig.token_requests(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_code_that_is_refused_ends_the_wait() {
    let rig = Rig::new().await;
    let login = Login::start(rig.connect(&[]));
    let page = get(&format!("{}?code=made-up&state={}", rig.redirect, parameter(&login.url, "state")));
    assert!(page.body.contains("[code_refused"), "{page:?}");
    let done = login.end();
    assert_eq!(done.code, 3, "{done:?}");
    assert!(!done.stderr.contains("made-up"), "{done:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn only_a_get_of_the_exact_place_is_a_callback() {
    let rig = Rig::new().await;
    let login = Login::start(rig.connect(&[]));
    let good = callback(&login.url);
    let (host, path) = split(&good);
    let port = host.rsplit(':').next().unwrap();
    for (head, status) in [
        (format!("GET {path} HTTP/1.1\r\nHost: evil.example\r\n\r\n"), 400),
        (format!("GET {path} HTTP/1.1\r\nHost: evil.example:{port}\r\n\r\n"), 400),
        (format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"), 400),
        (format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"), 400),
        (format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\n\r\n"), 400),
        (format!("GET {path} HTTP/1.1\r\n\r\n"), 400),
        (format!("GET {good} HTTP/1.1\r\nHost: {host}\r\n\r\n"), 400),
        (format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n"), 400),
        (format!("HEAD {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"), 400),
        (format!("GET /favicon.ico HTTP/1.1\r\nHost: {host}\r\n\r\n"), 400),
        (format!("GET {} HTTP/1.1\r\nHost: {host}\r\n\r\n", path.replace("/callback", "/callback/")), 400),
        (format!("GET {} HTTP/1.1\r\nHost: {host}\r\n\r\n", path.replace("/callback", "//callback")), 400),
        (format!("GET /{} HTTP/1.1\r\nHost: {host}\r\n\r\n", "x".repeat(9000)), 431),
        ("nonsense\r\n\r\n".to_owned(), 400),
    ] {
        assert_eq!(request(host, &head).status, status, "{head}");
    }
    // Somebody who says nothing, or half of something, keeps nobody else waiting.
    let _silent = TcpStream::connect(host).unwrap();
    let mut slow = TcpStream::connect(host).unwrap();
    slow.write_all(b"GET /call").unwrap();
    assert_eq!(rig.token_requests(), 0);
    assert_eq!(get(&good).status, 200);
    let done = login.end();
    assert_eq!(done.code, 0, "{done:?}");
}
