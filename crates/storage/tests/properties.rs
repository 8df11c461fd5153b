//! What holds for whatever is sealed: it opens in its place, as it was, with not one bit changed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]
#![expect(clippy::disallowed_methods, reason = "a test looks at what was opened")]

use std::time::Duration;

use futures_util::FutureExt;
use mailgrant_core::{Binding, Lookup, PendingAuthorization, SecretBytes, TokenRecord};
use mailgrant_storage::{
    AccountKey, KeyRing, Row, Sealed, Sharing, Status, Taken, Timing, Vault, Version, memory::MemoryStore,
};
use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::Index,
    test_runner::{Config, RngSeed},
};
use secrecy::{ExposeSecret, SecretBox};
use serde_json::json;

/// The same inputs in each run, and no file that remembers one.
fn config() -> Config {
    Config { cases: 48, failure_persistence: None, rng_seed: RngSeed::Fixed(8452), ..Config::default() }
}

/// What a future of the store in memory comes to, which waits for nothing.
fn done<F: Future>(future: F) -> F::Output {
    future.now_or_never().expect("the memory answers at once")
}

fn vault() -> Vault {
    Vault::new(MemoryStore::default(), KeyRing::ephemeral())
}

fn key() -> impl Strategy<Value = AccountKey> {
    let part = || "[ -~]{1,50}|[a-zäß€]{1,20}";
    (part(), part(), part())
        .prop_map(|(tenant, provider, account)| AccountKey::new(&tenant, &provider, &account).unwrap())
}

fn identity() -> impl Strategy<Value = serde_json::Value> {
    (any::<String>(), any::<String>(), any::<String>()).prop_map(|(provider, environment, client_id)| {
        json!({"provider": provider, "environment": environment, "client_id": client_id})
    })
}

fn record() -> impl Strategy<Value = TokenRecord> {
    let tokens = ("[ -~]{1,200}", option::of("[ -~]{1,200}"));
    (identity(), tokens, option::of(any::<String>()), any::<u64>()).prop_map(|(identity, tokens, scope, at)| {
        let record = json!({
            "v": 1, "identity": identity, "grant": "authorization_code", "renewal": "refresh", "redirect_uri": null,
            "access_token": tokens.0, "refresh_token": tokens.1, "expires": {"at": at}, "obtained_at": at,
            "scope": scope, "unknown": false,
        });
        TokenRecord::decode(record.to_string().as_bytes()).unwrap()
    })
}

fn login() -> impl Strategy<Value = PendingAuthorization> {
    (identity(), option::of("[A-Za-z0-9_-]{43}"), option::of("[A-Za-z0-9_-]{43}"), any::<u64>()).prop_map(
        |(identity, state, verifier, at)| {
            let login = json!({
                "v": 1, "identity": identity, "grant": "authorization_code", "renewal": "refresh",
                "redirect_uri": "https://app.example/callback", "state": state, "state_in_redirect_uri": false,
                "verifier": verifier, "begun_at": at,
            });
            PendingAuthorization::decode(login.to_string().as_bytes()).unwrap()
        },
    )
}

/// The same with one bit changed.
fn flipped(sealed: &Sealed, bit: Index) -> Sealed {
    let mut sealed = sealed.clone();
    let bit = bit.index(sealed.bytes.len() * 8);
    sealed.bytes[bit / 8] ^= 1 << (bit % 8);
    sealed
}

/// Why a row does not open.
fn code(vault: &Vault, key: &AccountKey, row: Row) -> &'static str {
    done(vault.open(key, row)).map_or_else(|error| error.code(), |_| "it opened")
}

fn bytes(record: &TokenRecord) -> Vec<u8> {
    record.encode().expose_secret().clone()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn f24_a_record_opens_in_its_place_alone(
        record in record(), key in key(), other in key(), bit in any::<Index>(), cut in any::<Index>(),
    ) {
        let vault = vault();
        done(vault.put(&key, None, &record, Timing::default(), None)).unwrap();
        let kept = done(vault.load(&key)).unwrap().unwrap();
        prop_assert_eq!(bytes(&kept.record.unwrap()), bytes(&record));
        let (row, sealed) = (kept.row.clone(), kept.row.sealed.unwrap());
        let with = |sealed| Row { sealed: Some(sealed), ..row.clone() };
        let shorter = Sealed { bytes: sealed.bytes[..cut.index(sealed.bytes.len())].to_vec(), ..sealed.clone() };
        for damaged in [
            with(flipped(&sealed, bit)),
            with(shorter),
            Row { version: row.version.next(), ..row.clone() },
            Row { status: Status::Disconnected, ..row.clone() },
            Row { environment: row.environment.clone() + "x", ..row.clone() },
            Row { client_key: row.client_key.clone() + "x", ..row.clone() },
        ] {
            prop_assert_eq!(code(&vault, &key, damaged), "seal_broken");
        }
        if other != key {
            prop_assert_eq!(code(&vault, &other, row.clone()), "seal_broken");
        }
        let elsewhere = Vault::new(MemoryStore::default(), KeyRing::ephemeral());
        prop_assert_eq!(code(&elsewhere, &key, row.clone()), "seal_broken", "by another key of the same name");
        let named = Sealed { key_id: "another".to_owned(), ..sealed };
        prop_assert_eq!(code(&vault, &key, with(named)), "sealing_key_unknown");
    }

    #[test]
    fn what_is_stored_holds_no_run_of_a_token(record in record(), key in key()) {
        let vault = vault();
        done(vault.put(&key, None, &record, Timing::default(), None)).unwrap();
        let row = done(vault.load(&key)).unwrap().unwrap().row;
        let (clear, sealed) = (bytes(&record), row.sealed.unwrap().bytes);
        prop_assert!(!sealed.windows(8).any(|run| clear.windows(8).any(|clear| clear == run)));
    }

    #[test]
    fn a_login_is_taken_as_it_was_put_aside_or_not_at_all(
        login in login(), key in key(), bit in any::<Index>(), lookup in any::<[u8; 32]>(),
    ) {
        let (vault, binding, ttl) = (vault(), Binding::terminal(), Duration::from_secs(60));
        let here = login.lookup(&binding);
        done(vault.put_pending(&key, &login, &binding, ttl)).unwrap();
        let Taken::Pending(sealed) = done(vault.store().take_pending(&here)).unwrap() else { panic!("it is there") };
        // Under another name, damaged or whole, it is nobody's login.
        let elsewhere = Lookup::from_bytes(lookup);
        for (place, sealed) in [(elsewhere, sealed.clone()), (Lookup::from_bytes([0; 32]), flipped(&sealed, bit))] {
            done(vault.store().put_pending(&key, &place, &sealed, Sharing::Own, ttl)).unwrap();
            let taken = done(vault.take_pending(&place)).map(|_| "taken").unwrap_or_else(|error| error.code());
            prop_assert_eq!(taken, "seal_broken");
        }
        let fresh = Vault::new(MemoryStore::default(), KeyRing::ephemeral());
        done(fresh.put_pending(&key, &login, &binding, ttl)).unwrap();
        let (whose, taken) = done(fresh.take_pending(&here)).unwrap();
        let (taken, login) = (taken.encode(), login.encode());
        prop_assert_eq!((whose, taken.expose_secret()), (key, login.expose_secret()));
        prop_assert!(done(fresh.take_pending(&here)).is_err(), "it is given out once");
    }

    #[test]
    fn a_note_of_any_bytes_comes_back(
        note in vec(any::<u8>(), 0..300), next in vec(any::<u8>(), 0..300), key in key(),
    ) {
        let vault = vault();
        let secret = |bytes: &[u8]| -> SecretBytes { SecretBox::new(Box::new(bytes.to_vec())) };
        let mut version: Option<Version> = None;
        for note in [note, next] {
            version = Some(done(vault.put_note(&key, version, &secret(&note))).unwrap());
            let (read, kept) = done(vault.load_note(&key)).unwrap().unwrap();
            let kept = kept.unwrap();
            prop_assert_eq!((Some(read), kept.expose_secret()), (version, &note));
        }
    }

    #[test]
    fn no_text_makes_a_key_file_panic(
        text in any::<String>(), lines in vec("[a-z -]{0,5} ?[A-Za-z0-9+/=]{0,50}", 0..3),
    ) {
        let _ = KeyRing::parse(&text);
        let _ = KeyRing::parse(&lines.join("\n"));
        let _ = AccountKey::new(&text, &text, &text);
    }
}
