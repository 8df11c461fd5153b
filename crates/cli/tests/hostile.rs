//! `connect` against hostile token endpoints: an exit code, one request, nothing on the terminal that is not ours.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[path = "hostile/answers.rs"]
mod answers;
#[path = "../../core/tests/it/hostile/gzip.rs"]
mod gzip;
#[path = "cli/rig.rs"]
#[expect(dead_code, reason = "the tests of every command use the rest of it")]
mod rig;
#[path = "../../core/tests/it/hostile/rows.rs"]
mod rows;
#[path = "../../core/tests/it/hostile/server.rs"]
mod server;
#[path = "../../acceptance/tests/tables/mod.rs"]
#[expect(dead_code, reason = "its answers of the API come to whoever calls it")]
mod tables;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    thread,
};

use self::{
    answers::{CONNECTED, FORMS, SECRET, TOKEN},
    rig::Rig,
    rows::End,
    server::{Does, Hostile, Seen},
    tables::{
        means::Means,
        refusals::{anybody, getresponse, reply},
        reply::Reply,
        tokens as with_tokens,
    },
};

/// What a good answer of core's table brings.
fn tokens() -> String {
    format!(r#"{{"access_token":"{TOKEN}","token_type":"bearer","expires_in":60,"refresh_token":"{TOKEN}"}}"#)
}

/// A row of the tables of answers is about an exchange, a refresh, then this.
const OBTAINING: usize = 2;

const MOST_WRITTEN: usize = 16 << 20;

/// How a `connect` may end: its exit code, with a part of what it says.
type Ends = (i32, String);

/// A server that does something, with the ends of those who ask it.
struct Case {
    name: &'static str,
    does: Does,
    ends: Vec<Ends>,
}

/// Nothing is stored by one in the way of another: each has an account of its own.
fn check_all(rig: &Rig, cases: Vec<Case>, at_once: usize) {
    let documented = exit_codes(rig);
    let (wrong, connected) = (Mutex::new(Vec::new()), Mutex::new(BTreeSet::new()));
    let cases = Mutex::new(cases.into_iter().enumerate());
    let next = || cases.lock().unwrap().next();
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some((index, case)) = next() {
                    let (code, problems) = check(rig, index, case);
                    if code == 0 {
                        connected.lock().unwrap().insert(account(index));
                    }
                    let unknown = (!documented.contains(&code)).then(|| format!("exit code {code} is not documented"));
                    wrong.lock().unwrap().extend(problems.into_iter().chain(unknown));
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    let listed = rig.run(["accounts", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed.stdout).unwrap();
    let names = listed.as_array().unwrap().iter().map(|account| account["name"].as_str().unwrap().to_owned());
    assert_eq!(names.collect::<BTreeSet<_>>(), connected.into_inner().unwrap(), "{listed}");
    assert_is_clean("accounts", rig.run(["accounts"]).stdout.as_bytes());
}

fn account(index: usize) -> String {
    format!("case-{index}")
}

/// The exit code of one `connect`, with what is wrong with it.
fn check(rig: &Rig, index: usize, case: Case) -> (i32, Option<String>) {
    let reads_none = matches!(case.does, Does::HangsUp | Does::TurnsAway(_));
    let server = Hostile::start(Arc::new(case.does));
    let mut command = rig.command(["connect", "getresponse", "--grant", "client-credentials"]);
    command.args(["--account", &account(index), "--client-id", rig::ID, "--token-url", &server.token_url()]);
    command.args(["--authorize-url", &rig.emulator.authorize_url(), "--api-url", &rig.emulator.api_url()]);
    let output = command.env("MAILGRANT_CLIENT_SECRET", SECRET).output().unwrap();
    assert_is_clean(case.name, &output.stdout);
    assert_is_clean(case.name, &output.stderr);
    assert!(output.stderr.len() < 4096, "{}: {} bytes", case.name, output.stderr.len());
    let (code, said) = (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap());
    let seen @ Seen { connections, requests, written, .. } = server.seen();
    let not_sent = said.contains("[provider_unreachable");
    let is_right = case.ends.iter().any(|(expected, words)| *expected == code && said.contains(words))
        && output.stdout.is_empty()
        && connections == 1
        && (requests == usize::from(!not_sent) || reads_none && requests == 0)
        && written <= MOST_WRITTEN;
    let ends = &case.ends;
    (code, (!is_right).then(|| format!("{}: {code} with {seen:?}, not one of {ends:?}: {said}", case.name)))
}

/// Nothing that moves a cursor, and no secret.
fn assert_is_clean(name: &str, output: &[u8]) {
    let said = String::from_utf8(output.to_vec()).unwrap_or_else(|_| panic!("{name}: not UTF-8"));
    let is_odd = |char: char| char != '\n' && char.is_control() || ('\u{202a}'..='\u{202e}').contains(&char);
    assert!(!said.contains(is_odd), "{name}: {said:?}");
    for secret in FORMS.into_iter().chain([TOKEN, "hush-hush", "second-access-token", "second-refresh-token"]) {
        assert!(!said.contains(secret), "{name}: {secret} is in {said}");
    }
}

/// What `--help` says.
fn exit_codes(rig: &Rig) -> BTreeSet<i32> {
    let help = rig.run(["--help"]).stdout;
    let codes = help.split_once("Exit codes:").unwrap().1.lines();
    let codes: BTreeSet<_> = codes.filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect();
    assert!(codes.contains(&0) && codes.contains(&130), "{codes:?}");
    codes
}

/// How a `connect` ends where a verb ends so.
fn ends(end: &End) -> Ends {
    match end {
        End::Granted => (CONNECTED.0, CONNECTED.1.to_owned()),
        End::NotSent => (4, "[provider_unreachable".to_owned()),
        End::InDoubt(code @ "token_endpoint_redirects") | End::Untouched(code @ "token_endpoint_redirects") => {
            (5, format!("[{code}"))
        }
        End::InDoubt(code) | End::Untouched(code) => (4, format!("[{code}")),
    }
}

/// The table of core's transport, of which two are enough that wait for the time limit.
fn rows(rig: &Rig, by_time: bool, at_once: usize) {
    let elsewhere = Hostile::start(Arc::new(Does::Says(Vec::new())));
    let rows = rows::all(&elsewhere.other_name()).into_iter().filter(|row| row.ends_by_time == by_time);
    let waits_for_it = |name| ["no answer at all", "a body without an end, byte by byte"].contains(&name);
    let rows = rows.filter(|row| !by_time || waits_for_it(row.name));
    let case = |row: rows::Row| Case { name: row.name, does: row.does, ends: row.ends.iter().map(ends).collect() };
    check_all(rig, rows.map(case).collect(), at_once);
    assert_eq!(elsewhere.strangers(), 0, "a redirect was followed");
}

/// The row as a server says it.
fn said(row: &Reply) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {} hush-hush\r\ncontent-length: {}\r\n", row.status, row.body.len()).into_bytes();
    row.headers.iter().for_each(|(name, value)| bytes.extend(format!("{name}: {value}\r\n").into_bytes()));
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(&row.body);
    bytes
}

/// The tables of answers: a wrong setting is ours to mend, everything else can be tried again.
fn answered(rows: impl Iterator<Item = (&'static str, Reply, Means)>) -> Vec<Case> {
    let ends = |means| match means {
        Means::Issued { .. } => CONNECTED.0,
        Means::Ours => 5,
        Means::Paced(_) | Means::Later(_) => 4,
        Means::Dead | Means::Uncertain(_) | Means::Again | Means::Open => panic!("obtaining knows no {means:?}"),
    };
    rows.map(|(name, row, means)| Case { name, does: Does::Says(said(&row)), ends: vec![(ends(means), String::new())] })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn every_refusal_ends_with_its_code() {
    let rows = anybody::ROWS.iter().chain(getresponse::ROWS);
    check_all(&Rig::new().await, answered(rows.map(|row| (row.0, reply(row), row.4[OBTAINING]))), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn every_answer_with_tokens_ends_with_its_code() {
    let rows = with_tokens::rows().map(|(body, means)| ("an answer with tokens", Reply::ok(body), means[OBTAINING]));
    check_all(&Rig::new().await, answered(rows), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_no_answer_ends_with_its_code() {
    rows(&Rig::new().await, false, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_never_answers_is_given_up() {
    rows(&Rig::new().await, true, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nothing_of_an_answer_comes_to_the_terminal() {
    let case = |answer: answers::Answer| Case {
        name: answer.name,
        does: Does::Says(answer.bytes),
        ends: vec![(answer.ends.0, answer.ends.1.to_owned())],
    };
    check_all(&Rig::new().await, answers::all().into_iter().map(case).collect(), 2);
}
