//! The page where a customer decides.

use mailgrant_emulator::{App, Consent, Emulator, Fault, Target, Times};

use crate::rig::{Answer, CALLBACK, FORM, Rig, authorize_path, form, parameter};

async fn asked(rig: &Rig, parameters: &[(&str, &str)]) -> String {
    let page = rig.get(&authorize_path(parameters)).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'"));
    let (_, rest) = page.body.split_once("name=\"request\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

async fn decide(rig: &Rig, fields: &[(&str, &str)]) -> Answer {
    let body = form(fields);
    let sent = rig.send("POST", "/oauth2_authorize.html", &[FORM], &body).await;
    sent.unwrap()
}

#[tokio::test]
async fn a_customer_may_allow() {
    let rig = Rig::with(|settings| settings.consent = Consent::Ask).await;
    let id = asked(&rig, &[("state", "s")]).await;
    assert_eq!(rig.emulator.counters().consents, 0);
    let fields = [("request", id.as_str()), ("account", "me@example.com"), ("decision", "allow")];
    let callback = decide(&rig, &fields).await.callback();
    assert_eq!(parameter(&callback, "state").as_deref(), Some("s"));
    let code = parameter(&callback, "code").unwrap();
    let tokens = rig.exchange(&code).await.unwrap().tokens();
    let account = rig.api("/v3/accounts", &tokens.access).await;
    assert_eq!(account.json()["email"], "me@example.com");

    assert_eq!(decide(&rig, &fields).await.status, 400, "a page serves once");
}

#[tokio::test]
async fn a_customer_may_deny() {
    let rig = Rig::with(|settings| settings.consent = Consent::Ask).await;
    let id = asked(&rig, &[("state", "s")]).await;
    let callback = decide(&rig, &[("request", &id), ("decision", "deny")]).await;
    let callback = callback.callback();
    assert_eq!(parameter(&callback, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&callback, "state").as_deref(), Some("s"));
    assert_eq!(parameter(&callback, "code"), None);

    rig.emulator.settings(|settings| settings.consent = Consent::Deny);
    let callback = rig.authorize(&[]).await;
    assert_eq!(parameter(&callback, "error").as_deref(), Some("access_denied"));
    assert_eq!(rig.emulator.counters().denials, 2);
}

#[tokio::test]
async fn nobody_is_sent_to_an_unknown_place() {
    let rig = Rig::new().await;
    let page = async |query: &str| rig.get(&format!("/oauth2_authorize.html?{query}")).await;
    let stranger = page("response_type=code&client_id=stranger").await;
    assert_eq!((stranger.status, stranger.error().as_str()), (400, "invalid_client"));
    let elsewhere = page("response_type=code&client_id=app&redirect_uri=http%3A%2F%2F127.0.0.1%3A2%2F").await;
    assert_eq!(elsewhere.error(), "redirect_uri_mismatch");
    assert_eq!(rig.emulator.counters().authorizations, 0);

    let untyped = page("client_id=app&state=s").await.callback();
    assert_eq!(parameter(&untyped, "error").as_deref(), Some("invalid_request"));
    assert_eq!(parameter(&untyped, "state").as_deref(), Some("s"));
    let scoped = rig.authorize(&[("scope", "all")]).await;
    assert_eq!(parameter(&scoped, "error").as_deref(), Some("invalid_scope"));
    let empty = rig.authorize(&[("scope", "")]).await;
    assert!(parameter(&empty, "code").is_some());
}

#[tokio::test]
async fn of_several_redirect_uris_one_is_named() {
    let app = App::new("app", "secret").redirect_uri(format!("{CALLBACK}?a=1")).redirect_uri(CALLBACK);
    let emulator = Emulator::builder().app(app).start().await.unwrap();
    let rig = Rig { emulator };
    let unnamed = rig.get(&authorize_path(&[])).await;
    assert_eq!(unnamed.error(), "redirect_uri_mismatch");
    let named = format!("{CALLBACK}?a=1");
    let callback = rig.authorize(&[("redirect_uri", &named)]).await;
    assert_eq!(parameter(&callback, "a").as_deref(), Some("1"));
    assert!(parameter(&callback, "code").is_some());
}

#[tokio::test]
async fn a_state_may_be_lost_or_wrong() {
    let rig = Rig::with(|settings| settings.state_returned = false).await;
    assert_eq!(parameter(&rig.authorize(&[("state", "s")]).await, "state"), None);
    rig.emulator.settings(|settings| settings.state_returned = true);
    rig.emulator.fault(Fault::WrongState, Target::Authorize, Times::Next(1));
    let wrong = parameter(&rig.authorize(&[("state", "s")]).await, "state");
    assert!(wrong.is_some_and(|state| state != "s"));
    let right = parameter(&rig.authorize(&[("state", "s")]).await, "state");
    assert_eq!(right.as_deref(), Some("s"));
}
