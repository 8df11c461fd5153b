//! A grant that is given back: RFC 7009.

use std::time::Duration;

use mailgrant_core::{ClientAuth, Endpoint, ErrorKind, Revocation, RevocationEndpoint, RevocationForm, TokenRecord};

use crate::wire::{ID, Log, Post, SECRET, TOKENS, client, connected, post};

/// A client whose provider takes grants back, a grant, and what is sent from here on.
async fn granted(auth: ClientAuth, answers: &[(u16, &str)]) -> (mailgrant_core::Client<Post>, TokenRecord, Log) {
    let endpoint = Endpoint::parse("https://post.example/revoke?tenant=1").unwrap();
    let provider = post(|profile| {
        profile.client_auth = auth;
        profile.revocation = Some(RevocationEndpoint { endpoint, form: RevocationForm::Standard });
    });
    let (client, log) = client(provider, &[&[(200, TOKENS)], answers].concat());
    let record = connected(&client).await.into_record();
    log.take();
    (client, record, log)
}

#[tokio::test]
async fn rfc7009_2_1_a_revocation_is_a_post_of_a_client_that_authenticates() {
    for auth in [ClientAuth::Basic, ClientAuth::Body] {
        let (client, record, log) = granted(auth, &[(200, "")]).await;
        assert_eq!(client.revoke(&record).await.unwrap(), Revocation::Told);
        let sent = log.take().remove(0);
        let to = (sent.http.method().as_str(), sent.http.uri().to_string());
        assert_eq!(to, ("POST", "https://post.example/revoke?tenant=1".to_owned()));
        assert_eq!(sent.http.headers()["content-type"], "application/x-www-form-urlencoded");
        assert_eq!(sent.field("token").as_deref(), Some("refresh-1"));
        assert_eq!(sent.field("token_type_hint").as_deref(), Some("refresh_token"));
        let in_body = auth == ClientAuth::Body;
        assert_eq!(sent.authorization().is_some(), !in_body);
        assert_eq!(sent.field("client_id").as_deref(), in_body.then_some(ID));
        assert_eq!(sent.field("client_secret").as_deref(), in_body.then_some(SECRET));
    }
}

/// A server says 200 to a token that it does not know as well, so being told again does no harm.
#[tokio::test]
async fn rfc7009_2_2_success_is_success_whatever_the_body() {
    let (client, record, _) = granted(ClientAuth::Basic, &[(200, ""), (200, "{}"), (200, "<html>"), (204, "")]).await;
    for _ in 0..4 {
        assert_eq!(client.revoke(&record).await.unwrap(), Revocation::Told);
    }
}

#[tokio::test]
async fn rfc7009_2_2_1_after_503_the_token_is_alive() {
    let (client, record, log) = granted(ClientAuth::Basic, &[(503, ""), (200, "")]).await;
    let untold = client.revoke(&record).await.unwrap_err();
    assert_eq!((untold.kind(), untold.code()), (ErrorKind::TryLater, "revocation_unanswered"));
    assert_eq!((untold.status(), untold.retry_after()), (Some(503), Some(Duration::from_secs(7))));
    assert_eq!(log.take().len(), 1, "it is asked once, and whoever asked decides when to ask again");
    assert_eq!(client.revoke(&record).await.unwrap(), Revocation::Told);
}

#[tokio::test]
async fn rfc7009_2_2_1_a_refusal_is_no_revocation() {
    for (status, body, code) in [
        (400, r#"{"error":"unsupported_token_type"}"#, "client_misconfigured"),
        (401, r#"{"error":"invalid_client"}"#, "client_misconfigured"),
        (404, "", "revocation_endpoint_wrong"),
        (307, "", "revocation_endpoint_wrong"),
        (500, "", "revocation_unanswered"),
    ] {
        let (client, record, _) = granted(ClientAuth::Basic, &[(status, body)]).await;
        assert_eq!(client.revoke(&record).await.unwrap_err().code(), code, "{status} {body}");
    }
}
