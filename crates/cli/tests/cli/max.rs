//! MAX: a panel domain, a region, a parent login.

use mailgrant_emulator::App;

use crate::rig::{Done, Login, Rig, SECRET, callback, get};

const DOMAIN: &str = "panel.getresponse360.pl";

/// A `connect` of an app in MAX.
fn connect(rig: &Rig, args: &[&str]) -> std::process::Command {
    let mut command = rig.reconnect(&["--client-id", "max-app"]);
    command.args(rig.endpoints()).args(["--max-domain", DOMAIN, "--max-region", "pl"]).args(args);
    command.env("MAILGRANT_CLIENT_SECRET", SECRET);
    command
}

async fn rig() -> Rig {
    let rig = Rig::new().await;
    rig.emulator.add_app(App::new("max-app", SECRET).redirect_uri(&rig.redirect).max(DOMAIN));
    rig
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn every_request_names_the_panel_domain() {
    let rig = rig().await;
    let login = Login::start(connect(&rig, &["--redirect-uri", &rig.redirect, "--parent-login", "p@a.example"]));
    assert_eq!(get(&callback(&login.url)).status, 200);
    let done = login.end();
    assert_eq!(done.code, 0, "{done:?}");
    for command in [&["token", "main"][..], &["refresh", "main"], &["call", "main", "GET", "/accounts"]] {
        let done = rig.run(command);
        assert_eq!(done.code, 0, "{command:?}: {done:?}");
    }
    let posted = rig.run(["call", "main", "POST", "/contacts", "--data", "{}"]);
    assert_eq!(posted.code, 0, "{posted:?}");
    let (asked, called) = (rig.emulator.last_token_request().unwrap(), rig.emulator.last_api_request().unwrap());
    assert_eq!((asked.header("x-domain"), called.header("x-domain")), (Some(DOMAIN), Some(DOMAIN)));
    assert_eq!((asked.header("x-parent-login"), called.header("x-parent-login")), (None, Some("p@a.example")));
    let types: Vec<_> = called.headers.iter().filter(|(name, _)| name == "content-type").collect();
    assert!(types.len() == 1 && types[0].1 == "application/json;charset=utf-8", "{types:?}");
    assert_eq!(rig.emulator.counters().header_refusals, 0);
    // All of it is remembered.
    let login = Login::start(rig.reconnect(&[]));
    assert_eq!(get(&callback(&login.url)).status, 200);
    assert_eq!(login.end().code, 0);
    assert_eq!(rig.run(["call", "main", "GET", "/accounts"]).code, 0);
    assert_eq!(rig.emulator.last_api_request().unwrap().header("x-parent-login"), Some("p@a.example"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_app_s_own_account_is_there_too() {
    let rig = rig().await;
    let done: Done = connect(&rig, &["--grant", "client-credentials"]).output().unwrap().into();
    assert_eq!(done.code, 0, "{done:?}");
    let token = rig.token();
    assert_eq!(rig.run(["call", "main", "GET", "/accounts"]).code, 0);
    let adopt = ["panel", "--max-domain", DOMAIN, "--max-region", "pl"];
    assert_eq!(rig.adopt(&adopt, &token).code, 0);
    assert_eq!(rig.run(["call", "panel", "GET", "/accounts"]).code, 0);
    let given_up = rig.run(["disconnect", "panel"]);
    assert!(given_up.stderr.contains(&format!("https://{DOMAIN}")), "{given_up:?}");
    // The same token without its environment is none.
    assert_eq!(rig.adopt(&["retail"], &token).code, 0);
    assert_ne!(rig.run(["call", "retail", "GET", "/accounts"]).code, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn retail_and_max_share_no_secret() {
    let rig = rig().await;
    assert_eq!(connect(&rig, &["--grant", "client-credentials"]).output().unwrap().status.code(), Some(0));
    let elsewhere =
        rig.reconnect(&["--max-domain", "other.getresponse360.com", "--max-region", "com"]).output().unwrap();
    assert_eq!(elsewhere.status.code(), Some(5));
    let said = String::from_utf8(elsewhere.stderr).unwrap();
    assert!(said.contains("client secret is needed") && said.contains("other.getresponse360.com"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_panel_domain_is_a_bare_host_name() {
    let rig = Rig::new().await;
    for (args, code) in [
        (&["--max-domain", "https://a.example", "--max-region", "com"][..], 5),
        (&["--max-domain", "www.a.example", "--max-region", "pl"], 5),
        (&["--max-domain", "10.0.0.1", "--max-region", "pl"], 5),
        (&["--parent-login", "a\nb"], 5),
        (&["--max-domain", "a.example"], 2),
        (&["--max-region", "com"], 2),
        (&["--max-domain", "a.example", "--max-region", "eu"], 2),
    ] {
        let done: Done = rig.connect(args).output().unwrap().into();
        assert_eq!((done.code, &*done.stdout), (code, ""), "{args:?}: {done:?}");
        let done = rig.adopt(&[&["main"], args].concat(), "token");
        assert_eq!(done.code, code, "{args:?}: {done:?}");
    }
    let done = rig.adopt(&["main", "--max-domain", "www.a.example", "--max-region", "pl"], "token");
    assert!(done.stderr.contains("panel_domain_invalid"), "{done:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_emulator_plays_max() {
    let rig = Rig::new().await;
    let secret = rig.write("secret", SECRET);
    let args = ["emulate", "--client-id", "m", "--client-secret-file", &secret, "--max"];
    let mut emulator = Login::start(rig.command(args.into_iter().chain([DOMAIN])));
    emulator.hear(&format!("--max-domain {DOMAIN} --max-region com"));
    let refused = rig.run(args.into_iter().chain(["www.a.example"]));
    assert_eq!(refused.code, 2, "{refused:?}");
}
