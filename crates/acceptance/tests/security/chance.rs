//! Nonces are drawn, never counted (13).

use std::collections::HashSet;

use aes_gcm_siv::{
    Aes256GcmSiv, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use mailgrant_core::{SecretBytes, secrecy::SecretBox};
use mailgrant_storage::{Vault, Version, memory::MemoryStore};

use crate::{
    place::{KEY, associated, ring},
    service::key,
};

fn secret() -> SecretBytes {
    SecretBox::new(Box::new(b"the same text".to_vec()))
}

/// What one vault made of the same text, so many times.
async fn sealed(times: u64) -> Vec<Vec<u8>> {
    let vault = Vault::new(MemoryStore::default(), ring(&["k"]));
    let mut all = Vec::new();
    for version in 0..times {
        vault.put_note(&key("note"), Version::from_stored(version), &secret()).await.unwrap();
        all.push(vault.store().load(&key("note")).await.unwrap().unwrap().sealed.unwrap().bytes);
    }
    all
}

fn nonces(sealed: &[Vec<u8>]) -> HashSet<[u8; 12]> {
    sealed.iter().map(|bytes| *bytes.first_chunk().unwrap()).collect()
}

#[tokio::test]
async fn security_13_rings_of_one_key_never_meet_in_a_nonce() {
    // Two that count would both begin at the same number.
    let all = [sealed(256).await, sealed(256).await].concat();
    assert_eq!(nonces(&all).len(), 512);
}

#[tokio::test]
async fn security_13_every_byte_of_a_nonce_is_random() {
    let nonces = nonces(&sealed(512).await);
    for place in 0..12 {
        let values: HashSet<u8> = nonces.iter().map(|nonce| nonce[place]).collect();
        // Of 512 random bytes some 221 differ; a counter's or a time's higher bytes would stand still.
        assert!(values.len() > 150, "byte {place} has {} values", values.len());
    }
}

#[tokio::test]
async fn security_13_it_is_aes_256_gcm_siv() {
    let bytes = sealed(1).await.remove(0);
    let (nonce, ciphertext) = bytes.split_first_chunk::<12>().unwrap();
    let aad = associated(&[
        b"mailgrant 1",
        b"note",
        b"tenant",
        b"getresponse",
        b"",
        b"",
        b"note",
        b"sealed",
        &1_u64.to_be_bytes(),
        b"k",
    ]);
    let cipher = Aes256GcmSiv::new_from_slice(&KEY).unwrap();
    let payload = Payload { msg: ciphertext, aad: &aad };
    assert_eq!(cipher.decrypt(&Nonce::from(*nonce), payload).unwrap(), b"the same text");
    assert_eq!(bytes.len(), 12 + b"the same text".len() + 16, "a nonce of 96 bits, a tag of 128");
}

#[cfg(unix)]
mod processes {
    use std::{fs, os::unix::fs::PermissionsExt};

    use mailgrant_storage::{Filter, Store, sqlite::SqliteStore};

    use super::*;
    use crate::binary::Home;

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn security_13_processes_of_one_key_never_meet_in_a_nonce() {
        let home = Home::new().await;
        let folder = home.folder.path();
        let key = folder.join("key");
        fs::write(&key, format!("k {}=\n", "A".repeat(43))).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        let (mut all, processes) = (Vec::new(), 4);
        for number in 0..processes {
            let file = folder.join(format!("store{number}/grants.db"));
            let store = format!("sqlite:{}", file.display());
            let done =
                home.feed(&["adopt", "main", "--store", &store, "--key-file", key.to_str().unwrap()], "a-token\n");
            assert_eq!(done.code, 0, "{done:?}");
            let rows = SqliteStore::open(&file).await.unwrap().list(&Filter::default(), None, 10).await.unwrap();
            all.extend(rows.into_iter().map(|(_, row)| row.sealed.unwrap().bytes));
        }
        assert!(all.len() >= processes, "each process sealed something");
        assert_eq!(nonces(&all).len(), all.len());
    }
}
