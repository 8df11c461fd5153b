//! The sealing keys: which opens what, where it lies (14, 15).

use std::{fs, os::unix::fs::symlink, path::Path};

use mailgrant_core::{ErrorKind, SecretBytes, secrecy::SecretBox};
use mailgrant_storage::{KeyRing, Status, Vault, sqlite::SqliteStore};

use crate::{
    binary::Home,
    service::{Service, key, opened},
};

fn sealing_key(byte: u8) -> SecretBytes {
    SecretBox::new(Box::new(vec![byte; 32]))
}

fn old() -> KeyRing {
    KeyRing::new("old", &sealing_key(1)).unwrap()
}

fn new() -> KeyRing {
    KeyRing::new("new", &sealing_key(2)).unwrap()
}

async fn vault(folder: &Path, ring: KeyRing) -> Vault {
    Vault::new(SqliteStore::open(folder.join("grants.db")).await.unwrap(), ring)
}

#[tokio::test]
async fn security_14_an_unknown_key_id_is_a_configuration_error_that_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::on_file(folder.path(), old()).await;
    service.connected().await;
    let before = service.vault.store().load(&service.key).await.unwrap().unwrap();
    let events = service.manager.events(0, 100).await.unwrap().len();

    let without = vault(folder.path(), new()).await;
    let manager = mailgrant_manager::Manager::builder(without.clone()).client(service.client.clone()).build();
    let account = manager.account(&service.key);
    for _ in 0..3 {
        let error = account.token().await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Configuration, "sealing_key_unknown"));
        assert_eq!(without.load(&service.key).await.unwrap_err().code(), "sealing_key_unknown");
    }
    let after = without.store().load(&service.key).await.unwrap().unwrap();
    assert_eq!((after.version, &after.status, &after.sealed), (before.version, &Status::Active, &before.sealed));
    assert_eq!(service.manager.events(0, 100).await.unwrap().len(), events, "it was not put aside either");

    // With the key on the ring it goes on as if nothing had been.
    let with = vault(folder.path(), new().and_readable("old", &sealing_key(1)).unwrap()).await;
    let manager = mailgrant_manager::Manager::builder(with).client(service.client.clone()).build();
    manager.account(&service.key).token().await.unwrap();
}

#[tokio::test]
async fn security_14_a_key_is_readable_everywhere_before_it_is_primary() {
    let folder = tempfile::tempdir().unwrap();
    // The first half of a rotation: everybody reads the new key, nobody seals with it.
    let before = || old().and_readable("new", &sealing_key(2)).unwrap();
    let after = || new().and_readable("old", &sealing_key(1)).unwrap();
    let note = |text: &str| SecretBox::new(Box::new(text.as_bytes().to_vec()));
    let vaults = [vault(folder.path(), before()).await, vault(folder.path(), after()).await];
    for (sealer, id) in [(0, "old"), (1, "new")] {
        vaults[sealer].put_note(&key(id), None, &note(id)).await.unwrap();
        let row = vaults[sealer].store().load(&key(id)).await.unwrap().unwrap();
        assert_eq!(row.sealed.unwrap().key_id, id, "the first of a ring seals");
        for reader in &vaults {
            let (_, read) = reader.load_note(&key(id)).await.unwrap().unwrap();
            assert_eq!(opened(&read.unwrap()), id.as_bytes());
        }
    }
}

#[tokio::test]
async fn security_14_a_key_file_puts_its_first_key_before_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let keys = |text: &str| KeyRing::parse(text).unwrap();
    let (a, b) = ("A".repeat(43) + "=", "B".repeat(42) + "A=");
    let ring = keys(&format!("b {b}\na {a}\n"));
    assert!(ring.reads("a") && ring.reads("b"));
    let vault = vault(folder.path(), ring).await;
    vault.put_note(&key("note"), None, &sealing_key(9)).await.unwrap();
    assert_eq!(vault.store().load(&key("note")).await.unwrap().unwrap().sealed.unwrap().key_id, "b");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn security_14_a_store_whose_key_is_gone_gets_no_new_one() {
    let home = Home::new().await;
    home.connected();
    let kept = fs::read(home.key_file()).unwrap();
    fs::remove_file(home.key_file()).unwrap();
    let refused = home.run(&["token", "main"]);
    assert_eq!((refused.code, &*refused.stdout), (5, ""), "{refused:?}");
    assert!(!home.key_file().exists(), "a new key would open nothing of what is there");
    let other = KeyRing::create_file(&home.key_file(), home.store().parent());
    other.unwrap();
    let refused = home.run(&["token", "main"]);
    assert!(refused.code == 5 && refused.stderr.contains("sealing_key_unknown"), "{refused:?}");
    fs::write(home.key_file(), kept).unwrap();
    assert_eq!(home.run(&["token", "main"]).code, 0, "nothing was changed");
}

#[test]
fn security_15_a_key_in_the_store_s_directory_is_refused() {
    let (store, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let beside = store.path().join("key");
    let refused = KeyRing::create_file(&beside, Some(store.path())).unwrap_err();
    assert_eq!((refused.kind(), refused.code()), (ErrorKind::Configuration, "sealing_key_beside_store"));
    assert_eq!(fs::read_dir(store.path()).unwrap().count(), 0, "nothing was written");
    // One that is there is not read.
    let apart = keys.path().join("key");
    KeyRing::create_file(&apart, Some(store.path())).unwrap();
    KeyRing::from_file(&apart, Some(store.path())).unwrap();
    fs::copy(&apart, &beside).unwrap();
    assert_eq!(KeyRing::from_file(&beside, Some(store.path())).unwrap_err().code(), "sealing_key_beside_store");
}

#[test]
fn security_15_a_link_does_not_help() {
    let (store, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (apart, beside) = (keys.path().join("key"), store.path().join("key"));
    KeyRing::create_file(&apart, Some(store.path())).unwrap();
    let code = |path: &Path| KeyRing::from_file(path, Some(store.path())).unwrap_err().code();
    symlink(&apart, &beside).unwrap();
    assert_eq!(code(&beside), "sealing_key_beside_store", "a link in the store's directory");
    fs::remove_file(&beside).unwrap();
    fs::copy(&apart, &beside).unwrap();
    let link = keys.path().join("link");
    symlink(&beside, &link).unwrap();
    assert_eq!(code(&link), "sealing_key_beside_store", "a link to the store's directory");
    let folder = keys.path().join("folder");
    symlink(store.path(), &folder).unwrap();
    assert_eq!(code(&folder.join("key")), "sealing_key_beside_store", "a link to its folder");
    let roundabout = store.path().join("..").join(store.path().file_name().unwrap()).join("key");
    assert_eq!(code(&roundabout), "sealing_key_beside_store", "another way to the same place");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn security_15_the_binary_keeps_them_apart() {
    let home = Home::new().await;
    home.connected();
    assert_ne!(home.key_file().parent(), home.store().parent());
    let key = fs::read_to_string(home.key_file()).unwrap();
    let key = key.lines().last().unwrap().split(' ').nth(1).unwrap();
    let stored = crate::service::bytes_in(home.store().parent().unwrap());
    assert!(!crate::service::holds(&stored, key));
    let beside = home.store().with_file_name("key");
    let refused = home.run(&["--key-file", beside.to_str().unwrap(), "accounts"]);
    assert!(refused.code == 5 && refused.stderr.contains("sealing_key_beside_store"), "{refused:?}");
    assert!(!beside.exists());
}

#[tokio::test]
async fn security_14_removing_a_referenced_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::on_file(folder.path(), old()).await;
    let account = service.connected().await;
    let both = vault(folder.path(), new().and_readable("old", &sealing_key(1)).unwrap()).await;
    assert_eq!(both.expect_unreferenced("old").await.unwrap_err().code(), "sealing_key_referenced");
    both.expect_unreferenced("new").await.unwrap();
    let manager = mailgrant_manager::Manager::builder(both.clone()).client(service.client.clone()).build();
    manager.account(account.key()).refresh().await.unwrap();
    both.expect_unreferenced("old").await.unwrap();
    assert_eq!(both.expect_unreferenced("new").await.unwrap_err().code(), "sealing_key_referenced");
    // A tombstone that keeps its secret for a revocation keeps its key too.
    let seen = both.store().load(account.key()).await.unwrap().unwrap().version;
    let tombstone = both.store().remove(account.key(), seen, mailgrant_storage::Secret::UntilRevoked).await.unwrap();
    assert_eq!(both.expect_unreferenced("new").await.unwrap_err().code(), "sealing_key_referenced");
    both.store().remove(account.key(), tombstone, mailgrant_storage::Secret::EraseNow).await.unwrap();
    both.expect_unreferenced("new").await.unwrap();
}
