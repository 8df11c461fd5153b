//! What each fault does, with what it leaves undone.

use std::time::Duration;

use mailgrant_emulator::{Fault, Target, Times};

use crate::rig::{Answer, Rig};

/// Refreshes under the fault; answers what came back with the number of committed refreshes.
async fn refreshed_under(rig: &Rig, fault: Fault) -> (Option<Answer>, u64) {
    let tokens = rig.connect().await;
    rig.emulator.fault(fault, Target::Token, Times::Next(1));
    let before = rig.emulator.counters();
    let answer = rig.refresh(tokens.refresh()).await;
    let after = rig.emulator.counters();
    assert_eq!(after.faults, before.faults + 1);
    let committed = after.refreshes - before.refreshes;
    // The books agree with the counter: a spent token is spent.
    let again = rig.refresh(tokens.refresh()).await.unwrap();
    assert_eq!(again.status == 200, committed == 0, "{fault}");
    (answer, committed)
}

#[tokio::test]
async fn dropped_connections_tell_nothing() {
    let rig = Rig::new().await;
    let (answer, committed) = refreshed_under(&rig, Fault::DropBeforeCommit).await;
    assert!(answer.is_none() && committed == 0);
    let (answer, committed) = refreshed_under(&rig, Fault::DropAfterCommit).await;
    assert!(answer.is_none() && committed == 1);
}

#[tokio::test]
async fn a_proxy_answers_in_html() {
    let rig = Rig::new().await;
    for (fault, expected) in [(Fault::Html502, 0), (Fault::Html502AfterCommit, 1)] {
        let (answer, committed) = refreshed_under(&rig, fault).await;
        let answer = answer.unwrap();
        assert_eq!((answer.status, committed), (502, expected));
        assert!(answer.body.starts_with("<html>"));
    }
}

#[tokio::test]
async fn a_rate_limit_says_when() {
    let rig = Rig::new().await;
    let (answer, committed) = refreshed_under(&rig, Fault::RateLimit).await;
    let answer = answer.unwrap();
    assert_eq!((answer.status, committed), (429, 0));
    assert_eq!(answer.header("retry-after"), Some("7"));
    assert_eq!(answer.json()["code"], 1015);
    assert_eq!(answer.json()["context"]["timeToReset"], "7 seconds");
}

#[tokio::test]
async fn a_body_breaks_off() {
    let rig = Rig::new().await;
    let (answer, committed) = refreshed_under(&rig, Fault::TruncatedBody).await;
    let answer = answer.unwrap();
    assert_eq!((answer.status, committed), (200, 1));
    assert!(!answer.whole && answer.body.starts_with("{\"access_token\""));
}

// Paused time runs ahead whenever nobody works, so waiting costs nothing here.
#[tokio::test(start_paused = true)]
async fn slow_answers_arrive_whole() {
    let rig = Rig::new().await;
    let before = tokio::time::Instant::now();
    let (answer, committed) = refreshed_under(&rig, Fault::SlowBody).await;
    let answer = answer.unwrap();
    assert_eq!((answer.status, answer.whole, committed), (200, true, 1));
    answer.tokens();
    assert!(before.elapsed() >= Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_delay_comes_after_the_commit() {
    let rig = Rig::new().await;
    let hour = Duration::from_secs(3600);
    let before = tokio::time::Instant::now();
    let (answer, committed) = refreshed_under(&rig, Fault::Delay(hour)).await;
    answer.unwrap().tokens();
    assert_eq!(committed, 1);
    assert!(before.elapsed() >= hour);
}

#[tokio::test]
async fn success_may_be_none() {
    let rig = Rig::new().await;
    let (answer, committed) = refreshed_under(&rig, Fault::Empty200).await;
    let answer = answer.unwrap();
    assert_eq!((answer.status, answer.body.as_str(), committed), (200, "", 1));
    let (answer, committed) = refreshed_under(&rig, Fault::ErrorIn200).await;
    let answer = answer.unwrap();
    assert_eq!((answer.status, committed), (200, 0));
    assert_eq!(answer.error(), "invalid_grant");
}

#[tokio::test]
async fn refusals_may_be_unjust() {
    let rig = Rig::new().await;
    let (answer, committed) = refreshed_under(&rig, Fault::InvalidClient).await;
    assert_eq!((answer.unwrap().error().as_str(), committed), ("invalid_client", 0));
    let (answer, committed) = refreshed_under(&rig, Fault::RefreshRefused).await;
    assert_eq!((answer.unwrap().error().as_str(), committed), ("invalid_grant", 0));
}

#[tokio::test]
async fn tokens_may_have_a_strange_type() {
    let rig = Rig::new().await;
    let (answer, committed) = refreshed_under(&rig, Fault::TokenTypeMac).await;
    assert_eq!((&answer.unwrap().json()["token_type"], committed), (&"mac".into(), 1));
}

#[tokio::test]
async fn a_code_may_serve_twice() {
    let rig = Rig::new().await;
    rig.emulator.fault(Fault::CodeAcceptedTwice, Target::Token, Times::Always);
    let code = rig.code().await;
    for _ in 0..2 {
        rig.exchange(&code).await.unwrap().tokens();
    }
    let counters = rig.emulator.counters();
    assert_eq!((counters.reused_codes, counters.faults), (1, 1));
    rig.emulator.clear_faults();
    assert_eq!(rig.exchange(&code).await.unwrap().status, 400);
}

#[tokio::test]
async fn faults_strike_other_targets_too() {
    let rig = Rig::new().await;
    let access = rig.connect().await.access;
    rig.emulator.fault(Fault::ErrorIn200, Target::Api, Times::Next(1));
    let api = rig.api("/v3/accounts", &access).await;
    assert_eq!((api.status, &api.json()["code"]), (200, &1014.into()));
    rig.emulator.fault(Fault::Html502, Target::Authorize, Times::Next(1));
    assert_eq!(rig.get("/oauth2_authorize.html").await.status, 502);
    assert_eq!(rig.emulator.counters().authorizations, 1);
}

#[tokio::test]
#[should_panic(expected = "the fault `wrong-state` cannot happen at `api`")]
async fn a_fault_that_cannot_happen_is_a_mistake() {
    let rig = Rig::new().await;
    rig.emulator.fault(Fault::WrongState, Target::Api, Times::Always);
}
