//! Calls of the API.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    process::Stdio,
    sync::mpsc,
    thread,
};

use mailgrant_emulator::{Fault, Target, Times};

use crate::rig::{ID, Login, Rig, SECRET, callback, get};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_rejected_token_is_renewed_once_and_the_call_replayed() {
    let rig = Rig::new().await;
    rig.connected();
    rig.emulator.revoke_access_tokens();
    let calls = rig.emulator.counters().api_calls;
    let done = rig.run(["call", "main", "GET", "/accounts"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.stdout.contains("accountId"), "{done:?}");
    let counters = rig.emulator.counters();
    assert_eq!((counters.refreshes, counters.api_calls - calls, counters.api_rejections), (1, 2, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_second_rejection_is_the_answer() {
    let rig = Rig::new().await;
    let (api, tokens) = rejecting_api();
    let args = ["--client-id", ID, "--redirect-uri", &rig.redirect, "--api-url", &api];
    let mut command = rig.reconnect(&args);
    command.args(&rig.endpoints()[..4]).env("MAILGRANT_CLIENT_SECRET", SECRET);
    let login = Login::start(command);
    assert_eq!(get(&callback(&login.url)).status, 200);
    assert_eq!(login.end().code, 0);

    assert_eq!(tokens.try_iter().count(), 1, "the login asked whose account it is");
    let done = rig.run(["call", "main", "GET", "/accounts"]);
    assert_eq!(done.code, 1, "{done:?}");
    assert_eq!(done.stdout, r#"{"httpStatus":401,"code":1014,"context":{"sentToken":"[redacted]"}}"#);
    assert!(done.stderr.contains("HTTP 401"), "{done:?}");
    let tokens: Vec<_> = tokens.try_iter().collect();
    assert!(tokens.len() == 2 && tokens[0] != tokens[1], "one renewal, one replay: {tokens:?}");
    assert!(tokens.iter().all(|token| !done.stdout.contains(token) && !done.stderr.contains(token)));
    assert_eq!(rig.emulator.counters().refreshes, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_rejected_token_that_cannot_be_renewed_asks_for_the_customer() {
    let rig = Rig::new().await;
    rig.connected();
    rig.emulator.revoke_access_tokens();
    rig.emulator.revoke_grants();
    let done = rig.run(["call", "main", "GET", "/accounts"]);
    assert_eq!((done.code, &*done.stdout), (3, ""), "{done:?}");
    assert!(done.stderr.contains("mailgrant connect getresponse --account main"), "{done:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_status_is_an_exit_code() {
    let rig = Rig::new().await;
    rig.connected();
    let missing = rig.run(["call", "main", "get", "/no-such-thing"]);
    assert!(missing.code == 1 && missing.stdout.contains("1013"), "{missing:?}");
    rig.emulator.fault(Fault::RateLimit, Target::Api, Times::Next(1));
    let limited = rig.run(["call", "main", "GET", "/accounts"]);
    assert_eq!(limited.code, 4, "{limited:?}");
    assert!(limited.stderr.contains("HTTP 429") && limited.stderr.contains("try again in 7 s"), "{limited:?}");
    rig.emulator.fault(Fault::Html502, Target::Api, Times::Next(1));
    assert_eq!(rig.run(["call", "main", "GET", "/accounts"]).code, 4);
    rig.emulator.fault(Fault::DropBeforeCommit, Target::Api, Times::Next(1));
    assert_eq!(rig.run(["call", "main", "GET", "/accounts"]).code, 4);
    assert_eq!(rig.emulator.counters().refreshes, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn only_paths_of_the_api_are_called() {
    let rig = Rig::new().await;
    rig.connected();
    let calls = rig.emulator.counters().api_calls;
    for path in ["https://evil.example/x", "//evil.example/x", "/../x", "/a b", "/a\nb"] {
        let done = rig.run(["call", "main", "GET", path]);
        assert_eq!((done.code, &*done.stdout), (2, ""), "{path}: {done:?}");
    }
    assert_eq!(rig.emulator.counters().api_calls, calls);
    for path in ["/accounts", "accounts", "/v3/accounts", "/accounts?fields=email"] {
        assert_eq!(rig.run(["call", "main", "GET", path]).code, 0, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_body_comes_from_the_line_from_a_file_from_stdin() {
    let rig = Rig::new().await;
    rig.connected();
    let file = format!("@{}", rig.write("body.json", r#"{"email":"a@b.example"}"#));
    for data in [r#"{"email":"a@b.example"}"#, &file] {
        let done = rig.run(["call", "main", "POST", "/contacts", "--data", data]);
        assert_eq!((done.code, &*done.stdout), (0, ""), "{data}: {done:?}");
        assert!(done.stderr.contains("HTTP 202"), "{done:?}");
    }
    let mut command = rig.command(["call", "main", "POST", "/contacts", "--data", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"{}").unwrap();
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
    assert_eq!(rig.run(["call", "main", "POST", "/contacts", "--data", "@/no/such/file"]).code, 2);
    assert_eq!(rig.run(["call", "main", "FETCH", "/contacts"]).code, 2);
}

/// An API that rejects every token, and repeats it; its address, with the tokens that it was sent.
fn rejecting_api() -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v3", listener.local_addr().unwrap());
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let head: Vec<String> =
                stream.by_ref().lines().map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
            let token = head.iter().find_map(|line| line.split_once("Bearer ")).unwrap().1.to_owned();
            let body = format!(r#"{{"httpStatus":401,"code":1014,"context":{{"sentToken":"{token}"}}}}"#);
            let length = body.len();
            sender.send(token).unwrap();
            let answer =
                format!("HTTP/1.1 401 Unauthorized\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
        }
    });
    (url, receiver)
}
