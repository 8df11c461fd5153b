//! The refresh: RFC 6749 §6, RFC 9700 §4.14.2.

use mailgrant_core::{ClientAuth, RefreshError, Standing};

use crate::wire::{TOKENS, client, lapsed, post};

const NEXT: &str = r#"{"access_token":"access-2","token_type":"Bearer","expires_in":3600,"refresh_token":"refresh-2"}"#;

#[tokio::test]
async fn rfc6749_6_a_refresh_names_no_scope() {
    let granted = TOKENS.replace('}', r#","scope":"read write"}"#);
    let (client, log) = client(post(|_| ()), &[(200, &*granted), (200, NEXT)]);
    let session = lapsed(&client).await.refresh().await.unwrap();
    let fields = log.take().remove(1).fields();
    assert_eq!(
        fields,
        [("grant_type", "refresh_token"), ("refresh_token", "refresh-1")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    assert_eq!(session.into_record().scope(), Some("read write"), "which stays what it was");
}

#[tokio::test]
async fn rfc6749_6_a_new_refresh_token_replaces_the_old() {
    let same = NEXT.replace("refresh-2", "refresh-1");
    let none = r#"{"access_token":"access-2","token_type":"Bearer","expires_in":3600}"#;
    for (answer, next) in [(NEXT, "refresh-2"), (&*same, "refresh-1"), (none, "refresh-1")] {
        let (client, log) = client(post(|_| ()), &[(200, TOKENS), (200, answer)]);
        let session = lapsed(&client).await.refresh().await.unwrap();
        assert_eq!(session.bearer().header(), "Bearer access-2");
        let Standing::Lapsed(session) = session.expire() else { panic!("it can be refreshed") };
        drop(session.refresh().await.unwrap());
        assert_eq!(log.take()[2].field("refresh_token").as_deref(), Some(next));
    }
}

#[tokio::test]
async fn rfc6749_6_the_client_authenticates() {
    for auth in [ClientAuth::Basic, ClientAuth::Body] {
        let (client, log) = client(post(|profile| profile.client_auth = auth), &[(200, TOKENS)]);
        drop(lapsed(&client).await.refresh().await.unwrap());
        let [exchange, refresh] = <[_; 2]>::try_from(log.take()).unwrap_or_else(|_| panic!("two requests"));
        assert!(refresh.authorization().is_some() || refresh.field("client_secret").is_some());
        assert_eq!(refresh.authorization(), exchange.authorization());
        assert_eq!(refresh.field("client_secret"), exchange.field("client_secret"));
    }
}

/// Rotation, idle ends, revocation: a refusal at any time is a matter of course, and the customer is asked again.
#[tokio::test]
async fn rfc9700_4_14_2_a_refused_refresh_token_leads_to_a_new_consent() {
    let (client, log) = client(post(|_| ()), &[(200, TOKENS), (400, r#"{"error":"invalid_grant"}"#)]);
    let Err(RefreshError::Refused { session, error }) = lapsed(&client).await.refresh().await else {
        panic!("the provider said no");
    };
    assert_eq!(error.code(), "grant_refused");
    assert!(session.authorize_url().as_str().starts_with("https://post.example/authorize?response_type=code&"));
    assert_eq!(log.take().len(), 2, "it is sent once");
}
