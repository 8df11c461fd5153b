//! The implicit grant: a token that the browser hands over.

use std::process::Stdio;

use mailgrant_emulator::Consent;

use crate::rig::{Login, Page, Rig, callback, get, parameter, request, split};

const GRANT: [&str; 2] = ["--grant", "implicit"];

/// Where the consent page sends the browser, with what the browser keeps to itself.
fn consent(url: &str) -> (String, String) {
    let (address, fragment) = callback(url).split_once('#').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    (address, fragment)
}

/// What the page's script posts.
fn hand_over(address: &str, fragment: &str) -> Page {
    let (host, path) = split(address);
    let body = serde_json::json!({ "fragment": fragment }).to_string();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nContent-Type: application/json\r\n\
        Content-Length: {}\r\n\r\n",
        body.len()
    );
    request(host, &(head + &body))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_page_hands_the_fragment_over() {
    let rig = Rig::new().await;
    let mut login = Login::start(rig.connect(&GRANT));
    assert!(login.url.contains("response_type=token") && login.url.contains("redirect_uri="), "{}", login.url);
    login.hear("waiting at");
    let (address, fragment) = consent(&login.url);
    assert_eq!(address, rig.redirect);
    let page = get(&address);
    assert_eq!(page.status, 404);
    for header in [
        "cache-control: no-store",
        "referrer-policy: no-referrer",
        "content-security-policy: default-src 'none'; ",
        "; connect-src 'self'",
        "frame-ancestors 'none'",
    ] {
        assert!(page.head.contains(header), "{header}: {page:?}");
    }
    let nonce = page.head.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert!(page.body.contains(&format!("<script nonce=\"{nonce}\">")) && page.body.contains("--paste"), "{page:?}");
    assert!(!page.body.contains("src=") && !page.body.contains("href="), "nothing from elsewhere: {page:?}");

    let handed = hand_over(&address, &fragment);
    assert_eq!(handed.status, 200, "{handed:?}");
    assert!(handed.head.contains("content-type: application/json") && handed.body.contains("is connected"));
    let done = login.end();
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(done.stderr.matches("RFC 9700").count(), 1, "{done:?}");
    assert!(done.stderr.contains("cannot be renewed"), "{done:?}");
    let token = rig.token();
    assert!(fragment.contains(&token) && !done.stderr.contains(&token) && !handed.body.contains(&token));
    assert_eq!(rig.run(["call", "main", "GET", "/accounts"]).code, 0);
    assert_eq!(rig.listed()["grant"], "implicit");
    let refused = rig.run(["refresh", "main"]);
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(refused.stderr.contains("mailgrant connect getresponse --account main"), "{refused:?}");
    assert_eq!((rig.token(), rig.token_requests()), (token, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn only_our_own_page_hands_anything_over() {
    let rig = Rig::new().await;
    let first = Login::start(rig.connect(&GRANT));
    let (address, used) = consent(&first.url);
    assert_eq!(hand_over(&address, &used).status, 200);
    assert_eq!(first.end().code, 0);

    let mut login = Login::start(rig.reconnect(&[]));
    let (address, fragment) = consent(&login.url);
    let (host, path) = split(&address);
    let body = serde_json::json!({ "fragment": fragment }).to_string();
    let (json, length) = ("Content-Type: application/json", format!("Content-Length: {}", body.len()));
    let (ours, origin) = (format!("Host: {host}"), format!("Origin: http://{host}"));
    let long = format!("Content-Length: {}", 16 * 1024 + 1);
    let two = format!("{origin}\r\n{origin}");
    for (what, path, headers, body, status) in [
        ("no origin", path, [&*ours, json, &length, "X-A: b"], &*body, 400),
        ("another origin", path, [&ours, json, &length, "Origin: http://evil.example"], &body, 400),
        ("the origin of nowhere", path, [&ours, json, &length, "Origin: null"], &body, 400),
        ("another port's origin", path, [&ours, json, &length, "Origin: http://127.0.0.1:1"], &body, 400),
        ("two origins", path, [&ours, json, &length, &two], &body, 400),
        ("another host", path, ["Host: evil.example", json, &length, &origin], &body, 400),
        ("another path", "/callback/", [&ours, json, &length, &origin], &body, 400),
        ("a query", "/callback?x=1", [&ours, json, &length, &origin], &body, 400),
        ("a form", path, [&ours, "Content-Type: application/x-www-form-urlencoded", &length, &origin], &body, 400),
        ("text", path, [&ours, "Content-Type: text/plain", &length, &origin], &body, 400),
        ("no type", path, [&ours, "X-A: b", &length, &origin], &body, 400),
        ("too much", path, [&ours, json, &long, &origin], "", 413),
        ("no JSON", path, [&ours, json, "Content-Length: 8", &origin], "fragment", 400),
        (
            "two objects",
            path,
            [&ours, json, "Content-Length: 34", &origin],
            r#"{"fragment":"a"} {"fragment":"b"} "#,
            400,
        ),
        ("another member", path, [&ours, json, "Content-Length: 24", &origin], r#"{"fragment":"a","x":"y"}"#, 400),
    ] {
        let page = request(host, &format!("POST {path} HTTP/1.1\r\n{}\r\n\r\n{body}", headers.join("\r\n")));
        assert_eq!(page.status, status, "{what}: {page:?}");
    }
    for (what, fragment, code) in [
        ("what was handed over before", &*used, "login_used"),
        ("nothing", "", "state_missing"),
        ("another state", "access_token=t&state=another", "login_unknown"),
        ("two tokens", &format!("access_token=t&{fragment}"), "callback_ambiguous"),
    ] {
        let page = hand_over(&address, fragment);
        assert_eq!(page.status, 400, "{what}: {page:?}");
        assert!(page.body.contains(&format!("[{code}]")), "{what}: {page:?}");
        login.hear(code);
    }
    assert_eq!(hand_over(&address, &fragment).status, 200);
    let done = login.end();
    assert_eq!(done.code, 0, "{done:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_login_for_a_code_takes_no_fragment() {
    let rig = Rig::new().await;
    let login = Login::start(rig.connect(&[]));
    let state = parameter(&login.url, "state");
    assert_eq!(hand_over(&rig.redirect, &format!("access_token=t&state={state}")).status, 400);
    assert_eq!(get(&rig.redirect).status, 400);
    assert_eq!(get(&callback(&login.url)).status, 200, "it still waits");
    assert_eq!(login.end().code, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_denial_comes_in_the_query_or_in_the_fragment() {
    for in_fragment in [false, true] {
        let rig = Rig::with(|settings| {
            settings.consent = Consent::Deny;
            settings.implicit_errors_in_fragment = in_fragment;
        })
        .await;
        let login = Login::start(rig.connect(&GRANT));
        let page = if in_fragment {
            let (address, fragment) = consent(&login.url);
            hand_over(&address, &fragment)
        } else {
            get(&callback(&login.url))
        };
        assert!(page.status == 400 && page.body.contains("[access_denied]"), "{page:?}");
        let done = login.end();
        assert_eq!(done.code, 3, "{done:?}");
        assert_eq!(rig.listed()["grant"], "implicit");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_address_can_be_pasted_with_its_fragment() {
    let rig = Rig::new().await;
    let mut command = rig.connect(&GRANT);
    command.arg("--paste").stdin(Stdio::piped());
    let mut login = Login::start(command);
    let pasted = callback(&login.url);
    assert!(pasted.contains('#'));
    login.paste(&pasted);
    let done = login.end();
    assert_eq!(done.code, 0, "{done:?}");
    assert!(pasted.contains(&rig.token()) && !done.stderr.contains("access_token"), "{done:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_means_nothing_with_it_is_a_mistake() {
    let rig = Rig::new().await;
    for option in ["--send-redirect-uri", "--pkce"] {
        let done = rig.connect(&[GRANT[0], GRANT[1], option]).output().unwrap();
        assert_eq!(done.status.code(), Some(2), "{option}");
    }
    assert!(rig.run(["connect", "--help"]).stdout.contains("Implicit is advised against (RFC 9700"));
}
