//! The consent pages of both generations.

use mailgrant_emulator::Consent;

use super::path;
use crate::rig::{Answer, CALLBACK, FORM, Rig, form, parameter};

async fn decide(rig: &Rig, address: &str, page: &Answer, decision: &str) -> Answer {
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let (_, rest) = page.body.split_once("name=\"request\" value=\"").unwrap();
    let id = rest.split('"').next().unwrap();
    let fields = [("request", id), ("account", "me@example.com"), ("decision", decision)];
    rig.send("POST", &path(rig, address), &[FORM], &form(&fields)).await.unwrap()
}

#[tokio::test]
async fn a_customer_may_allow() {
    let rig = Rig::with(|settings| settings.consent = Consent::Ask).await;
    let classic = rig.emulator.verticalresponse().authorize_url;
    let page = rig.classic_page(CALLBACK).await;
    assert!(page.body.contains("VerticalResponse emulator"));
    assert!(page.body.contains("action=\"/vr1/api/v1/oauth/authorize\""));
    let foreign = decide(&rig, &rig.emulator.authorize_url(), &page, "allow").await;
    assert_eq!(foreign.status, 400, "another provider knows nothing of it");
    let code = parameter(&decide(&rig, &classic, &page, "allow").await.callback(), "code").unwrap();
    let reply = rig.classic_exchange(&code).await.unwrap();
    let id = reply.json()["user_id"].as_str().unwrap().to_owned();
    let user = rig.classic_api(&format!("users/{id}"), &reply.tokens().access).await;
    assert_eq!(user.json()["attributes"]["email"], "me@example.com");
    assert_eq!(decide(&rig, &classic, &page, "allow").await.status, 400, "a page serves once");

    let page = rig.delegated_page(&[]).await;
    let delegated = rig.emulator.verticalresponse_delegated().authorize_url;
    let callback = decide(&rig, &delegated, &page, "allow").await.callback();
    assert_eq!(parameter(&callback, "state").as_deref(), Some("s"));
    rig.delegated_exchange(&parameter(&callback, "code").unwrap()).await.unwrap().tokens();
}

#[tokio::test]
async fn a_customer_may_deny() {
    let rig = Rig::with(|settings| settings.consent = Consent::Deny).await;
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    assert_eq!(rig.classic_page(CALLBACK).await.callback(), pairs(&[("error", "access_denied")]));
    let callback = rig.delegated_page(&[]).await.callback();
    assert_eq!(callback, pairs(&[("error", "access_denied"), ("state", "s")]));

    rig.emulator.settings(|settings| settings.set("verticalresponse.denial", "bare")).unwrap();
    assert_eq!(rig.classic_page(CALLBACK).await.header("location"), Some(CALLBACK));
    rig.emulator.settings(|settings| settings.set("verticalresponse.denial", "page")).unwrap();
    let stays = rig.classic_page(CALLBACK).await;
    assert_eq!((stays.status, stays.header("location")), (200, None));
    assert_eq!(rig.emulator.counters().denials, 4);
}

#[tokio::test]
async fn the_first_generation_tolerates_what_it_does_not_know() {
    let rig = Rig::new().await;
    let addresses = rig.emulator.verticalresponse();
    let parameters =
        [("client_id", "app"), ("redirect_uri", CALLBACK), ("response_type", "code"), ("state", "s"), ("x", "y")];
    let callback = rig.vr_page(&addresses, &parameters).await.callback();
    assert_eq!(parameter(&callback, "state"), None);
    rig.emulator.settings(|settings| settings.set("verticalresponse.state_returned", "true")).unwrap();
    let callback = rig.vr_page(&addresses, &parameters).await.callback();
    assert_eq!(parameter(&callback, "state").as_deref(), Some("s"));
    rig.emulator.settings(|settings| settings.set("verticalresponse.response_type", "refused")).unwrap();
    assert_eq!(rig.vr_page(&addresses, &parameters).await.status, 400);
    assert_eq!(rig.classic_page(CALLBACK).await.status, 302);
}

#[tokio::test]
async fn the_first_generation_checks_what_it_is_told_to_check() {
    let rig = Rig::new().await;
    let elsewhere = "http://127.0.0.1:2/";
    let with_query = format!("{CALLBACK}?nonce=1");
    let statuses = async |check: &str| {
        rig.emulator.settings(|settings| settings.set("verticalresponse.redirect_uri", check)).unwrap();
        let mut statuses = Vec::new();
        for uri in [CALLBACK, &with_query, elsewhere] {
            statuses.push(rig.classic_page(uri).await.status);
        }
        statuses
    };
    assert_eq!(statuses("none").await, [302, 302, 302]);
    assert_eq!(statuses("without_query").await, [302, 302, 400]);
    assert_eq!(statuses("exact").await, [302, 400, 400]);
    let addresses = rig.emulator.verticalresponse();
    let page = async |parameters: &[(&str, &str)]| rig.vr_page(&addresses, parameters).await.status;
    assert_eq!(page(&[("client_id", "app")]).await, 400);
    assert_eq!(page(&[("redirect_uri", CALLBACK)]).await, 400);
    assert_eq!(page(&[("client_id", "nobody"), ("redirect_uri", CALLBACK)]).await, 400);
    rig.emulator.settings(|settings| settings.any_client = true);
    assert_eq!(page(&[("client_id", "nobody"), ("redirect_uri", CALLBACK)]).await, 302);
    assert_eq!(page(&[("client_id", "nobody"), ("redirect_uri", "https://example.com/")]).await, 400);
    assert_eq!(rig.classic_page("http://127.0.0.1:1/#a").await.status, 400);
}

#[tokio::test]
async fn the_second_generation_wants_every_parameter() {
    let rig = Rig::new().await;
    let addresses = rig.emulator.verticalresponse_delegated();
    let whole = [("client_id", "app"), ("redirect_uri", CALLBACK), ("response_type", "code"), ("state", "s")];
    for missing in 0..whole.len() {
        let rest: Vec<_> = whole.iter().copied().enumerate().filter(|(at, _)| *at != missing).collect();
        let rest: Vec<_> = rest.into_iter().map(|(_, pair)| pair).collect();
        let answer = rig.vr_page(&addresses, &rest).await;
        if missing < 2 {
            assert_eq!((answer.status, answer.header("location")), (400, None));
        } else {
            assert_eq!(parameter(&answer.callback(), "error").as_deref(), Some("invalid_request"));
        }
    }
    let token = rig.delegated_page(&[("response_type", "token")]).await.callback();
    assert_eq!(parameter(&token, "error").as_deref(), Some("unsupported_response_type"));
    let slash = rig.delegated_page(&[("redirect_uri", &format!("{CALLBACK}/"))]).await;
    assert_eq!((slash.status, slash.header("content-type")), (400, Some("text/html; charset=utf-8")));
}
