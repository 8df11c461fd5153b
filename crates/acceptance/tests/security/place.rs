//! What is sealed is bound to where it lies (12).

use std::time::Duration;

use aes_gcm_siv::{
    Aes256GcmSiv, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use mailgrant_core::{AuthorizationCode, Error, TokenRecord, secrecy::SecretBox};
use mailgrant_storage::{
    AccountKey, AttemptId, Kept, KeyRing, Purpose, Row, Sealed, Secret, Settlement, Sharing, Taken, Timing, Vault,
    Version, memory::MemoryStore,
};

use crate::service::{Service, browser, key, opened};

pub(crate) const KEY: [u8; 32] = [7; 32];

/// A ring with one key under these ids, the first of which seals.
pub(crate) fn ring(ids: &[&str]) -> KeyRing {
    let key = || SecretBox::new(Box::new(KEY.to_vec()));
    let first = KeyRing::new(ids[0], &key()).unwrap();
    ids[1..].iter().fold(first, |ring, id| ring.and_readable(id, &key()).unwrap())
}

fn account(tenant: &str, provider: &str, account: &str) -> AccountKey {
    AccountKey::new(tenant, provider, account).unwrap()
}

/// A grant at rest, from somebody's real login.
async fn record() -> TokenRecord {
    let service = Service::new().await;
    service.connected().await;
    service.vault.load(&service.key).await.unwrap().unwrap().record.unwrap()
}

/// A vault whose row under `key` holds `record`, at version 1.
async fn vault_with(record: &TokenRecord, key: &AccountKey) -> (Vault, Row) {
    let vault = Vault::new(MemoryStore::default(), ring(&["k", "l"]));
    vault.put(key, None, record, Timing::default(), None).await.unwrap();
    let row = vault.store().load(key).await.unwrap().unwrap();
    (vault, row)
}

fn code(opened: Result<Kept, Error>) -> &'static str {
    opened.map_or_else(|error| error.code(), |_| "it opened")
}

#[tokio::test]
async fn security_12_a_row_that_was_moved_does_not_open() {
    let record = record().await;
    let here = account("tenant", "getresponse", "main");
    let (vault, row) = vault_with(&record, &here).await;
    assert_eq!(code(vault.open(&here, row.clone()).await), "it opened");
    for (part, elsewhere) in [
        ("tenant", account("another", "getresponse", "main")),
        ("provider", account("tenant", "another", "main")),
        ("account", account("tenant", "getresponse", "another")),
    ] {
        assert_eq!(code(vault.open(&elsewhere, row.clone()).await), "seal_broken", "{part}");
    }
    let key_id = |sealed: &Sealed| Sealed { key_id: "l".into(), bytes: sealed.bytes.clone() };
    for (part, changed) in [
        ("environment", Row { environment: "another".into(), ..row.clone() }),
        ("client id", Row { client_key: row.client_key.replace("client-id", "another"), ..row.clone() }),
        ("grant", Row { client_key: row.client_key.replace("authorization_code", "implicit"), ..row.clone() }),
        ("secret version", Row { version: row.version.next(), ..row.clone() }),
        ("key id, with the same key", Row { sealed: row.sealed.as_ref().map(key_id), ..row.clone() }),
    ] {
        assert_ne!(changed, row, "{part}");
        assert_eq!(code(vault.open(&here, changed).await), "seal_broken", "{part}");
    }
}

#[tokio::test]
async fn security_12_a_secret_of_one_kind_does_not_open_as_another() {
    let record = record().await;
    let here = key("main");
    let (vault, row) = vault_with(&record, &here).await;
    assert_eq!(vault.load_note(&here).await.unwrap_err().code(), "seal_broken", "a record is no note");

    let note = key("note");
    vault.put_note(&note, None, &record.encode()).await.unwrap();
    assert!(vault.load_note(&note).await.unwrap().is_some());
    let at_note = vault.store().load(&note).await.unwrap().unwrap();
    let disguised = Row { client_key: row.client_key.clone(), environment: row.environment.clone(), ..at_note };
    assert_eq!(code(vault.open(&note, disguised).await), "seal_broken", "a note is no record");

    let service = Service::new().await;
    let pending = service.client.begin(AuthorizationCode::registered()).into_pending();
    let lookup = pending.lookup(&browser("cookie"));
    vault
        .store()
        .put_pending(&here, &lookup, row.sealed.as_ref().unwrap(), Sharing::Own, Duration::from_secs(60))
        .await
        .unwrap();
    assert_eq!(vault.take_pending(&lookup).await.unwrap_err().code(), "seal_broken", "a record is no login");
}

#[tokio::test]
async fn security_12_a_login_that_was_moved_does_not_open() {
    let service = Service::new().await;
    let vault = Vault::new(MemoryStore::default(), ring(&["k", "l"]));
    let (mine, victim) = (browser("mine"), browser("the victim's"));
    let pending = service.client.begin(AuthorizationCode::registered()).into_pending();
    vault.put_pending(&key("main"), &pending, &mine, Duration::from_secs(60)).await.unwrap();
    let Taken::Pending(sealed) = vault.store().take_pending(&pending.lookup(&mine)).await.unwrap() else {
        panic!("it is there")
    };
    let moved = pending.lookup(&victim);
    vault.store().put_pending(&key("main"), &moved, &sealed, Sharing::Own, Duration::from_secs(60)).await.unwrap();
    assert_eq!(vault.take_pending(&moved).await.unwrap_err().code(), "seal_broken");
}

#[tokio::test]
async fn security_12_every_part_is_behind_its_length() {
    let record = record().await;
    // Written one behind the other without their lengths, these are the same text.
    let (vault, row) = vault_with(&record, &account("tenant", "getresponse", "main")).await;
    for (tenant, provider) in [("tenan", "tgetresponse"), ("tenantg", "etresponse")] {
        assert_eq!(code(vault.open(&account(tenant, provider, "main"), row.clone()).await), "seal_broken", "{tenant}");
    }
    let (first, rest) = row.client_key.split_at(1);
    let shifted = Row { environment: row.environment.clone() + first, client_key: rest.to_owned(), ..row.clone() };
    assert_eq!(code(vault.open(&account("tenant", "getresponse", "main"), shifted).await), "seal_broken");
}

/// The associated data, written by hand from the requirement.
pub(crate) fn associated(parts: &[&[u8]]) -> Vec<u8> {
    parts.iter().flat_map(|part| [&(part.len() as u64).to_be_bytes()[..], part].concat()).collect()
}

#[tokio::test]
async fn security_12_the_associated_data_are_those_of_the_requirement() {
    let record = record().await;
    let here = key("main");
    let (_, row) = vault_with(&record, &here).await;
    let sealed = row.sealed.unwrap();
    let parts: [&[u8]; 10] = [
        b"mailgrant 1",
        b"record",
        b"tenant",
        b"getresponse",
        row.environment.as_bytes(),
        b"getresponse/authorization_code/client-id",
        b"main",
        b"sealed",
        &1_u64.to_be_bytes(),
        b"k",
    ];
    let (nonce, ciphertext) = sealed.bytes.split_first_chunk::<12>().unwrap();
    let cipher = Aes256GcmSiv::new_from_slice(&KEY).unwrap();
    let open = |aad: &[u8]| cipher.decrypt(&Nonce::from(*nonce), Payload { msg: ciphertext, aad });
    assert_eq!(open(&associated(&parts)).unwrap(), opened(&record.encode()));
    for left_out in 0..parts.len() {
        let mut fewer = parts.to_vec();
        fewer.remove(left_out);
        assert!(open(&associated(&fewer)).is_err(), "part {left_out}");
    }
}

#[tokio::test]
async fn security_12_the_version_changes_only_with_the_ciphertext() {
    let service = Service::new().await;
    let account = service.connected().await;
    let row = async || service.vault.store().load(&service.key).await.unwrap().unwrap();
    let first = row().await;
    assert_eq!(first.version, Version::FIRST);
    let store = service.vault.store();
    let attempt = AttemptId::draw(&service.host);
    let lease = Duration::from_secs(30);
    let settle = async |settlement| store.settle(&service.key, first.version, &attempt, &settlement).await.unwrap();
    for settlement in [Settlement::Untouched { pause: Duration::ZERO }, Settlement::Uncertain { pause: Duration::ZERO }]
    {
        store.claim(&service.key, &attempt, lease, first.version, Purpose::Renew).await.unwrap();
        let claimed = row().await;
        assert_eq!((claimed.version, &claimed.sealed), (first.version, &first.sealed), "claimed");
        settle(settlement).await;
        let settled = row().await;
        assert_eq!((settled.version, &settled.sealed), (first.version, &first.sealed), "settled");
    }
    settle(Settlement::Untouched { pause: Duration::ZERO }).await;
    account.refresh().await.unwrap();
    let second = row().await;
    assert_eq!(second.version, first.version.next());
    assert_ne!(second.sealed, first.sealed);
    assert_eq!(service.vault.load(&service.key).await.unwrap().unwrap().row.version, second.version, "it opens");
    store.remove(&service.key, second.version, Secret::EraseNow).await.unwrap();
    let third = row().await;
    assert_eq!((third.version, third.sealed), (second.version.next(), None));
}

/// A row that a thief puts back in its old place is refused, since the version has moved on.
#[tokio::test]
async fn security_12_an_old_ciphertext_does_not_open_as_the_newest() {
    let service = Service::new().await;
    let account = service.connected().await;
    let old = service.vault.store().load(&service.key).await.unwrap().unwrap();
    account.refresh().await.unwrap();
    let new = service.vault.store().load(&service.key).await.unwrap().unwrap();
    let rolled_back = Row { sealed: old.sealed, ..new };
    assert_eq!(code(service.vault.open(&service.key, rolled_back).await), "seal_broken");
}
