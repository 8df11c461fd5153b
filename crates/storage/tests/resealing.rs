//! A change of the sealing key: what the old one sealed is sealed by the new one, as it was.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]
#![expect(clippy::disallowed_methods, reason = "a test looks at what was opened")]

mod contested;

use contested::Contested;
use mailgrant_core::{SecretBytes, TokenRecord};
use mailgrant_storage::{
    AccountKey, Entry, EventKind, KeyRing, Row, Secret, Settlement, Status, Timing, Vault, Version, memory::MemoryStore,
};
use secrecy::{ExposeSecret, SecretBox};
use serde_json::json;

fn secret(bytes: &[u8]) -> SecretBytes {
    SecretBox::new(Box::new(bytes.to_vec()))
}

fn old() -> KeyRing {
    KeyRing::new("old", &secret(&[1; 32])).unwrap()
}

/// The ring while both keys are in use: the new one seals.
fn both() -> KeyRing {
    new().and_readable("old", &secret(&[1; 32])).unwrap()
}

fn new() -> KeyRing {
    KeyRing::new("new", &secret(&[2; 32])).unwrap()
}

fn key() -> AccountKey {
    AccountKey::new("tenant", "getresponse", "main").unwrap()
}

fn record(token: &str) -> TokenRecord {
    let record = json!({
        "v": 1, "identity": {"provider": "getresponse", "environment": "retail", "client_id": "client"},
        "grant": "authorization_code", "renewal": "refresh", "redirect_uri": null, "access_token": token,
        "refresh_token": "refresh", "expires": {"at": 1}, "obtained_at": 0, "scope": null, "unknown": false,
    });
    TokenRecord::decode(record.to_string().as_bytes()).unwrap()
}

/// What the row of another vault would be in this store: sealed as it is there.
fn entry(row: Row) -> Entry {
    Entry {
        sealed: row.sealed.unwrap(),
        client_key: row.client_key,
        environment: row.environment,
        expires_in: row.expires_in,
        due_in: row.due_in,
        upkeep_in: row.upkeep_in,
        remark: None,
    }
}

async fn sealed_by_the_old_key() -> Entry {
    let before = Vault::new(MemoryStore::default(), old());
    before.put(&key(), None, &record("access"), Timing::default(), None).await.unwrap();
    entry(before.load(&key()).await.unwrap().unwrap().row)
}

/// The second secret of the account, as somebody with this ring renewed it.
fn renewal_by(ring: KeyRing) -> Entry {
    let vault = Vault::new(MemoryStore::default(), ring);
    match vault.renewed(&key(), Version::FIRST, &record("renewed"), Timing::default()) {
        Settlement::Renewed(entry) => entry,
        other => panic!("no renewal: {other:?}"),
    }
}

/// Whether the row opens with the new key alone, as this record.
async fn opens(vault: &Vault, token: &str) -> bool {
    let row = vault.load(&key()).await.unwrap().unwrap().row;
    let kept = Vault::new(MemoryStore::default(), new()).open(&key(), row).await.unwrap();
    kept.record.unwrap().encode().expose_secret() == record(token).encode().expose_secret()
}

#[tokio::test]
async fn an_account_is_sealed_by_the_new_key_once() {
    let vault = Vault::new(MemoryStore::default(), both());
    assert!(!vault.reseal(&key()).await.unwrap(), "there is nothing");
    vault.store().put(&key(), None, &sealed_by_the_old_key().await).await.unwrap();
    assert_eq!(vault.expect_unreferenced("old").await.unwrap_err().code(), "sealing_key_referenced");
    assert!(vault.reseal(&key()).await.unwrap());
    vault.expect_unreferenced("old").await.unwrap();
    assert!(opens(&vault, "access").await);
    assert!(!vault.reseal(&key()).await.unwrap(), "it is sealed with the new key already");
    let kinds: Vec<_> = vault.store().events(0, 9).await.unwrap().iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::Connected, EventKind::Resealed]);
}

#[tokio::test]
async fn a_note_is_sealed_by_the_new_key() {
    let before = Vault::new(MemoryStore::default(), old());
    before.put_note(&key(), None, &secret(b"a note")).await.unwrap();
    let vault = Vault::new(MemoryStore::default(), both());
    let note = entry(before.store().load(&key()).await.unwrap().unwrap());
    vault.store().put(&key(), None, &note).await.unwrap();
    assert!(vault.reseal(&key()).await.unwrap());
    vault.expect_unreferenced("old").await.unwrap();
    let (version, note) = vault.load_note(&key()).await.unwrap().unwrap();
    assert_eq!((version, note.unwrap().expose_secret().as_slice()), (Version::FIRST, b"a note".as_slice()));
}

#[tokio::test]
async fn a_tombstone_is_sealed_by_the_new_key_while_it_keeps_its_secret() {
    let vault = Vault::new(MemoryStore::default(), both());
    let seen = vault.store().put(&key(), None, &sealed_by_the_old_key().await).await.unwrap();
    let tombstone = vault.store().remove(&key(), seen, Secret::UntilRevoked).await.unwrap();
    assert!(vault.reseal(&key()).await.unwrap());
    assert!(opens(&vault, "access").await);
    assert_eq!(vault.load(&key()).await.unwrap().unwrap().row.status, Status::Disconnected);
    vault.store().remove(&key(), tombstone, Secret::EraseNow).await.unwrap();
    assert!(!vault.reseal(&key()).await.unwrap(), "nothing is left to seal");
}

#[tokio::test]
async fn what_does_not_open_is_left_as_it_is() {
    let mut damaged = sealed_by_the_old_key().await;
    damaged.sealed.bytes[20] ^= 1;
    for (ring, entry, code) in
        [(new(), sealed_by_the_old_key().await, "sealing_key_unknown"), (both(), damaged, "seal_broken")]
    {
        let vault = Vault::new(MemoryStore::default(), ring);
        vault.store().put(&key(), None, &entry).await.unwrap();
        assert_eq!(vault.reseal(&key()).await.unwrap_err().code(), code);
        assert_eq!(vault.store().load(&key()).await.unwrap().unwrap().sealed, Some(entry.sealed));
    }
}

#[tokio::test]
async fn f04_a_renewal_meanwhile_is_resealed_in_its_turn() {
    for (meanwhile, resealed) in [(renewal_by(old()), true), (renewal_by(new()), false)] {
        let vault = Vault::new(Contested::by([meanwhile]), both());
        vault.store().put(&key(), None, &sealed_by_the_old_key().await).await.unwrap();
        assert_eq!(vault.reseal(&key()).await.unwrap(), resealed);
        assert!(opens(&vault, "renewed").await);
    }
}

#[tokio::test]
async fn a_row_that_never_stands_still_is_tried_again_later() {
    let vault = Vault::new(Contested::forever(), both());
    vault.store().put(&key(), None, &sealed_by_the_old_key().await).await.unwrap();
    assert_eq!(vault.reseal(&key()).await.unwrap_err().code(), "store_conflict");
}
