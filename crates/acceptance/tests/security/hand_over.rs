//! The binary's hand-over of a fragment, spoken to in raw HTTP (7).

use crate::{
    binary::{Home, Login, Page, callback, get, request, split},
    service::parameter,
};

const GRANT: [&str; 2] = ["--grant", "implicit"];

/// A login that waits, the address that it waits at, the fragment that its browser has.
fn waiting(home: &Home) -> (Login, String, String) {
    let login = Login::start(home.connect(&GRANT));
    let (address, fragment) = callback(&login.url).split_once('#').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    (login, address, fragment)
}

fn json(fragment: &str) -> String {
    serde_json::json!({ "fragment": fragment }).to_string()
}

/// What our own page posts, with these lines in place of its own.
fn post(address: &str, origin: &str, content_type: &str, body: &str) -> Page {
    let (host, path) = split(address);
    let length = body.len();
    let head =
        format!("POST {path} HTTP/1.1\r\nHost: {host}\r\n{origin}{content_type}Content-Length: {length}\r\n\r\n");
    request(host, &(head + body))
}

fn ours(address: &str) -> String {
    format!("Origin: http://{}\r\n", split(address).0)
}

const JSON: &str = "Content-Type: application/json\r\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn security_07_only_same_origin_json_by_post_is_a_hand_over() {
    let home = Home::new().await;
    let (login, address, fragment) = waiting(&home);
    let (host, _) = split(&address);
    let (origin, body) = (ours(&address), json(&fragment));
    for wrong in [
        String::new(),
        "Origin: null\r\n".to_owned(),
        "Origin: http://evil.example\r\n".to_owned(),
        format!("Origin: https://{host}\r\n"),
        format!("Origin: http://{host}.evil.example\r\n"),
        format!("Origin: http://localhost:{}\r\n", host.split(':').nth(1).unwrap()),
        format!("{origin}{origin}"),
        format!("Referer: http://{host}/callback\r\n"),
    ] {
        assert_eq!(post(&address, &wrong, JSON, &body).status, 400, "{wrong}");
    }
    // What a page of another site may send without being asked first.
    for wrong in ["", "Content-Type: text/plain\r\n", "Content-Type: application/x-www-form-urlencoded\r\n"] {
        assert_eq!(post(&address, &origin, wrong, &body).status, 400, "{wrong}");
    }
    for wrong in [fragment.clone(), format!("\"{fragment}\""), format!("{body}{body}"), "{}".to_owned()] {
        assert_eq!(post(&address, &origin, JSON, &wrong).status, 400, "{wrong}");
    }
    for method in ["PUT", "OPTIONS", "DELETE"] {
        let head = format!("{method} /callback HTTP/1.1\r\nHost: {host}\r\n{origin}{JSON}Content-Length: 0\r\n\r\n");
        let page = request(host, &head);
        assert_eq!(page.status, 400, "{method}");
        assert!(!page.text.to_ascii_lowercase().contains("access-control-allow"), "nobody else is let in: {page:?}");
    }
    // A fragment in a query is a token that has been through logs and histories: the page is all that comes back.
    let in_query = get(&format!("{address}?{fragment}"));
    assert_eq!(in_query.status, 400, "{in_query:?}");
    drop(login);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn security_07_wrong_hand_overs_consume_nothing() {
    let home = Home::new().await;
    let (login, address, fragment) = waiting(&home);
    let (origin, body) = (ours(&address), json(&fragment));
    assert_eq!(post(&address, "Origin: http://evil.example\r\n", JSON, &body).status, 400);
    assert_eq!(post(&address, &origin, "Content-Type: text/plain\r\n", &body).status, 400);
    assert_eq!(post(&address, &origin, JSON, &json("access_token=t&state=forged")).status, 400);
    assert_eq!(post(&address, &origin, JSON, &body).status, 200);
    assert_eq!(login.end().code, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn security_07_what_is_handed_over_is_capped_in_size() {
    let home = Home::new().await;
    let (login, address, fragment) = waiting(&home);
    let (host, path) = split(&address);
    let origin = ours(&address);
    // Said to be long, and not sent at all: it is refused before it is read.
    let head = format!("POST {path} HTTP/1.1\r\nHost: {host}\r\n{origin}{JSON}");
    assert_eq!(request(host, &format!("{head}Content-Length: 1000000000\r\n\r\n")).status, 413);
    // Not said, and too long.
    let chunk = format!("4001\r\n{}\r\n", "x".repeat(0x4001));
    let chunked = request(host, &format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunk}"));
    assert_eq!(chunked.status, 413, "{chunked:?}");
    assert_eq!(post(&address, &origin, JSON, &json(&fragment)).status, 200);
    assert_eq!(login.end().code, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn security_07_a_hand_over_is_good_for_one_use() {
    let home = Home::new().await;
    let (login, address, used) = waiting(&home);
    let taken = post(&address, &ours(&address), JSON, &json(&used));
    let token = parameter(&format!("#{used}"), "access_token").to_owned();
    assert!(taken.status == 200 && !taken.text.contains(&token), "{taken:?}");
    let done = login.end();
    assert!(done.code == 0 && !done.stderr.contains(&token), "{done:?}");
    let (login, address, fragment) = waiting(&home);
    let again = post(&address, &ours(&address), JSON, &json(&used));
    assert!(again.status == 400 && again.text.contains("login_used"), "{again:?}");
    assert_eq!(post(&address, &ours(&address), JSON, &json(&fragment)).status, 200);
    assert_eq!(login.end().code, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn security_07_a_login_for_a_code_has_no_hand_over() {
    let home = Home::new().await;
    let login = Login::start(home.connect(&[]));
    let address = home.redirect.clone();
    let state = parameter(&login.url, "state");
    let handed = post(&address, &ours(&address), JSON, &json(&format!("access_token=t&state={state}")));
    assert_eq!(handed.status, 400, "{handed:?}");
    assert!(!get(&address).text.contains("<script"), "there is no page that would hand anything over");
    assert_eq!(get(&callback(&login.url)).status, 200);
    assert_eq!(login.end().code, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn security_07_the_binary_says_what_implicit_is() {
    let home = Home::new().await;
    let (login, address, fragment) = waiting(&home);
    assert_eq!(post(&address, &ours(&address), JSON, &json(&fragment)).status, 200);
    let done = login.end();
    assert!(done.stderr.contains("RFC 9700"), "it is advised against: {done:?}");
    let refused = home.run(&["refresh", "main"]);
    assert_eq!(refused.code, 3, "nothing renews it: {refused:?}");
}
