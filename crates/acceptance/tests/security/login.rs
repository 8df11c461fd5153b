//! Starting a login: what is put aside, where it lies, what marks it (1, 2).

use std::{collections::HashSet, path::Path};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use mailgrant_acceptance::{REDIRECT_URI, consent};
use mailgrant_core::{AuthorizationCode, Binding, Callback, Lookup};
use mailgrant_emulator::{Fault, Target, Times};
use mailgrant_storage::KeyRing;
use sha2::{Digest, Sha256};
use sqlx::Connection;

use crate::{
    postbox,
    service::{ID, Service, browser, bytes_in, holds, key, opened, parameter},
};

/// SHA-256 over parts, each behind its length: as the documentation of `Binding` has it, worked out anew.
fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// Where the only login in the file lies.
async fn lookup_in(file: &Path) -> Vec<u8> {
    let mut connection = sqlx::SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
    sqlx::query_scalar("SELECT lookup FROM mailgrant_logins").fetch_one(&mut connection).await.unwrap()
}

#[tokio::test]
async fn security_01_an_entry_holds_all_that_finishing_it_needs() {
    let service = Service::new().await;
    let postbox = postbox::client(&service.emulator, &service.host, |_| ());
    let login = postbox.begin(AuthorizationCode::returning_to(REDIRECT_URI).unwrap());
    let url = String::from(login.authorize_url());
    let pending = login.into_pending();
    let (binding, mine) = (browser("cookie"), key("main"));
    let lookup = pending.lookup(&binding);
    service.vault.put_pending(&mine, &pending, &binding, std::time::Duration::from_secs(60)).await.unwrap();
    drop(pending);

    let (whose, pending) = service.vault.take_pending(&lookup).await.unwrap();
    assert_eq!(whose, mine, "whose account it is");
    let identity = pending.identity();
    assert_eq!((&*identity.provider, &*identity.environment, &*identity.client_id), ("postbox", "test", ID));
    let bytes = pending.encode();
    let entry: serde_json::Value = serde_json::from_slice(opened(&bytes)).unwrap();
    assert_eq!(entry["redirect_uri"], REDIRECT_URI);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(entry["verifier"].as_str().unwrap()));
    assert_eq!(challenge, parameter(&url, "code_challenge"), "its own verifier");
    assert_eq!(entry["state"], parameter(&url, "state"));
}

#[tokio::test]
async fn security_01_it_lies_under_the_hash_of_its_marker_with_its_binding() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::on_file(folder.path(), KeyRing::ephemeral()).await;
    let url = service.begin(AuthorizationCode::registered(), &browser("cookie")).await;
    let binding = hash(&[b"browser", b"cookie"]);
    let expected = hash(&[b"state", parameter(&url, "state").as_bytes(), &binding]);
    assert_eq!(lookup_in(&folder.path().join("grants.db")).await, expected);
}

#[tokio::test]
async fn security_01_a_stranger_s_callback_is_not_found_in_the_victim_s_browser() {
    let service = Service::new().await;
    let attacker = browser("the attacker's session");
    let address = service.address(&attacker).await;
    for victim in [
        browser("the victim's session"),
        Binding::terminal(),
        browser("the attacker's session").and_account("main"),
        browser("the attacker's sessio"),
    ] {
        let refused = service.complete(&address, &victim).await.unwrap_err();
        assert_eq!(refused.code(), "login_unknown");
    }
    assert_eq!(service.token_requests(), 0, "nothing was sent");
    assert!(service.manager.status(&service.key).await.unwrap().is_none());
    service.complete(&address, &attacker).await.unwrap();
}

#[tokio::test]
async fn security_01_the_binding_is_not_taken_from_the_callback() {
    let service = Service::new().await;
    let address = service.address(&browser("cookie")).await;
    for named in ["binding=cookie", "session=cookie", "session_id=cookie"] {
        let refused = service.complete(&format!("{address}&{named}"), &browser("another")).await.unwrap_err();
        assert_eq!(refused.code(), "login_unknown", "{named}");
    }
}

#[tokio::test]
async fn security_01_terminal_is_the_only_opt_out() {
    assert_eq!(Binding::browser("").unwrap_err().code(), "binding_empty");
    let service = Service::new().await;
    let address = service.address(&Binding::terminal()).await;
    for other in ["terminal", "\0"] {
        assert_eq!(service.complete(&address, &browser(other)).await.unwrap_err().code(), "login_unknown");
    }
    service.complete(&address, &Binding::terminal()).await.unwrap();
}

#[tokio::test]
async fn security_02_a_state_is_256_random_bits() {
    let service = Service::new().await;
    let mut states = HashSet::new();
    for _ in 0..64 {
        let login = service.client.begin(AuthorizationCode::registered());
        let bytes = URL_SAFE_NO_PAD.decode(parameter(login.authorize_url().as_str(), "state")).unwrap();
        assert_eq!(bytes.len() * 8, 256);
        states.insert(bytes);
    }
    assert_eq!(states.len(), 64);
    for place in 0..32 {
        let values: HashSet<u8> = states.iter().map(|state| state[place]).collect();
        // Of 64 random bytes some 57 differ; a counter, a time or a name would stand still somewhere.
        assert!(values.len() > 32, "byte {place} has {} values", values.len());
    }
}

#[tokio::test]
async fn security_02_a_login_begun_again_has_a_state_of_its_own() {
    let service = Service::new().await;
    let login = service.client.begin(AuthorizationCode::registered());
    let first = String::from(login.authorize_url());
    let denied = format!("error=access_denied&state={}", parameter(&first, "state"));
    let setback = login.receive(Callback::parse(&denied).unwrap()).unwrap_err();
    let mailgrant_core::TransitionError::Refused { session, .. } = setback else { panic!("it was denied") };
    assert_ne!(parameter(session.authorize_url().as_str(), "state"), parameter(&first, "state"));
}

#[tokio::test]
async fn security_02_a_state_is_good_for_one_use() {
    let service = Service::new().await;
    let binding = browser("cookie");
    let address = service.address(&binding).await;
    service.complete(&address, &binding).await.unwrap();
    assert_eq!(service.complete(&address, &binding).await.unwrap_err().code(), "login_used");
    // A use that came to nothing is one, too.
    let address = service.address(&binding).await;
    let state = parameter(&address, "state");
    let made_up = format!("code=made-up&state={state}");
    assert_eq!(service.complete(&made_up, &binding).await.unwrap_err().code(), "code_refused");
    assert_eq!(service.complete(&address, &binding).await.unwrap_err().code(), "login_used");
    assert_eq!(service.token_requests(), 2);
}

#[tokio::test]
async fn security_02_a_state_is_looked_up_by_its_sha_256() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::on_file(folder.path(), KeyRing::ephemeral()).await;
    let binding = browser("cookie");
    let address = service.address(&binding).await;
    let state = parameter(&address, "state");
    let stored = bytes_in(folder.path());
    let lookup = service.client.lookup(&Callback::parse(&address).unwrap(), &binding).unwrap();
    assert!(stored.windows(32).any(|window| window == lookup.as_bytes()), "these are the right bytes");
    assert!(!holds(&stored, state) && !holds(&stored, "cookie"));
    // Whoever reads the table cannot come back with what is in it.
    let forged = format!("code=c&state={}", URL_SAFE_NO_PAD.encode(lookup.as_bytes()));
    assert_eq!(service.complete(&forged, &binding).await.unwrap_err().code(), "login_unknown");
    assert!(service.vault.take_pending(&Lookup::from_bytes(hash(&[state.as_bytes()]))).await.is_err());
}

/// Time is no assertion that holds on a busy machine, so this one looks at the source.
#[test]
fn security_02_a_state_is_compared_in_constant_time() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src");
    let source = |name: &str| std::fs::read_to_string(sources.join(name)).unwrap();
    let (secret, callback) = (source("secret.rs"), source("callback.rs"));
    assert!(callback.contains("state.matches(expected)"));
    let matches = secret.split("fn matches(").nth(1).unwrap().split('}').next().unwrap();
    assert!(matches.contains("same(self, other)"), "{matches}");
    let same = secret.split("fn same(").nth(1).unwrap().split('}').next().unwrap();
    assert!(same.contains(".ct_eq("), "{same}");
    assert!(!secret.contains("PartialEq"), "a secret has no `==`");
}

#[tokio::test]
async fn security_02_a_state_that_comes_back_must_match() {
    let service = Service::new().await;
    let binding = browser("cookie");
    service.emulator.fault(Fault::WrongState, Target::Authorize, Times::Always);
    let address = service.address(&binding).await;
    assert_eq!(service.complete(&address, &binding).await.unwrap_err().code(), "login_unknown");
    let login = service.client.begin(AuthorizationCode::registered());
    let url = String::from(login.authorize_url());
    let state = parameter(&url, "state");
    let mut login = login;
    let wrong = consent(&url).await.unwrap();
    for address in [
        wrong,
        format!("code=c&state={}", &state[..42]),
        format!("code=c&state={state}x"),
        format!("code=c&state={}", state.to_ascii_uppercase()),
        "code=c&state=".to_owned(),
        "code=c".to_owned(),
    ] {
        let setback = login.receive(Callback::parse(&address).unwrap()).unwrap_err();
        assert!(matches!(setback.error().code(), "state_mismatch" | "state_missing"), "{address}: {setback}");
        let mailgrant_core::TransitionError::Untouched { session, .. } = setback else { panic!("{address}") };
        login = *session;
    }
    assert_eq!(service.token_requests(), 0);
    drop(login.receive(Callback::parse(&format!("code=c&state={state}")).unwrap()).unwrap());
}
