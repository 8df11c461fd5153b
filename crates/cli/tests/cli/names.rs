//! One name is one account, whoever its provider is; an option is refused where it is not offered.

use crate::{
    rig::{Done, Login, Rig, SECRET, callback, get, holds, parameter},
    vertical::{connect, connected, endpoints, finish, reconnect, refused},
};

fn output(mut command: std::process::Command) -> Done {
    command.args(["--timeout", "0"]).output().unwrap().into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn accounts_of_both_providers_stand_side_by_side() {
    let rig = Rig::new().await;
    rig.connected();
    finish(connect(&rig, 1, &["--account", "first"]));
    finish(connect(&rig, 2, &["--account", "second"]));
    for (name, path) in [("main", "/accounts"), ("first", "/contacts"), ("second", "/contacts")] {
        assert_eq!(rig.run(["token", name]).code, 0, "{name}");
        assert_eq!(rig.run(["call", name, "GET", path]).code, 0, "{name}");
    }
    let listed: serde_json::Value = serde_json::from_str(&rig.run(["accounts", "--json"]).stdout).unwrap();
    let told: Vec<_> = listed.as_array().unwrap().iter().map(|line| (&line["name"], &line["provider"])).collect();
    let expected = [("first", "verticalresponse"), ("main", "getresponse"), ("second", "verticalresponse")];
    assert_eq!(told, expected.each_ref().map(|(a, b)| ((*a).into(), (*b).into())).each_ref().map(|(a, b)| (a, b)));
    assert!(listed[1]["generation"].is_null() && listed[1]["never_expires"] == false, "{listed}");
    assert_eq!(rig.run(["disconnect", "first"]).code, 0);
    for name in ["main", "second"] {
        assert_eq!(rig.run(["refresh", name]).code, 0, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_name_is_one_account_s() {
    let rig = Rig::new().await;
    rig.connected();
    let token = rig.token();
    let done = output(connect(&rig, 1, &[]));
    assert_eq!((done.code, &*done.stdout), (2, ""), "{done:?}");
    assert!(done.stderr.contains("`main` is an account of GetResponse's here"), "{done:?}");
    assert!(done.stderr.contains("--account") && done.stderr.contains("mailgrant disconnect main"), "{done:?}");
    assert_eq!(rig.token(), token);

    assert_eq!(rig.run(["disconnect", "main"]).code, 0);
    connected(&rig, 2);
    for (done, provider) in
        [(output(rig.connect(&[])), "VerticalResponse"), (rig.adopt(&["main"], "some-token"), "VerticalResponse")]
    {
        assert_eq!(done.code, 2, "{done:?}");
        assert!(done.stderr.contains(&format!("`main` is an account of {provider}'s here")), "{done:?}");
    }
    let listed = rig.run(["accounts", "--json"]).stdout;
    assert_eq!(listed.matches("\"name\"").count(), 1, "whoever went by the name before is gone: {listed}");
    assert_eq!(rig.run(["disconnect", "main"]).code, 0);
    assert_eq!(rig.emulator.counters().revocations, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_login_on_its_way_holds_its_name() {
    let rig = Rig::new().await;
    Login::start(connect(&rig, 1, &[])).kill();
    let done = output(rig.connect(&[]));
    assert_eq!(done.code, 2, "{done:?}");
    assert!(done.stderr.contains("`main` is an account of VerticalResponse's here"), "{done:?}");
    let given_up = rig.run(["disconnect", "main"]);
    assert!(given_up.code == 0 && given_up.stderr.contains("was never connected"), "{given_up:?}");
    rig.connected();
    assert_eq!(rig.listed()["provider"], "getresponse");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_login_that_comes_back_to_a_name_that_was_taken_is_given_up() {
    let rig = Rig::new().await;
    let login = Login::start(connect(&rig, 2, &[]));
    let late = callback(&login.url);
    login.kill();
    assert_eq!(rig.run(["disconnect", "main"]).code, 0);
    rig.connected();
    let token = rig.token();
    let mut login = Login::start(connect(&rig, 2, &["--account", "other"]));
    let page = get(&late);
    assert!(page.status == 400 && page.body.contains("[name_taken]"), "{page:?}");
    login.hear("name_taken");
    assert_eq!((rig.token(), rig.emulator.counters().revocations), (token, 1), "it was given back, too");
    let listed = rig.listed();
    assert_eq!((&listed["name"], &listed["provider"]), (&"main".into(), &"getresponse".into()));
    assert_eq!(get(&callback(&login.url)).status, 200);
    assert_eq!(login.end().code, 0);
    assert_eq!(rig.run(["accounts", "--json"]).stdout.matches("\"name\"").count(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_grant_that_is_owed_holds_its_name() {
    let rig = Rig::with(|settings| settings.delegated.revoke = mailgrant_emulator::Revoke::Error).await;
    connected(&rig, 2);
    assert_eq!(rig.run(["disconnect", "main"]).code, 4);
    let done = output(rig.connect(&[]));
    assert_eq!(done.code, 2, "{done:?}");
    assert_eq!(rig.run(["disconnect", "main", "--forget"]).code, 0);
    rig.connected();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_option_is_refused_where_it_is_not_offered() {
    let rig = Rig::new().await;
    let max = ["--max-domain", "a.getresponse360.com", "--max-region", "com"];
    for (generation, args, option) in [
        (1, &max[..], "--max-domain"),
        (2, &["--parent-login", "p@a.example"], "--parent-login"),
        (1, &["--json-body"], "--json-body"),
        (2, &["--grant", "client-credentials"], "--grant client-credentials"),
        (1, &["--grant", "implicit"], "--grant implicit"),
        (2, &["--send-redirect-uri=false"], "--send-redirect-uri=false"),
        (1, &["--pkce"], "--pkce"),
        (2, &["--binding", "state"], "--binding"),
        (2, &["--post-exchange"], "--post-exchange"),
    ] {
        let said = refused(&rig, connect(&rig, generation, args));
        assert!(said.contains(&format!("{option} is offered with `connect ")), "{said}");
        assert!(said.contains(&format!(", not with `connect verticalresponse --generation {generation}`")), "{said}");
    }
    let mut first = reconnect(&rig, &["--revoke-url", "https://a.example/r"]);
    first.args(endpoints(&rig, 1));
    assert!(refused(&rig, first).contains("--revoke-url is offered with `connect verticalresponse --generation 2`"));
    for (args, place) in [
        (&["--generation", "1"][..], "`connect verticalresponse`"),
        (&["--binding", "browser-only"], "`connect verticalresponse --generation 1`"),
        (&["--post-exchange=false"], "`connect verticalresponse --generation 1`"),
        (&["--revoke-url", "https://a.example/r"], "`connect verticalresponse --generation 2`"),
    ] {
        let said = refused(&rig, rig.connect(args));
        let sentence = format!(
            "{} is offered with {place}, not with `connect getresponse`: leave it out",
            args[0].split('=').next().unwrap()
        );
        assert!(said.contains(&sentence), "{said}");
    }
    for args in [&["--generation", "3"][..], &["--binding", "cookie"]] {
        refused(&rig, reconnect(&rig, args));
    }
    refused(&rig, reconnect(&rig, &["--generation", "2", "--revoke-url", "https://a.example/r"]));
    assert_eq!(rig.run(["accounts", "--json"]).stdout.trim(), "[]");
    // What is remembered counts too, and what only says how it is anyway is no mistake.
    finish(connect(&rig, 2, &["--grant", "authorization-code", "--send-redirect-uri"]));
    let done = output(reconnect(&rig, &["--binding", "state"]));
    assert!(done.code == 2 && done.stderr.contains("--generation 1`, not with"), "{done:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nothing_secret_is_said_or_stored() {
    let rig = Rig::new().await;
    for (generation, name) in [(1, "first"), (2, "second")] {
        let mut command = connect(&rig, generation, &["--account", name]);
        command.env("RUST_LOG", "trace").env("RUST_BACKTRACE", "1");
        let login = Login::start(command);
        let back = callback(&login.url);
        let (code, state) = (parameter(&back, "code").to_owned(), parameter(&back, "state").to_owned());
        assert!(!holds(&rig.stored_bytes(), &state), "a login on its way is sealed as well");
        assert_eq!(get(&back).status, 200);
        let done = login.end();
        let token = rig.run(["token", name]).stdout.trim_end().to_owned();
        let bytes = rig.stored_bytes();
        assert!(holds(&bytes, "verticalresponse"), "these are the right bytes");
        for secret in [SECRET, &token, &code, &state] {
            assert!(!holds(&bytes, secret) && !done.stderr.contains(secret), "{secret}: {done:?}");
        }
        let called = rig.run(["call", name, "GET", "/contacts"]);
        assert!(!called.stderr.contains(&token) && !called.stdout.contains(&token), "{called:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_exchange_that_nobody_answers_says_nothing_of_its_address() {
    let rig = Rig::new().await;
    let at = rig.emulator.verticalresponse();
    let silent = format!("http://127.0.0.1:{}/access_token", crate::rig::free_port());
    let mut command = reconnect(&rig, &["--client-id", crate::rig::ID, "--redirect-uri", &rig.redirect]);
    command.args(["--authorize-url", &at.authorize_url, "--token-url", &silent, "--api-url", &at.api_url]);
    command.env("MAILGRANT_CLIENT_SECRET", SECRET).env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full");
    let login = Login::start(command);
    let back = callback(&login.url);
    let (code, state) = (parameter(&back, "code").to_owned(), parameter(&back, "state").to_owned());
    let page = get(&back);
    assert_eq!(page.status, 400, "{page:?}");
    let done = login.end();
    assert_eq!(done.code, 4, "{done:?}");
    for secret in [SECRET, &code, &state, "client_secret"] {
        assert!(!done.stderr.contains(secret) && !page.body.contains(secret), "{secret}: {done:?}");
        assert!(secret == "client_secret" || !holds(&rig.stored_bytes(), secret), "{secret}");
    }
    assert_eq!(rig.listed()["state"], "pending");
}
