//! The binary's listener, its paste mode (5, 10).

use std::{
    io::Write,
    net::TcpStream,
    process::{Command, Stdio},
};

use mailgrant_emulator::App;

use crate::{
    binary::{Home, Login, callback, free_port, get, request, split},
    service::{ID, SECRET, parameter},
};

/// Where nobody listens, so that the address is pasted.
const ELSEWHERE: &str = "https://app.example/callback";

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn security_10_it_listens_on_its_ip_literal_alone() {
    let home = Home::new().await;
    let login = Login::start(home.connect(&[]));
    let (host, _) = split(&home.redirect);
    let port = host.split(':').nth(1).unwrap().parse::<u16>().unwrap();
    drop(TcpStream::connect(host).unwrap());
    // Whoever listens on all of a machine's addresses is there too.
    assert!(TcpStream::connect(("127.0.0.2", port)).is_err());
    assert!(TcpStream::connect(("::1", port)).is_err());
    drop(login);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn security_10_nobody_listens_on_an_address_that_is_not_loopback() {
    let home = Home::new().await;
    for host in ["0.0.0.0", "192.168.0.1", "localhost.example", "[::]"] {
        let port = free_port();
        let redirect = format!("http://{host}:{port}/callback");
        home.emulator.add_app(App::new(ID, SECRET).redirect_uri(&redirect));
        let mut command = home.connect_to(&redirect, &[]);
        command.stdin(Stdio::piped());
        let login = Login::start(command);
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "{host}");
        drop(login);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn security_10_only_the_exact_host_and_path_are_the_callback_s() {
    let home = Home::new().await;
    let login = Login::start(home.connect(&[]));
    let good = callback(&login.url);
    let (host, path) = split(&good);
    let port = host.split(':').nth(1).unwrap();
    for wrong in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        format!("localhost:{port}"),
        format!("127.0.0.2:{port}"),
        format!("127.0.0.1.evil.example:{port}"),
        "127.0.0.1".to_owned(),
        "127.0.0.1:1".to_owned(),
        String::new(),
    ] {
        let page = request(host, &format!("GET {path} HTTP/1.1\r\nHost: {wrong}\r\n\r\n"));
        assert_eq!(page.status, 400, "{wrong}: {page:?}");
    }
    for wrong in [
        format!("GET {path} HTTP/1.1\r\n\r\n"),
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\n\r\n"),
        format!("GET {good} HTTP/1.1\r\nHost: {host}\r\n\r\n"),
        format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n"),
        format!("HEAD {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"),
        "nonsense\r\n\r\n".to_owned(),
    ] {
        assert_eq!(request(host, &wrong).status, 400, "{wrong}");
    }
    for (name, wrong) in [("case", "/Callback"), ("slash", "/callback/"), ("slashes", "//callback"), ("root", "/")] {
        let path = path.replacen("/callback", wrong, 1);
        let status = request(host, &format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n")).status;
        assert!((400..500).contains(&status), "{name}: {status}");
    }
    assert_eq!(home.token_requests(), 0, "nothing was sent for any of these");
    // Nor did any of them end the wait, or use the login up.
    assert_eq!(get(&good).status, 200);
    assert_eq!(login.end().code, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn security_10_a_wrong_callback_consumes_nothing() {
    let home = Home::new().await;
    let login = Login::start(home.connect(&[]));
    let good = callback(&login.url);
    let state = parameter(&good, "state");
    for wrong in [
        String::new(),
        "?code=c".to_owned(),
        "?code=c&state=forged".to_owned(),
        "?error=access_denied".to_owned(),
        "?error=access_denied&state=forged".to_owned(),
        format!("?code=c&code=d&state={state}"),
        format!("?code=c&state={state}&state={state}"),
        format!("?code=c&state={}", &state[1..]),
    ] {
        assert_eq!(get(&format!("{}{wrong}", home.redirect)).status, 400, "{wrong}");
    }
    // Somebody who says nothing, or half of something, keeps nobody waiting.
    let _silent = TcpStream::connect(split(&good).0).unwrap();
    let mut slow = TcpStream::connect(split(&good).0).unwrap();
    slow.write_all(b"GET /call").unwrap();
    assert_eq!(home.token_requests(), 0);
    assert_eq!(get(&good).status, 200);
    assert_eq!(login.end().code, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn security_05_a_page_shows_nothing_of_an_error_s_description() {
    let home = Home::new().await;
    let login = Login::start(home.connect(&[]));
    let state = parameter(&login.url, "state");
    let words = "error_description=canary-words%1b[31m%3Cscript%3E&error_uri=https://canary.example/";
    let unverified = get(&format!("{}?error=canary-code&{words}&state=forged", home.redirect));
    let verified = get(&format!("{}?error=canary-code%1b[31m&{words}&state={state}", home.redirect));
    let done = login.end();
    assert_eq!((unverified.status, verified.status, done.code), (400, 400, 5), "{done:?}");
    assert!(verified.text.contains("authorize_refused") && !unverified.text.contains("authorize_refused"));
    for said in [&unverified.text, &verified.text, &done.stderr] {
        assert!(!said.contains("canary") && !said.contains('\u{1b}') && !said.contains("<script"), "{said}");
    }
}

fn pasting(home: &Home) -> Command {
    home.emulator.add_app(App::new(ID, SECRET).redirect_uri(ELSEWHERE));
    let mut command = home.connect_to(ELSEWHERE, &["--paste"]);
    command.stdin(Stdio::piped());
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn security_10_a_pasted_address_must_match_the_redirect_that_was_sent() {
    let home = Home::new().await;
    let wrong: [fn(&str) -> String; 6] = [
        |good| good.replace("app.example", "evil.example"),
        |good| good.replace("/callback", "/other"),
        |good| good.replace("https:", "http:"),
        |good| good.replace("app.example", "app.example:444"),
        |good| good.replace("app.example", "user@app.example"),
        |good| good.split_once('?').unwrap().1.to_owned(),
    ];
    for change in wrong {
        let mut login = Login::start(pasting(&home));
        let address = change(&callback(&login.url));
        login.paste(&address);
        let done = login.end();
        assert!(done.code == 2 && done.stderr.contains("not at the redirect URL"), "{address}: {done:?}");
    }
    assert_eq!(home.token_requests(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn security_10_a_pasted_address_without_verified_state_is_refused() {
    let home = Home::new().await;
    for (rest, code) in [
        ("code=c", "state_missing"),
        ("code=c&state=forged", "login_unknown"),
        ("code=c&state=", "state_missing"),
        ("error=access_denied&state=forged", "login_unknown"),
    ] {
        let mut login = Login::start(pasting(&home));
        login.paste(&format!("{ELSEWHERE}?{rest}"));
        let done = login.end();
        assert!(done.code == 3 && done.stderr.contains(code), "{rest}: {done:?}");
    }
    assert_eq!(home.token_requests(), 0);
    let mut login = Login::start(pasting(&home));
    let good = callback(&login.url);
    login.paste(&good);
    let done = login.end();
    assert!(done.code == 0 && !done.stderr.contains(parameter(&good, "code")), "{done:?}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn security_10_what_is_pasted_is_not_echoed() {
    let home = Home::new().await;
    let mut terminal = crate::terminal::Terminal::start(&pasting(&home));
    let url = terminal.line("/oauth2_authorize.html?");
    let good = callback(&url[url.find("http").unwrap()..]);
    terminal.wait_until_blind();
    terminal.write(&format!("{good}\r"));
    let (screen, succeeded) = terminal.end();
    assert!(succeeded && screen.contains("is connected"), "{screen}");
    assert!(!screen.contains(parameter(&good, "code")) && !screen.contains("code="), "{screen}");
}
