//! The environments of MAX, each behind its own `X-Domain`.

use mailgrant_emulator::{App, Emulator, Errors};

use crate::rig::{Answer, CALLBACK, FORM, Rig, basic, form, parameter};

const PANEL: &str = "custom-domain.getresponse360.com";
const OTHER: &str = "another.getresponse360.pl";
const MALFORMED: [&str; 7] = [
    "https://custom-domain.getresponse360.com",
    "custom-domain.getresponse360.com:443",
    "www.custom-domain.getresponse360.com",
    "Custom-Domain.getresponse360.com",
    "192.0.2.4",
    "localhost",
    "custom-domain.getresponse360.com, custom-domain.getresponse360.com",
];
const OWN: (&str, &str) = ("grant_type", "client_credentials");

/// A MAX app named `max` beside the retail app `app`.
async fn rig() -> Rig {
    let emulator = Emulator::builder()
        .app(App::new("app", "secret").redirect_uri(CALLBACK))
        .app(App::new("max", "secret").redirect_uri(CALLBACK).max(PANEL))
        .start()
        .await;
    Rig { emulator: emulator.unwrap() }
}

async fn token(rig: &Rig, app: &str, domains: &[&str], fields: &[(&str, &str)]) -> Answer {
    let basic = basic(&format!("{app}:secret"));
    let mut headers = vec![("Authorization", basic.as_str()), FORM];
    headers.extend(domains.iter().map(|domain| ("X-Domain", *domain)));
    rig.send("POST", "/v3/token", &headers, &form(fields)).await.unwrap()
}

async fn api(rig: &Rig, access: &str, more: &[(&str, &str)]) -> Answer {
    let bearer = format!("Bearer {access}");
    let headers = [&[("Authorization", bearer.as_str())], more].concat();
    rig.send("GET", "/v3/accounts", &headers, "").await.unwrap()
}

fn refusal(answer: &Answer) -> (u16, u64) {
    let json = answer.json();
    assert_eq!(json["httpStatus"], answer.status);
    assert!(json["message"].is_string() && json["context"].is_object());
    (answer.status, json["code"].as_u64().unwrap())
}

#[tokio::test]
async fn every_grant_works_with_the_domain() {
    let rig = rig().await;
    let path = |kind: &str| {
        let query = form(&[("response_type", kind), ("client_id", "max"), ("redirect_uri", CALLBACK)]);
        format!("/oauth2_authorize.html?{query}")
    };
    let code = parameter(&rig.get(&path("code")).await.callback(), "code").unwrap();
    let fields = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)];
    let first = token(&rig, "max", &[PANEL], &fields).await.tokens();
    let fields = [("grant_type", "refresh_token"), ("refresh_token", first.refresh())];
    let second = token(&rig, "max", &[PANEL], &fields).await.tokens();
    let own = token(&rig, "max", &[PANEL], &[OWN]).await.tokens();
    let implicit = parameter(&rig.get(&path("token")).await.callback(), "access_token").unwrap();

    for access in [&first.access, &second.access, &own.access, &implicit] {
        assert_eq!(api(&rig, access, &[("X-Domain", PANEL)]).await.status, 200);
        assert_eq!(refusal(&api(&rig, access, &[]).await), (400, 1021));
    }
    assert_eq!(rig.emulator.counters().header_refusals, 4);
}

#[tokio::test]
async fn a_wrong_domain_is_refused_at_the_token_endpoint() {
    let rig = rig().await;
    for errors in [Errors::Rfc6749, Errors::Envelope] {
        rig.emulator.settings(|settings| settings.errors = errors);
        assert_eq!(refusal(&token(&rig, "max", &[], &[OWN]).await), (400, 1021));
        assert_eq!(refusal(&token(&rig, "max", &[""], &[OWN]).await), (400, 1021));
        assert_eq!(refusal(&token(&rig, "max", &[PANEL, PANEL], &[OWN]).await), (400, 1021));
        assert_eq!(refusal(&token(&rig, "max", &[OTHER], &[OWN]).await), (404, 1024));
    }
    for domain in MALFORMED {
        assert_eq!(refusal(&token(&rig, "max", &[domain], &[OWN]).await), (400, 1021), "{domain}");
    }
    let counters = rig.emulator.counters();
    assert_eq!((counters.refusals, counters.header_refusals), (15, 15));
    assert_eq!(counters.client_credentials, 0);
}

#[tokio::test]
async fn a_refused_domain_spends_nothing() {
    let rig = rig().await;
    let path = "/oauth2_authorize.html?response_type=code&client_id=max";
    let code = parameter(&rig.get(path).await.callback(), "code").unwrap();
    let fields = [("grant_type", "authorization_code"), ("code", code.as_str())];
    assert_eq!(refusal(&token(&rig, "max", &[], &fields).await), (400, 1021));
    let tokens = token(&rig, "max", &[PANEL], &fields).await.tokens();
    let fields = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh())];
    assert_eq!(refusal(&token(&rig, "max", &[OTHER], &fields).await), (404, 1024));
    token(&rig, "max", &[PANEL], &fields).await.tokens();
}

#[tokio::test]
async fn a_wrong_domain_is_refused_at_the_api() {
    let rig = rig().await;
    let access = token(&rig, "max", &[PANEL], &[OWN]).await.tokens().access;
    for domain in MALFORMED {
        assert_eq!(refusal(&api(&rig, &access, &[("X-Domain", domain)]).await), (400, 1021), "{domain}");
    }
    assert_eq!(refusal(&api(&rig, &access, &[("X-Domain", OTHER)]).await), (404, 1024));
    // Who calls comes first: a token that nobody issued belongs to no environment.
    assert_eq!(refusal(&api(&rig, "nonsense", &[("X-Domain", OTHER)]).await), (401, 1014));
    let counters = rig.emulator.counters();
    assert_eq!((counters.header_refusals, counters.api_rejections), (8, 1));
}

#[tokio::test]
async fn retail_stays_retail() {
    let rig = rig().await;
    let access = token(&rig, "app", &[PANEL], &[OWN]).await.tokens().access;
    token(&rig, "app", &["https://nonsense"], &[OWN]).await.tokens();
    assert_eq!(api(&rig, &access, &[]).await.status, 200);
    assert_eq!(api(&rig, &access, &[("X-Domain", "")]).await.status, 200);
    assert_eq!(refusal(&api(&rig, &access, &[("X-Domain", PANEL)]).await), (404, 1024));
    assert_eq!(refusal(&api(&rig, &access, &[("X-Domain", "www.a.com")]).await), (400, 1021));

    let refresh = rig.connect().await.refresh.unwrap();
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    assert_eq!(token(&rig, "max", &[PANEL], &fields).await.error(), "invalid_grant");
}

#[tokio::test]
async fn a_parent_login_is_seen_in_the_account() {
    let rig = rig().await;
    let retail = token(&rig, "app", &[], &[OWN]).await.tokens().access;
    let max = token(&rig, "max", &[PANEL], &[OWN]).await.tokens().access;
    let parent = ("X-Parent-Login", "parent@example.com");
    let own = api(&rig, &retail, &[]).await.json();
    let limited = api(&rig, &retail, &[parent]).await.json();
    assert_eq!(limited["email"], "parent@example.com");
    assert_ne!(limited["accountId"], own["accountId"]);
    assert_eq!(api(&rig, &max, &[("X-Domain", PANEL), parent]).await.json(), limited);

    for wrong in ["", "a\tb", "ä@example.com"] {
        assert_eq!(refusal(&api(&rig, &retail, &[("X-Parent-Login", wrong)]).await), (400, 1021), "{wrong}");
    }
    assert_eq!(refusal(&api(&rig, &retail, &[parent, parent]).await), (400, 1021));
}

#[tokio::test]
async fn max_apps_can_be_registered_from_outside() {
    let rig = Rig::new().await;
    let app = |domain: &str| format!(r#"{{"client_id":"late","client_secret":"secret","max":"{domain}"}}"#);
    let wrong = rig.control("POST", "apps", &app("https://a.example.com")).await;
    assert_eq!((wrong.status, wrong.error().as_str()), (400, "`https://a.example.com` is no panel domain"));
    assert_eq!(rig.control("POST", "apps", &app(PANEL)).await.status, 200);
    assert_eq!(refusal(&token(&rig, "late", &[], &[OWN]).await), (400, 1021));
    token(&rig, "late", &[PANEL], &[OWN]).await.tokens();
}

#[test]
#[should_panic(expected = "`www.example.com` is no panel domain")]
fn a_domain_that_nobody_can_name_is_a_mistake() {
    assert!(App::is_panel_domain(PANEL) && !App::is_panel_domain("www.example.com"));
    let _ = App::new("max", "secret").max("www.example.com");
}
