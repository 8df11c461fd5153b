//! Logins in a real browser: what is clicked there, what it keeps of a token.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod chromium;
mod driver;
#[path = "../cli/rig.rs"]
#[expect(dead_code, reason = "the tests without a browser use the rest of it")]
mod rig;

use mailgrant_emulator::Consent;
use serde_json::{Value, json};

use crate::{
    chromium::Chromium,
    rig::{Login, Rig, holds, parameter},
};

const IMPLICIT: [&str; 2] = ["--grant", "implicit"];

/// Posts what the page posted, from where the page is: the status with the body, or 0 if nobody answers.
const POST_AGAIN: &str = r#"
const post = {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ fragment: arguments[0] }),
};
return fetch(location.pathname, post).then(
  async (answer) => [answer.status, await answer.text()],
  () => [0, ""],
);"#;

/// What the page asked for: it posts once, and fetches nothing else.
const REQUESTS: &str = r#"return performance.getEntriesByType("resource").map((entry) => entry.name);"#;

/// An emulator whose consent page waits for a click.
async fn asking() -> Rig {
    Rig::with(|settings| settings.consent = Consent::Ask).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn allowed_implicitly_the_page_hands_the_token_over_once() {
    let rig = asking().await;
    let browser = Chromium::start().await;
    let login = Login::start(rig.connect(&IMPLICIT));
    let state = parameter(&login.url, "state").to_owned();
    browser.open(&login.url).await;
    browser.press("allow").await;
    let told = browser.told("Connected").await;
    assert!(told.contains("is connected"), "{told}");
    let done = login.end();
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.stderr.contains("`main` is connected"), "{done:?}");

    let token = rig.token();
    assert_eq!(rig.run(["call", "main", "GET", "/accounts"]).code, 0);
    assert_eq!(rig.listed()["grant"], "implicit");
    assert_eq!(browser.address().await, rig.redirect);
    assert_eq!(browser.run("return location.hash;", &[]).await, "");
    browser.becomes(REQUESTS, |names| *names == json!([rig.redirect])).await;
    assert_remembers_none(&browser.history().await, &rig.redirect, &token);

    let fragment = format!("access_token={token}&state={state}&token_type=bearer&expires_in=86400");
    let again = [Value::from(fragment)];
    assert_eq!(browser.run(POST_AGAIN, &again).await[0], 0, "nobody listens any more");
    let mut second = Login::start(rig.reconnect(&[]));
    let refused = browser.run(POST_AGAIN, &again).await;
    assert_eq!(refused[0], 400, "{refused}");
    assert!(refused[1].as_str().unwrap().contains("[login_used]"), "{refused}");
    second.hear("login_used");

    browser.back().await;
    browser.forward().await;
    browser.told("Nothing is here").await;
    assert_eq!(browser.address().await, rig.redirect);
    assert_eq!(browser.run(REQUESTS, &[]).await, json!([]), "there is nothing to post any more");
    assert_remembers_none(&browser.history().await, &rig.redirect, &token);
    assert_eq!(rig.token(), token);
    second.kill();

    let files = browser.quit().await.into_iter();
    let holding: Vec<_> = files.filter(|(_, bytes)| holds(bytes, &token)).map(|(path, _)| path).collect();
    assert!(holding.is_empty(), "the token is in {holding:?}");
}

/// The entries of the browser's history lead to the page, none with the token or a fragment.
fn assert_remembers_none(history: &Value, page: &str, token: &str) {
    let entries = history["entries"].as_array().unwrap();
    assert!(entries.iter().any(|entry| entry["url"] == page), "{history}");
    let all = history.to_string();
    assert!(!all.contains(token) && !all.contains("access_token") && !all.contains('#'), "{history}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn allowed_for_a_code_the_page_says_that_it_is_done() {
    let rig = asking().await;
    let browser = Chromium::start().await;
    let login = Login::start(rig.connect(&[]));
    browser.open(&login.url).await;
    browser.press("allow").await;
    let told = browser.told("Connected").await;
    assert!(told.contains("is connected"), "{told}");
    let done = login.end();
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.stderr.contains("`main` is connected"), "{done:?}");
    assert!(!browser.history().await.to_string().contains(&rig.token()), "no token comes to a browser");
    assert_eq!(rig.run(["call", "main", "GET", "/accounts"]).code, 0);
    assert_eq!((rig.token_requests(), rig.emulator.counters().authorizations), (1, 1));
    browser.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn denied_in_the_query_or_in_the_fragment_nothing_is_connected() {
    let browser = Chromium::start().await;
    for (grant, in_fragment) in [(&[][..], false), (&IMPLICIT, false), (&IMPLICIT, true)] {
        let rig = Rig::with(|settings| {
            settings.consent = Consent::Ask;
            settings.implicit_errors_in_fragment = in_fragment;
        })
        .await;
        let login = Login::start(rig.connect(grant));
        browser.open(&login.url).await;
        browser.press("deny").await;
        let told = browser.told("Not connected").await;
        assert!(told.contains("[access_denied]"), "{told}");
        let done = login.end();
        assert_eq!(done.code, 3, "{done:?}");
        assert!(done.stderr.contains("[access_denied]"), "{done:?}");
        let address = browser.address().await;
        assert_eq!(address == rig.redirect, in_fragment, "{address}");
        assert_eq!(rig.run(["token", "main"]).stdout, "");
        assert_eq!((rig.emulator.counters().denials, rig.token_requests()), (1, 0));
    }
    browser.quit().await;
}
