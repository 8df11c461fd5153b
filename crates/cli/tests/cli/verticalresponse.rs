//! Accounts of VerticalResponse, of both generations, from their login on.

use std::process::Stdio;

use mailgrant_emulator::{Admission, App, Extras, Pkce};

use crate::{
    rig::{ID, Login, Rig, SECRET, callback, get, parameter},
    vertical::{connect, connected, endpoints, finish, reconnect},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_account_of_the_first_generation_is_connected_and_used() {
    let rig = Rig::new().await;
    let done = connected(&rig, 1);
    assert!(done.stderr.contains("`main` is connected. Try `mailgrant call main GET /contacts`"), "{done:?}");
    assert!(!done.stderr.contains("documents do not mention"), "{done:?}");
    let asked = rig.emulator.last_token_request().unwrap();
    assert_eq!(asked.method, "GET", "the documented exchange");
    let redirect = asked.parameter("redirect_uri").unwrap();
    assert!(redirect.starts_with(&format!("{}?state=", rig.redirect)), "{redirect}");
    assert_eq!((asked.parameter("grant_type"), asked.form.len()), (None, 0), "{asked:?}");

    let token = rig.token();
    assert_eq!(rig.token(), token);
    let called = rig.run(["call", "main", "GET", "/contacts"]);
    assert_eq!(called.code, 0, "{called:?}");
    assert!(called.stdout.contains("items"), "{called:?}");
    for path in ["https://evil.example/x", "//evil.example/x", "/../x"] {
        assert_eq!(rig.run(["call", "main", "GET", path]).code, 2, "{path}");
    }
    assert_eq!(rig.emulator.counters().tokens_in_query, 0);

    let listed = rig.listed();
    assert_eq!((&listed["provider"], &listed["environment"]), (&"verticalresponse".into(), &"custom".into()));
    assert_eq!((&listed["generation"], &listed["never_expires"]), (&1.into(), &true.into()));
    assert!(listed["expires_in"].is_null() && listed["state"] == "active", "{listed}");
    let table = rig.run(["accounts"]).stdout;
    assert!(table.contains("verticalresponse  custom, generation 1  authorization_code  active  never"), "{table}");

    let refreshed = rig.run(["refresh", "main"]);
    assert_eq!(refreshed.code, 1, "{refreshed:?}");
    assert!(refreshed.stderr.contains("has no end, so that nothing is to be renewed"), "{refreshed:?}");
    assert_eq!((rig.token_requests(), rig.token()), (1, token), "nothing was asked for");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_account_of_the_second_generation_is_connected_used_renewed() {
    let rig = Rig::new().await;
    let login = Login::start(connect(&rig, 2, &[]));
    assert!(login.url.contains("response_type=code") && !login.url.contains("code_challenge"), "{}", login.url);
    assert!(!parameter(&login.url, "state").is_empty() && !parameter(&login.url, "redirect_uri").contains("state"));
    assert_eq!(get(&callback(&login.url)).status, 200);
    assert_eq!(login.end().code, 0);
    assert_eq!(rig.emulator.last_token_request().unwrap().method, "POST");
    let first = rig.token();
    assert_eq!(rig.run(["call", "main", "GET", "/contacts"]).code, 0);
    let refreshed = rig.run(["refresh", "main"]);
    assert_eq!(refreshed.code, 0, "{refreshed:?}");
    assert_ne!(rig.token(), first);
    let listed = rig.listed();
    assert_eq!((&listed["generation"], &listed["never_expires"]), (&2.into(), &false.into()));
    assert!(listed["expires_in"].as_u64().is_some_and(|left| left > 3000), "{listed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_expired_token_is_renewed_before_or_after_it_is_used() {
    // It is over at once: the clock of the binary is nobody's to move.
    let rig = Rig::with(|settings| settings.delegated.access_lifetime = 0).await;
    connected(&rig, 2);
    rig.emulator.settings(|settings| settings.delegated.access_lifetime = 3600);
    let first = rig.token();
    assert_eq!((rig.emulator.counters().refreshes, rig.token()), (1, first));
    // Here the API says that it is over.
    rig.emulator.advance(std::time::Duration::from_secs(3601));
    let called = rig.run(["call", "main", "GET", "/contacts"]);
    assert_eq!(called.code, 0, "{called:?}");
    assert_eq!(rig.emulator.counters().refreshes, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_given_is_remembered() {
    let rig = Rig::with(|settings| settings.delegated.pkce = Pkce::Honoured).await;
    finish(connect(&rig, 2, &["--pkce"]));
    let again = Login::start(reconnect(&rig, &[]));
    assert!(again.url.contains("code_challenge_method=S256"), "{}", again.url);
    assert_eq!(get(&callback(&again.url)).status, 200);
    assert_eq!(again.end().code, 0);
    // Another generation is another app: nothing of the server is remembered, nor its secret.
    let other = reconnect(&rig, &["--generation", "1", "--timeout", "0"]).output().unwrap();
    assert_eq!(other.status.code(), Some(5));
    let said = String::from_utf8(other.stderr).unwrap();
    assert!(said.contains("developer portal") && said.contains("client id is needed"), "{said}");
    finish(connect(&rig, 1, &[]));
    assert_eq!(rig.listed()["generation"], 1, "the account is the same");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_address_elsewhere_is_pasted() {
    let elsewhere = "https://app.example/admin.php?page=mail";
    for generation in [1, 2] {
        let rig = Rig::new().await;
        rig.emulator.add_app(App::new("web", SECRET).redirect_uri(elsewhere));
        let mut command = reconnect(&rig, &["--paste", "--client-id", "web", "--redirect-uri", elsewhere]);
        command.args(endpoints(&rig, generation)).args(["--generation", &generation.to_string()]);
        command.env("MAILGRANT_CLIENT_SECRET", SECRET).stdin(Stdio::piped());
        let mut login = Login::start(command);
        let pasted = callback(&login.url);
        assert!(pasted.starts_with(&format!("{elsewhere}&")) && pasted.contains("state="), "{pasted}");
        login.paste(&pasted);
        let done = login.end();
        assert_eq!(done.code, 0, "{done:?}");
        assert!(!done.stderr.contains(parameter(&pasted, "code")), "{done:?}");
        assert_eq!(rig.run(["call", "main", "GET", "/lists"]).code, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_code_is_exchanged_by_post_if_that_is_asked_for() {
    let rig = Rig::with(|settings| settings.verticalresponse.post_exchange = Admission::Accepted).await;
    finish(connect(&rig, 1, &["--post-exchange"]));
    let asked = rig.emulator.last_token_request().unwrap();
    assert_eq!((&*asked.method, asked.parameter("client_secret")), ("POST", None));
    assert!(asked.field("client_secret").is_some() && asked.field("redirect_uri").is_some(), "{asked:?}");
    finish(reconnect(&rig, &[]));
    assert_eq!(rig.emulator.last_token_request().unwrap().method, "POST", "it is remembered");
    finish(reconnect(&rig, &["--post-exchange=false"]));
    assert_eq!(rig.emulator.last_token_request().unwrap().method, "GET");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_post_that_is_refused_is_not_repeated_by_get() {
    let rig = Rig::new().await;
    let login = Login::start(connect(&rig, 1, &["--post-exchange"]));
    assert_eq!(get(&callback(&login.url)).status, 400);
    let done = login.end();
    assert_ne!(done.code, 0, "{done:?}");
    assert_eq!((rig.token_requests(), rig.emulator.last_token_request().unwrap().method), (1, "POST".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_the_documents_do_not_mention_is_kept_and_said() {
    for (extras, said, never) in [
        (Extras::ExpiresIn, Some("it is kept: expires_in."), false),
        (Extras::RefreshToken, Some("it is kept: expires_in, refresh_token."), false),
        (Extras::Nulls, None, true),
        (Extras::ExpiresInZero, None, true),
    ] {
        let rig = Rig::with(|settings| settings.verticalresponse.extras = extras).await;
        let done = connected(&rig, 1);
        let lines = done.stderr.matches("documents do not mention").count();
        assert_eq!(lines, usize::from(said.is_some()), "{extras:?}: {done:?}");
        assert!(said.is_none_or(|said| done.stderr.contains(said)), "{extras:?}: {done:?}");
        assert_eq!(rig.listed()["never_expires"], never, "{extras:?}");
        let refreshed = rig.run(["refresh", "main"]);
        assert_eq!(refreshed.code, if never { 1 } else { 3 }, "{extras:?}: {refreshed:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn without_id_or_secret_it_says_where_they_are() {
    let rig = Rig::new().await;
    for (generation, place) in [("1", "developer portal"), ("2", "of the type Delegated app")] {
        for args in [&[][..], &["--client-id", ID]] {
            let done = reconnect(&rig, args).args(["--generation", generation, "--timeout", "0"]).output().unwrap();
            assert_eq!(done.status.code(), Some(5));
            let said = String::from_utf8(done.stderr).unwrap();
            assert!(said.contains(place) && said.contains("is needed: give"), "{said}");
            assert!(said.contains("must be http://127.0.0.1:8765/callback"), "{said}");
            assert!(!said.contains("getresponse"), "{said}");
        }
    }
}
