//! Accounts that other code hands over in JSON lines.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    process::Stdio,
};

use serde_json::json;

use crate::{
    moving::{Held, done, held, hides, import, outcomes, refreshed},
    rig::{Rig, SECRET, holds},
};

fn lines(lines: &[serde_json::Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn told(account: &str, outcome: &str, code: &str) -> (String, String, String) {
    (account.to_owned(), outcome.to_owned(), code.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_pipe_goes_account_by_account() {
    let rig = Rig::new().await;
    let (one, other) = (held(&rig).await, held(&rig).await);
    let before = rig.emulator.counters();
    let mut command = import(&rig, &["-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut pipe, mut answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let mut hand_over = |line: serde_json::Value| {
        writeln!(pipe, "{line}").unwrap();
        let mut answer = String::new();
        answers.read_line(&mut answer).unwrap();
        answer
    };
    assert_eq!(hand_over(one.line("one")), "imported  one\n");
    // Whoever is killed after an answer has kept what was answered.
    assert_eq!(hand_over(json!({ "account": "two", "refresh_token": other.refresh })), "imported  two\n");
    child.kill().unwrap();
    child.wait().unwrap();
    let after = rig.emulator.counters();
    assert_eq!((after.token_requests, after.api_calls), (before.token_requests, before.api_calls), "nothing is sent");
    for name in ["one", "two"] {
        assert_eq!(rig.run(["call", name, "GET", "/accounts"]).code, 0, "{name}");
    }
    assert_eq!(rig.emulator.counters().refreshes, 1, "one of them had no access token");
    assert!(refreshed(&rig, &other).await.is_err(), "the old refresh token is spent");
    assert_eq!(rig.run(["refresh", "one"]).code, 0);
    let bytes = rig.stored_bytes();
    for secret in [&one.access, &one.refresh, &other.refresh, SECRET] {
        assert!(!holds(&bytes, secret));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_bad_line_is_said_and_the_others_go_on() {
    let rig = Rig::new().await;
    let (one, other) = (held(&rig).await, held(&rig).await);
    let with = |held: &Held, account: &str, field: &str, value: serde_json::Value| {
        let mut line = held.line(account);
        line[field] = value;
        line
    };
    let text = lines(&[
        one.line("good"),
        with(&one, "bad", "token", json!(one.access)),
        with(&other, "bad", "expires_at", json!(1_767_225_600_000_u64)),
        with(&other, "bad", "refresh_token", json!("a\u{e4}")),
        json!({ "account": "bad" }),
        json!({ "refresh_token": other.refresh }),
        one.line("shared"),
        other.line("good"),
        with(&other, "bad", "client_id", json!("another")),
        with(&other, "last", "grant", json!("adopted")),
    ]) + &format!("{{\"account\": \"bad\", \"access_token\": \"{}\n", other.access);
    let path = rig.write("accounts", &text);
    let dry = done(import(&rig, &[&path, "--json", "--dry-run"]));
    assert!(!rig.home.path().join("data").exists(), "a dry run makes nothing");
    let wet = done(import(&rig, &[&path, "--json"]));
    assert_eq!(outcomes(&dry), outcomes(&wet));
    assert!(dry.stderr.contains("dry run, nothing was changed: 2 imported, 9 failed."), "{dry:?}");
    assert_eq!((dry.code, wet.code), (1, 1));
    let expected = [
        told("good", "imported", "-"),
        told("-", "failed", "field_unknown"),
        told("bad", "failed", "moment_absurd"),
        told("bad", "failed", "token_malformed"),
        told("bad", "failed", "tokens_missing"),
        told("-", "failed", "account_missing"),
        told("shared", "failed", "token_twice"),
        told("good", "failed", "account_twice"),
        told("bad", "failed", "client_mismatch"),
        told("last", "imported", "-"),
        told("-", "failed", "line_unreadable"),
    ];
    assert_eq!(outcomes(&wet), expected);
    let plain = done(import(&rig, &[&path]));
    assert!(plain.stdout.contains("failed    bad  line 3: `expires_at` is behind the year 9999"), "{plain:?}");
    assert!(plain.stdout.starts_with("here      good\n"), "{plain:?}");
    for done in [&dry, &wet, &plain] {
        hides(done, &[&one, &other]);
    }
    assert_eq!(rig.run(["token", "last"]).stdout, format!("{}\n", other.access));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_connected_is_left_as_it_is() {
    let rig = Rig::new().await;
    rig.connected();
    let (token, other) = (rig.token(), held(&rig).await);
    let path = rig.write("accounts", &lines(&[other.line("main"), other.line("other")]));
    // The same token under two names: the first line did not get in, so that the second may.
    let conflict = done(import(&rig, &[&path, "--json"]));
    assert_eq!(outcomes(&conflict)[0], told("main", "conflict", "account_connected"));
    assert_eq!((conflict.code, rig.token()), (1, token));
    assert_eq!(rig.run(["disconnect", "main"]).code, 0);
    let path = rig.write("accounts", &lines(&[other.line("main")]));
    let imported = done(import(&rig, &[&path, "--json"]));
    assert_eq!(outcomes(&imported), [told("main", "imported", "-")], "{imported:?}");
    let events = rig.run(["events"]).stdout;
    let again = done(import(&rig, &[&path, "--json"]));
    assert_eq!((again.code, outcomes(&again)), (0, vec![told("main", "here", "-")]));
    assert_eq!(rig.run(["events"]).stdout, events, "it is done once");
    let vertical = {
        let mut command = rig.command(["import", "verticalresponse", &path, "--client-id", "x"]);
        done({
            command.env("MAILGRANT_CLIENT_SECRET", SECRET);
            command
        })
    };
    assert!(vertical.code == 1 && vertical.stdout.contains("[name_taken]"), "{vertical:?}");
    let unknown = done(import(&rig, &["nowhere"]));
    assert_eq!(unknown.code, 5, "{unknown:?}");
    let nothing = done(import(&rig, &[]));
    assert_eq!(nothing.code, 2, "{nothing:?}");
    fs::remove_file(path).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn lines_that_come_again_after_a_renewal_are_here() {
    let rig = Rig::new().await;
    let one = held(&rig).await;
    let path = rig.write("accounts", &lines(&[one.line("main")]));
    assert_eq!(done(import(&rig, &[&path])).code, 0);
    assert_eq!(rig.run(["refresh", "main"]).code, 0);
    let token = rig.token();
    let again = done(import(&rig, &[&path, "--json"]));
    assert_eq!((again.code, outcomes(&again)), (0, vec![told("main", "here", "-")]), "{again:?}");
    assert_eq!(rig.token(), token);
    // Another grant is another account.
    let other = rig.write("others", &lines(&[held(&rig).await.line("main")]));
    let other = done(import(&rig, &[&other, "--json"]));
    assert_eq!(outcomes(&other), [told("main", "conflict", "account_connected")]);
}
