//! Several authorization servers at once: RFC 9700 §4.4, RFC 9207.

use mailgrant_acceptance::consent;
use mailgrant_core::{AuthorizationCode, Callback};
use mailgrant_manager::Manager;
use mailgrant_storage::{KeyRing, Vault, memory::MemoryStore};

use crate::{
    service::{self, Service, browser, key, parameter},
    wire::{REDIRECT_URI, TOKENS, client, post, receive},
};

/// The code of an honest server is delivered to the login of another one, which is the attacker's or the reverse.
#[tokio::test]
async fn rfc9700_4_4_2_the_token_endpoint_comes_from_the_pending_entry_alone() {
    let (honest, other) = (Service::new().await, service::emulator().await);
    let elsewhere = service::client(&other, &honest.host);
    let vault = Vault::new(MemoryStore::default(), KeyRing::ephemeral());
    let manager = Manager::builder(vault).client(honest.client.clone()).client(elsewhere.clone()).build();
    let binding = browser("cookie");
    let begin = async |account, client| {
        let begun = manager.begin(&key(account), client, AuthorizationCode::registered(), &binding).await.unwrap();
        consent(begun.as_str()).await.unwrap()
    };
    let brought = begin("honest", &honest.client).await;
    let theirs = begin("other", &elsewhere).await;
    let honest_url = honest.emulator.token_url();
    let mixed = format!(
        "{REDIRECT_URI}?code={}&state={}&token_url={honest_url}&token_endpoint={honest_url}&environment={honest_url}",
        parameter(&brought, "code"),
        parameter(&theirs, "state"),
    );
    let refused = manager.complete(Callback::parse(&mixed).unwrap(), &binding).await.unwrap_err();
    assert_eq!(refused.code(), "code_refused", "of a server that has not issued it");
    assert_eq!((honest.token_requests(), other.counters().token_requests), (0, 1));
}

/// Where both servers name themselves, nothing is sent at all.
#[tokio::test]
async fn rfc9700_2_1_with_issuers_a_mix_up_sends_nothing() {
    let (client, log) = client(post(|profile| profile.issuer = Some("https://a.example".into())), &[(200, TOKENS)]);
    let refused = receive(&client, "code=of-b&iss=https%3A%2F%2Fb.example").unwrap_err();
    assert_eq!(refused.error().code(), "issuer_mismatch");
    assert!(log.take().is_empty());
}

#[tokio::test]
async fn rfc9207_2_4_each_iss_against_each_issuer() {
    const OWN: Option<&str> = Some("https://issuer.example");
    for (announced, iss, expected) in [
        (OWN, "https%3A%2F%2Fissuer.example", None),
        (OWN, "https://issuer.example", None),
        (OWN, "https%3A%2F%2Fissuer.example%2F", Some("issuer_mismatch")),
        (OWN, "https%3A%2F%2FISSUER.example", Some("issuer_mismatch")),
        (OWN, "https%3A%2F%2Fissuer.example%3A443", Some("issuer_mismatch")),
        (OWN, "https%3A%2F%2Fevil.example", Some("issuer_mismatch")),
        (OWN, "", Some("issuer_mismatch")),
        (OWN, "-", Some("issuer_missing")),
        // Nobody announced one: RFC 9207 leaves it to the client, and it has to be where the customer was sent.
        (None, "-", None),
        (None, "https%3A%2F%2Fpost.example", None),
        (None, "https%3A%2F%2Fevil.example", Some("issuer_mismatch")),
        (None, "http%3A%2F%2Fpost.example", Some("issuer_mismatch")),
        (None, "", Some("issuer_mismatch")),
    ] {
        let iss = if iss == "-" { String::new() } else { format!("&iss={iss}") };
        let (client, log) = client(post(|profile| profile.issuer = announced.map(Into::into)), &[(200, TOKENS)]);
        let code = receive(&client, &format!("code=c0de{iss}"));
        assert_eq!(code.err().map(|refused| refused.error().code()), expected, "{announced:?} {iss}");
        let error = receive(&client, &format!("error=access_denied{iss}")).unwrap_err();
        assert_eq!(error.error().code(), expected.unwrap_or("access_denied"), "{announced:?} {iss}: in errors too");
        assert!(log.take().is_empty());
    }
}
