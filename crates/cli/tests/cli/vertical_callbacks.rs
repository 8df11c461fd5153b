//! The three marks that a callback of VerticalResponse can bear, with callbacks that bear the wrong one.

use mailgrant_emulator::{Consent, RedirectCheck};

use crate::{
    rig::{Login, Rig, callback, get, parameter},
    vertical::{connect, connected, finish, reconnect},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_mark_is_in_the_redirect_url_unless_another_is_asked_for() {
    let rig = Rig::with(|settings| settings.verticalresponse.redirect_uri = RedirectCheck::WithoutQuery).await;
    let login = Login::start(connect(&rig, 1, &[]));
    assert!(parameter(&login.url, "redirect_uri").contains("%3Fstate%3D") && !login.url.contains("&state="));
    assert!(!login.url.contains("response_type"), "the documents know none: {}", login.url);
    assert_eq!(get(&callback(&login.url)).status, 200);
    assert_eq!(login.end().code, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_fixed_redirect_url_is_sent_as_it_is() {
    let rig = Rig::with(|settings| settings.verticalresponse.redirect_uri = RedirectCheck::Exact).await;
    let login = Login::start(connect(&rig, 1, &["--binding", "browser-only"]));
    assert!(!login.url.contains("state"), "{}", login.url);
    let back = callback(&login.url);
    // One that bears a mark is another login's.
    let page = get(&format!("{back}&state=another"));
    assert!(page.status == 400 && page.body.contains("[login_unknown]"), "{page:?}");
    assert_eq!(rig.token_requests(), 0);
    assert_eq!(get(&back).status, 200);
    assert_eq!(login.end().code, 0);
    assert_eq!(rig.emulator.last_token_request().unwrap().parameter("redirect_uri"), Some(rig.redirect.clone()));
    // It is remembered, and a mark can be asked for again.
    let again = Login::start(reconnect(&rig, &[]));
    assert!(!again.url.contains("state"), "{}", again.url);
    again.kill();
    let mut marked = Login::start(reconnect(&rig, &["--binding", "redirect-nonce"]));
    marked.hear("Nothing marks what comes back to it: open the new address");
    assert!(marked.url.contains("state"), "{}", marked.url);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_state_that_comes_back_is_the_mark() {
    let rig = Rig::with(|settings| settings.verticalresponse.state_returned = true).await;
    let login = Login::start(connect(&rig, 1, &["--binding", "state"]));
    assert!(!parameter(&login.url, "redirect_uri").contains("state") && !parameter(&login.url, "state").is_empty());
    assert_eq!(get(&callback(&login.url)).status, 200);
    assert_eq!(login.end().code, 0);

    rig.emulator.settings(|settings| settings.verticalresponse.state_returned = false);
    let sent = rig.token_requests();
    let mut login = Login::start(reconnect(&rig, &[]));
    assert_eq!(get(&callback(&login.url)).status, 400);
    login.hear("state_missing");
    assert_eq!(rig.token_requests(), sent, "nothing is sent without it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_no_login_waits_for_ends_nothing_and_sends_nothing() {
    for generation in [1, 2] {
        let rig = Rig::new().await;
        let mut login = Login::start(connect(&rig, generation, &[]));
        let back = callback(&login.url);
        let state = parameter(&back, "state").to_owned();
        for (what, query, code) in [
            ("nothing", String::new(), "state_missing"),
            ("no mark", "?code=c".to_owned(), "state_missing"),
            ("an empty mark", "?code=c&state=".to_owned(), "state_missing"),
            ("another mark", "?code=c&state=another".to_owned(), "login_unknown"),
            ("a part of it", format!("?code=c&state={}", &state[1..]), "login_unknown"),
            ("two marks", format!("?state={state}&code=c&state=another"), "callback_ambiguous"),
        ] {
            let page = get(&format!("{}{query}", rig.redirect));
            assert!(page.status == 400 && page.body.contains(&format!("[{code}]")), "{what}: {page:?}");
        }
        for code in ["state_missing", "login_unknown", "callback_ambiguous"] {
            login.hear(code);
        }
        assert_eq!(rig.token_requests(), 0);
        assert_eq!(get(&back).status, 200);
        assert_eq!(login.end().code, 0);
        // And it serves once.
        let sent = rig.token_requests();
        let again = Login::start(reconnect(&rig, &[]));
        assert!(get(&back).body.contains("[login_used]"));
        assert_eq!(rig.token_requests(), sent);
        drop(again);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nobody_s_callback_finishes_another_account_s_unmarked_login() {
    let rig = Rig::new().await;
    let login = Login::start(connect(&rig, 1, &["--account", "fixed", "--binding", "browser-only"]));
    let unmarked = callback(&login.url);
    login.kill();
    for command in [rig.connect(&["--account", "third"]), connect(&rig, 1, &["--account", "other"])] {
        let login = Login::start(command);
        let page = get(&unmarked);
        assert!(page.status == 400 && page.body.contains("[state_missing]"), "{page:?}");
        assert_eq!(rig.token_requests(), 0);
        drop(login);
    }
    // Of the account's own logins, the newest counts.
    finish(reconnect(&rig, &["--account", "fixed"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_killed_login_is_finished_by_reloading_the_page() {
    for generation in [1, 2] {
        let rig = Rig::new().await;
        let login = Login::start(connect(&rig, generation, &[]));
        let waiting = callback(&login.url);
        login.kill();
        let listed = rig.listed();
        assert_eq!((&listed["provider"], &listed["state"]), (&"verticalresponse".into(), &"pending".into()));
        let token = rig.run(["token", "main"]);
        assert_eq!(token.code, 3, "{token:?}");
        assert!(token.stderr.contains("mailgrant connect verticalresponse --account main"), "{token:?}");
        let mut login = Login::start(reconnect(&rig, &[]));
        login.hear("To finish it, reload the page");
        assert_eq!(get(&waiting).status, 200);
        assert_eq!(login.end().code, 0);
        assert_eq!(rig.listed()["state"], "active");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_denial_ends_the_wait() {
    for generation in [1, 2] {
        let rig = Rig::with(|settings| settings.consent = Consent::Deny).await;
        let login = Login::start(connect(&rig, generation, &[]));
        let page = get(&callback(&login.url));
        assert!(page.status == 400 && page.body.contains("[access_denied]"), "{page:?}");
        let done = login.end();
        assert_eq!(done.code, 3, "{done:?}");
        assert!(done.stderr.contains("mailgrant connect verticalresponse --account main"), "{done:?}");
        assert_eq!(rig.token_requests(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_callback_of_one_provider_is_none_of_the_other() {
    let rig = Rig::new().await;
    connected(&rig, 1);
    let login = Login::start(rig.connect(&["--account", "other"]));
    let getresponse = callback(&login.url);
    login.kill();
    // The login that waits says whose code it is, and it goes there.
    let sent = rig.token_requests();
    let mut login = Login::start(connect(&rig, 2, &["--account", "third"]));
    assert_eq!(get(&getresponse).status, 200);
    login.hear("`other` is connected");
    assert_eq!(rig.token_requests(), sent + 1);
    assert!(rig.emulator.last_token_request().unwrap().path_and_query.starts_with("/v3/token"));
    assert_eq!(get(&callback(&login.url)).status, 200);
    assert_eq!(login.end().code, 0);
    assert_eq!(rig.run(["call", "other", "GET", "/accounts"]).code, 0);
}
