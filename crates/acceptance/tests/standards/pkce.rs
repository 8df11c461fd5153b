//! The proof key of a login: RFC 7636.

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, SystemTime},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use mailgrant_core::{AuthorizationCode, BoxFuture, Callback, Client, Host, testing::ManualHost};
use sha2::{Digest, Sha256};

use crate::{
    native,
    wire::{Log, Post, TOKENS, client, client_on, decoded, post, receive},
};

/// A host that draws the octets of RFC 7636, appendix B, whatever it is asked for.
struct AppendixB(ManualHost);

impl Host for AppendixB {
    fn now(&self) -> SystemTime {
        self.0.now()
    }
    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }
    fn sleep(&self, duration: Duration) -> BoxFuture<()> {
        self.0.sleep(duration)
    }
    fn random(&self, buffer: &mut [u8]) {
        buffer.copy_from_slice(&[
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105, 214, 191,
            240, 91, 88, 5, 88, 83, 132, 141, 121,
        ]);
    }
    fn spawn(&self, task: BoxFuture<()>) {
        self.0.spawn(task);
    }
}

/// The challenge of a login with its method, and the verifier of its exchange.
async fn proof(client: &Client<Post>, log: &Log) -> [String; 3] {
    let login = client.begin(AuthorizationCode::registered());
    let url = login.authorize_url().to_string();
    let query = decoded(url.split_once('?').unwrap().1);
    let of = |name: &str| query.iter().find(|(known, _)| known == name).unwrap().1.clone();
    let callback = Callback::parse(&format!("code=c&state={}", of("state"))).unwrap();
    drop(login.receive(callback).unwrap().exchange().await.unwrap());
    [of("code_challenge"), of("code_challenge_method"), log.take()[0].field("code_verifier").unwrap()]
}

#[tokio::test]
async fn rfc7636_appendix_b_is_what_is_sent() {
    let host = Arc::new(AppendixB(ManualHost::default()));
    let (client, log) = client_on(post(|_| ()), host, &[(200, TOKENS)]);
    let expected =
        ["E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "S256", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"];
    assert_eq!(proof(&client, &log).await, expected);
}

#[tokio::test]
async fn rfc7636_4_1_a_verifier_is_256_bits_in_43_unreserved_characters() {
    let (client, log) = client(post(|_| ()), &[(200, TOKENS)]);
    let mut verifiers = HashSet::new();
    for _ in 0..64 {
        let [challenge, method, verifier] = proof(&client, &log).await;
        assert_eq!((verifier.len(), &*method), (43, "S256"));
        assert!(verifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)), "{verifier}");
        assert_eq!(challenge, URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier)), "RFC 7636 §4.2");
        verifiers.insert(URL_SAFE_NO_PAD.decode(verifier).unwrap());
    }
    assert_eq!(verifiers.len(), 64, "each login has its own");
    for place in 0..32 {
        let values: HashSet<u8> = verifiers.iter().map(|verifier| verifier[place]).collect();
        assert!(values.len() > 32, "byte {place} has {} values", values.len());
    }
}

/// A server that knows no proof key refuses, and there is no second try without.
#[tokio::test]
async fn rfc7636_7_2_there_is_no_way_down_to_plain() {
    let (client, log) = client(post(|_| ()), &[(400, r#"{"error":"invalid_request"}"#)]);
    let refused = receive(&client, "code=c0de").unwrap().exchange().await.unwrap_err();
    assert_eq!(refused.error().code(), "client_misconfigured");
    let sent = log.take();
    assert!(sent.len() == 1 && sent[0].field("code_verifier").is_some());
    let denied = receive(&client, "error=invalid_request&error_description=transform+not+supported").unwrap_err();
    assert_eq!(denied.error().code(), "authorize_refused");
    let methods: Vec<_> = native::sources()
        .into_iter()
        .filter(|(path, _)| !path.components().any(|part| part.as_os_str() == "emulator"))
        .flat_map(|(_, source)| {
            let lines = source.lines().filter(|line| line.contains("\"code_challenge_method\""));
            lines.map(|line| line.contains("\"S256\"")).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(methods, [true], "one place names the method");
}
