//! What a server answers that repeats the secrets which it was sent.

use serde_json::json;

use crate::{
    canary::{self, Kind},
    server::{Heard, http},
};

/// A name, and the answer to a request; the second text is the address of another host.
pub(crate) type Row = (&'static str, fn(&Heard, &str) -> Vec<u8>);

pub(crate) const ROWS: &[Row] = &[
    ("an OAuth error", |heard, _| {
        let echo = heard.repeated();
        json(
            "400 Bad Request",
            &json!({"error": echo, "error_description": echo, "error_uri": format!("https://a.example/{echo}")}),
        )
    }),
    ("a known error that says more", |heard, _| {
        let error = json!({"error": "invalid_grant", "error_description": heard.repeated(), "code": heard.repeated()});
        json("400 Bad Request", &error)
    }),
    ("GetResponse's error", |heard, _| {
        let echo = heard.repeated();
        let error = json!({"httpStatus": 401, "code": 1014, "message": echo, "context": [echo], "moreInfo": echo});
        json("401 Unauthorized", &error)
    }),
    ("VerticalResponse's error", |heard, _| {
        json("403 Forbidden", &json!({"error": {"code": heard.repeated(), "message": heard.repeated()}}))
    }),
    ("an error in a 200", |heard, _| json("200 OK", &json!({"error": heard.repeated()}))),
    ("an error of five hundred", |heard, _| json("500 Oops", &json!({"error": heard.repeated()}))),
    ("headers", |heard, _| {
        let echo = one_line(heard);
        let headers = format!(
            "WWW-Authenticate: Bearer error=\"invalid_token\", error_description=\"{echo}\"\r\nX-Echo: {echo}\r\n\
             Set-Cookie: echo={echo}\r\nRetry-After: {echo}\r\nX-{}: 1\r\nContent-Type: {echo}\r\n",
            canary::secret(Kind::Drawn)
        );
        http("401 Unauthorized", &headers, "{}")
    }),
    ("a pause", |heard, _| http("429 Slow", &format!("Retry-After: {}\r\n", one_line(heard)), &heard.body)),
    ("a status line", |heard, _| http(&format!("400 {}", one_line(heard)), "", "{}")),
    ("a status that is none", |heard, _| http(&one_line(heard), "", "{}")),
    ("a proxy's page", |heard, _| {
        http("502 Bad Gateway", "Content-Type: text/html\r\n", &format!("<html>{}</html>", heard.repeated()))
    }),
    ("a page where there is nothing", |heard, _| http("404 Not Found", "", &format!("<p>{}", heard.repeated()))),
    ("a page in a 200", |heard, _| http("200 OK", "", &format!("<html>{}", heard.repeated()))),
    ("a list", |heard, _| json("200 OK", &json!([heard.repeated()]))),
    ("a body that breaks off", |heard, _| {
        let body = json!({"access_token": canary::secret(Kind::Access), "echo": heard.repeated()}).to_string();
        format!("HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n{body}").into_bytes()
    }),
    ("a chunk whose length is none", |heard, _| {
        let echo = one_line(heard);
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{echo}\r\n{echo}\r\n").into_bytes()
    }),
    ("a length that is none", |heard, _| {
        let echo = one_line(heard);
        format!("HTTP/1.1 200 OK\r\nContent-Length: {echo}\r\n\r\n{echo}").into_bytes()
    }),
    ("a header that is none", |heard, _| format!("HTTP/1.1 200 OK\r\n{}\r\n\r\n", one_line(heard)).into_bytes()),
    ("no HTTP", |heard, _| format!("{}\r\n\r\n", heard.repeated()).into_bytes()),
    ("nothing", |_, _| Vec::new()),
    ("no UTF-8", |heard, _| {
        let echo = heard.repeated();
        let mut answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", echo.len() + 2).into_bytes();
        answer.extend_from_slice(b"\xff\xfe");
        answer.extend_from_slice(echo.as_bytes());
        answer
    }),
    ("too much", |heard, _| http("200 OK", "", &heard.repeated().repeat(1 + (1 << 21) / (1 + heard.repeated().len())))),
    ("a token of another shape", |_, _| {
        json("200 OK", &json!({"access_token": [canary::secret(Kind::Access)], "refresh_token": {"a": 1}}))
    }),
    ("a token of another type", |heard, _| tokens(&json!(heard.repeated()), &json!(60), "")),
    ("a life that is none", |_, _| tokens(&json!("bearer"), &json!(canary::secret(Kind::Access)), "")),
    ("a token that would be two headers", |_, _| tokens(&json!("bearer"), &json!(60), "\r\nX-Evil: 1")),
    ("two tokens", |_, _| {
        let [one, two] = [(); 2].map(|()| canary::secret(Kind::Access));
        http("200 OK", "", &format!(r#"{{"access_token":"{one}","access_token":"{two}"}}"#))
    }),
    ("redirect 301", |heard, away| redirect("301 M", heard, away)),
    ("redirect 302", |heard, away| redirect("302 F", heard, away)),
    ("redirect 303", |heard, away| redirect("303 S", heard, away)),
    ("redirect 307", |heard, away| redirect("307 T", heard, away)),
    ("redirect 308", |heard, away| redirect("308 P", heard, away)),
];

fn json(status: &str, body: &serde_json::Value) -> Vec<u8> {
    http(status, "Content-Type: application/json\r\n", &body.to_string())
}

fn tokens(kind: &serde_json::Value, life: &serde_json::Value, more: &str) -> Vec<u8> {
    let [access, refresh] = [Kind::Access, Kind::Refresh].map(canary::secret);
    let body = json!({
        "access_token": access + more, "refresh_token": refresh + more, "token_type": kind, "expires_in": life,
        "scope": canary::secret(Kind::Access) + "\n",
    });
    json("200 OK", &body)
}

fn redirect(status: &str, heard: &Heard, away: &str) -> Vec<u8> {
    let query = heard.asked().split_once('?').map_or(&*heard.body, |(_, query)| query).replace([' ', '"', '\\'], "");
    let token = canary::secret(Kind::Access);
    http(status, &format!("Location: {away}/?{query}&token={token}\r\nRefresh: 0; url={away}\r\n"), &heard.repeated())
}

fn one_line(heard: &Heard) -> String {
    heard.repeated().replace(['\r', '\n'], " ")
}
