//! What a token endpoint answers: RFC 6749 §5.

use std::time::Duration;

use mailgrant_acceptance::consent;
use mailgrant_core::{AuthorizationCode, Callback, ErrorKind, Expiry, Host, testing::ManualHost};
use mailgrant_emulator::{Fault, Target, Times};
use mailgrant_storage::Status;

use crate::{
    service::{Service, browser, key},
    wire::{client, connected, post, receive},
};

/// The word for what is wrong with a token answer, if anything.
async fn verdict(answer: &str) -> Result<(), &'static str> {
    let (client, _) = client(post(|_| ()), &[(200, answer)]);
    let exchanged = receive(&client, "code=c0de").unwrap().exchange().await;
    exchanged.map(drop).map_err(|refused| refused.error().code())
}

#[tokio::test]
async fn rfc6749_5_1_token_type_is_compared_without_case() {
    for kind in ["bearer", "Bearer", "BEARER", "bEaReR"] {
        let answer = format!(r#"{{"access_token":"a","token_type":"{kind}"}}"#);
        let (client, _) = client(post(|_| ()), &[(200, &*answer)]);
        assert_eq!(connected(&client).await.bearer().header(), "Bearer a", "{kind}: and is written in one way");
    }
}

#[tokio::test]
async fn rfc6749_7_1_a_token_of_an_unknown_type_is_not_used() {
    for kind in ["mac", "DPoP", "N_A", "bearer2", "Bearer "] {
        let answer = format!(r#"{{"access_token":"a","token_type":"{kind}"}}"#);
        assert_eq!(verdict(&answer).await, Err("token_type_unknown"), "{kind}");
    }
}

#[tokio::test]
async fn rfc6749_5_1_expires_in_is_optional() {
    let now = ManualHost::default().now();
    for (life, expected) in [
        ("", Expiry::Unknown),
        (r#","expires_in":null"#, Expiry::Unknown),
        (r#","expires_in":60"#, Expiry::At(now + Duration::from_secs(60))),
        (r#","expires_in":"60""#, Expiry::At(now + Duration::from_secs(60))),
    ] {
        let answer = format!(r#"{{"access_token":"a","token_type":"bearer"{life}}}"#);
        let (client, _) = client(post(|_| ()), &[(200, &*answer)]);
        assert_eq!(connected(&client).await.expires_at(), expected, "{life}");
    }
}

#[tokio::test]
async fn rfc6749_5_1_unknown_names_are_ignored() {
    let unknown = r#""id_token":"x","example_parameter":"y","ext_expires_in":[1,{"access_token":"no"}],"error":null"#;
    let answer = format!(r#"{{{unknown},"access_token":"a","token_type":"bearer","more":{{}}}}"#);
    let (client, _) = client(post(|_| ()), &[(200, &*answer)]);
    assert_eq!(connected(&client).await.bearer().header(), "Bearer a");
}

#[tokio::test]
async fn rfc6749_5_1_the_granted_scope_is_kept() {
    for (scope, kept) in [(r#""read write""#, Some("read write")), ("null", None), (r#""""#, None)] {
        let answer = format!(r#"{{"access_token":"a","token_type":"bearer","scope":{scope}}}"#);
        let (client, _) = client(post(|_| ()), &[(200, &*answer)]);
        assert_eq!(connected(&client).await.into_record().scope(), kept, "{scope}");
    }
}

/// An app that is set up wrongly is nobody's fault but ours: every account of it is told so, and none is given up.
#[tokio::test]
async fn rfc6749_5_2_invalid_client_is_ours_and_marks_nobody() {
    let service = Service::new().await;
    let keys: Vec<_> = (0..8).map(|number| key(&format!("account-{number}"))).collect();
    let binding = browser("cookie");
    for key in &keys {
        let begun = service.manager.begin(key, &service.client, AuthorizationCode::registered(), &binding);
        let address = consent(begun.await.unwrap().as_str()).await.unwrap();
        service.manager.complete(Callback::parse(&address).unwrap(), &binding).await.unwrap();
    }
    service.emulator.fault(Fault::InvalidClient, Target::Token, Times::Always);
    for key in &keys {
        let refused = service.manager.account(key).refresh().await.unwrap_err();
        assert_eq!((refused.kind(), refused.code()), (ErrorKind::Configuration, "client_misconfigured"));
        let row = service.vault.store().load(key).await.unwrap().unwrap();
        assert_eq!(row.status, Status::Active);
    }
    service.emulator.clear_faults();
    service.advance(Duration::from_secs(60));
    for key in &keys {
        service.manager.account(key).refresh().await.unwrap();
    }
    assert_eq!(service.emulator.counters().reused_refresh_tokens, 0);
}

#[tokio::test]
async fn rfc6749_5_2_each_error_says_whose_it_is() {
    for (error, kind, code) in [
        ("invalid_request", ErrorKind::Configuration, "client_misconfigured"),
        ("invalid_client", ErrorKind::Configuration, "client_misconfigured"),
        ("invalid_grant", ErrorKind::AskUser, "code_refused"),
        ("unauthorized_client", ErrorKind::Configuration, "client_misconfigured"),
        ("unsupported_grant_type", ErrorKind::Configuration, "client_misconfigured"),
        ("invalid_scope", ErrorKind::Configuration, "client_misconfigured"),
    ] {
        for status in [400, 401] {
            let answer = format!(r#"{{"error":"{error}","error_description":"whatever"}}"#);
            let (client, _) = client(post(|_| ()), &[(status, &*answer)]);
            let refused = receive(&client, "code=c0de").unwrap().exchange().await.unwrap_err();
            let refused = refused.error();
            assert_eq!((refused.kind(), refused.code()), (kind, code), "{status} {error}");
            assert_eq!(refused.provider_code(), Some(error));
        }
    }
}

#[tokio::test]
async fn rfc6749_10_14_control_characters_in_tokens_are_refused() {
    for bad in [r"a\r\nX-Evil: y", r"a\n", r"\u0000", r"a\u001b[31m", r"a\u007f", "é", r"\u2028", ""] {
        let access = format!(r#"{{"access_token":"{bad}","token_type":"bearer"}}"#);
        assert_eq!(verdict(&access).await, Err("token_malformed"), "{bad:?}");
        if !bad.is_empty() {
            let refresh = format!(r#"{{"access_token":"a","token_type":"bearer","refresh_token":"{bad}"}}"#);
            assert_eq!(verdict(&refresh).await, Err("token_malformed"), "{bad:?}");
        }
    }
}
