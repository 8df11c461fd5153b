//! The grant that sends a token through the browser.

use std::time::Duration;

use mailgrant_emulator::{App, Consent, Emulator, Fault, ImplicitOrder, RedirectUri, Target, Times};

use crate::rig::{Answer, CALLBACK, FORM, Rig, form, parameter};

async fn ask(rig: &Rig, parameters: &[(&str, &str)]) -> Answer {
    let fixed = [("response_type", "token"), ("client_id", "app")];
    rig.get(&format!("/oauth2_authorize.html?{}", form(&[&fixed, parameters].concat()))).await
}

fn fragment(answer: &Answer) -> &str {
    assert_eq!(answer.status, 302, "{}", answer.body);
    answer.header("location").unwrap().strip_prefix(CALLBACK).unwrap().strip_prefix('#').unwrap()
}

const TO: (&str, &str) = ("redirect_uri", CALLBACK);
const STATE: (&str, &str) = ("state", "a b&c");

#[tokio::test]
async fn a_token_comes_in_the_fragment() {
    let rig = Rig::new().await;
    let answer = ask(&rig, &[TO, STATE, ("login_hint", "me@example.com")]).await;
    let access = parameter(&answer.callback(), "access_token").unwrap();
    assert_eq!(access.len(), 40);
    let documented = format!("access_token={access}&state=a+b%26c&token_type=bearer&expires_in=3600");
    assert_eq!(fragment(&answer), documented);
    assert_eq!(answer.header("cache-control"), Some("no-store"));

    let account = rig.api("/v3/accounts", &access).await;
    assert_eq!(account.json()["email"], "me@example.com");
    let counters = rig.emulator.counters();
    assert_eq!((counters.authorizations, counters.consents, counters.implicit_grants), (1, 1, 1));
    assert_eq!((counters.token_requests, counters.exchanges), (0, 0));

    rig.emulator.advance(Duration::from_secs(3600));
    let expired = rig.api("/v3/accounts", &access).await;
    assert_eq!((expired.status, &expired.json()["context"]["sentToken"]), (401, &access.into()));
}

#[tokio::test]
async fn the_fragment_may_be_that_of_the_reference_server() {
    let rig = Rig::with(|settings| {
        settings.implicit_order = ImplicitOrder::Bshaffer;
        settings.access_lifetime = 5;
    })
    .await;
    let answer = ask(&rig, &[TO, STATE]).await;
    let access = parameter(&answer.callback(), "access_token").unwrap();
    let expected = format!("access_token={access}&expires_in=5&token_type=Bearer&state=a+b%26c");
    assert_eq!(fragment(&answer), expected);
}

#[tokio::test]
async fn a_fragment_without_state_has_none() {
    let rig = Rig::with(|settings| settings.set("implicit_order", "documented").unwrap()).await;
    assert!(!fragment(&ask(&rig, &[TO]).await).contains("state"));
    rig.emulator.settings(|settings| settings.state_returned = false);
    assert!(!fragment(&ask(&rig, &[TO, STATE]).await).contains("state"));
    rig.emulator.settings(|settings| settings.state_returned = true);
    rig.emulator.fault(Fault::WrongState, Target::Authorize, Times::Next(1));
    let wrong = parameter(&ask(&rig, &[TO, STATE]).await.callback(), "state");
    assert!(wrong.is_some_and(|state| state != STATE.1));
}

#[tokio::test]
async fn the_redirect_uri_is_required() {
    let rig = Rig::new().await;
    for uri in [RedirectUri::Optional, RedirectUri::Ignored, RedirectUri::Refused] {
        rig.emulator.settings(|settings| settings.redirect_uri = uri);
        for missing in [&[][..], &[("redirect_uri", "")], &[("redirect_uri", "http://127.0.0.1:2/")]] {
            let refused = ask(&rig, missing).await;
            assert_eq!((refused.status, refused.error().as_str()), (400, "redirect_uri_mismatch"));
        }
        fragment(&ask(&rig, &[TO]).await);
    }
    let counters = rig.emulator.counters();
    assert_eq!((counters.authorizations, counters.implicit_grants), (3, 3));
}

#[tokio::test]
async fn a_query_stays_before_the_fragment() {
    let uri = format!("{CALLBACK}?a=1");
    let app = App::new("app", "secret").redirect_uri(&uri);
    let rig = Rig { emulator: Emulator::builder().app(app).start().await.unwrap() };
    let answer = ask(&rig, &[("redirect_uri", &uri)]).await;
    let location = answer.header("location").unwrap();
    assert!(location.starts_with(&format!("{uri}#access_token=")), "{location}");
}

#[tokio::test]
async fn bad_news_come_in_the_query_or_the_fragment() {
    let rig = Rig::with(|settings| settings.consent = Consent::Deny).await;
    let denied = "error=access_denied&error_description=The+user+denied+access+to+your+application&state=a+b%26c";
    let location = async || {
        let answer = ask(&rig, &[TO, STATE]).await;
        answer.header("location").unwrap().to_owned()
    };
    assert_eq!(location().await, format!("{CALLBACK}?{denied}"));
    rig.emulator.settings(|settings| settings.implicit_errors_in_fragment = true);
    assert_eq!(location().await, format!("{CALLBACK}#{denied}"));
    let scoped = ask(&rig, &[TO, ("scope", "all")]).await;
    assert!(fragment(&scoped).starts_with("error=invalid_scope&"));

    let code = rig.get(&crate::rig::authorize_path(&[])).await;
    assert!(code.header("location").unwrap().contains("?error=access_denied&"));
    let counters = rig.emulator.counters();
    assert_eq!((counters.denials, counters.consents, counters.implicit_grants), (3, 0, 0));
}

#[tokio::test]
async fn a_customer_is_asked() {
    let rig = Rig::with(|settings| settings.consent = Consent::Ask).await;
    for (decision, name) in [("allow", "access_token"), ("deny", "error")] {
        let page = ask(&rig, &[TO, STATE]).await;
        assert_eq!(page.status, 200);
        let (_, rest) = page.body.split_once("name=\"request\" value=\"").unwrap();
        let id = rest.split('"').next().unwrap();
        let body = form(&[("request", id), ("account", "me@example.com"), ("decision", decision)]);
        let answer = rig.send("POST", "/oauth2_authorize.html", &[FORM], &body).await.unwrap();
        let callback = answer.callback();
        assert!(parameter(&callback, name).is_some());
        assert_eq!(parameter(&callback, "state").as_deref(), Some(STATE.1));
    }
    assert_eq!(rig.emulator.counters().implicit_grants, 1);
}
