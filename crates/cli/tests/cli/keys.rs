//! The keys that seal: listed, added, made the primary one, sealed with.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::symlink,
    process::Stdio,
};

use mailgrant_core::secrecy::SecretBox;
use mailgrant_storage::{AccountKey, KeyRing, Secret, Vault, sqlite::SqliteStore};
use serde_json::{Value, json};

use crate::rig::{Rig, mode};

/// The keys as `keys list` tells them: id, role, how many are sealed.
fn keys(rig: &Rig) -> Vec<(String, String, u64)> {
    let done = rig.run(["keys", "list", "--json"]);
    assert_eq!(done.code, 0, "{done:?}");
    let keys: Vec<Value> = serde_json::from_str(&done.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    keys.iter().map(|key| (text(&key["id"]), text(&key["role"]), key["sealed"].as_u64().unwrap())).collect()
}

fn is(key: &(String, String, u64), id: &str, role: &str, sealed: u64) {
    assert_eq!((&*key.0, &*key.1, key.2), (id, role, sealed));
}

fn add(rig: &Rig) -> String {
    let done = rig.run(["keys", "add"]);
    assert_eq!(done.code, 0, "{done:?}");
    done.stdout.trim().to_owned()
}

async fn vault(rig: &Rig) -> Vault {
    let store = SqliteStore::open(rig.home.path().join("data/mailgrant/mailgrant.db")).await.unwrap();
    Vault::new(store, KeyRing::from_file(&rig.key_file(), None).unwrap())
}

async fn note(vault: &Vault, name: &str) -> AccountKey {
    let key = AccountKey::new("tenant", "getresponse", name).unwrap();
    vault.put_note(&key, None, &SecretBox::new(Box::new(name.as_bytes().to_vec()))).await.unwrap();
    key
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_key_is_changed_and_everybody_can_open_all_the_while() {
    let rig = Rig::new().await;
    rig.connected();
    let old = keys(&rig)[0].0.clone();
    is(&keys(&rig)[0], &old, "primary", 2);
    let new = add(&rig);
    assert_ne!(old, new);
    assert_eq!(mode(&rig.key_file()), 0o600);
    is(&keys(&rig)[0], &old, "primary", 2);
    is(&keys(&rig)[1], &new, "readable", 0);
    let same = rig.run(["keys", "rotate", &old]);
    assert!(same.code == 0 && same.stderr.contains("already"), "{same:?}");

    let before = rig.token();
    let rotated = rig.run(["keys", "rotate", &new]);
    assert!(rotated.code == 0 && rotated.stderr.contains("keys reseal"), "{rotated:?}");
    assert_eq!((rig.token(), mode(&rig.key_file())), (before.clone(), 0o600));
    is(&keys(&rig)[0], &new, "primary", 0);
    is(&keys(&rig)[1], &old, "readable", 2);

    let resealed = rig.run(["keys", "reseal"]);
    assert_eq!(resealed.code, 0, "{resealed:?}");
    assert!(resealed.stderr.contains(&format!("resealed 2 of 2 with `{new}`")), "{resealed:?}");
    assert!(resealed.stderr.contains(&format!("`{old}` seals no account any more")), "{resealed:?}");
    let again = rig.run(["keys", "reseal"]);
    assert!(again.code == 0 && again.stderr.contains("resealed 0 of 0"), "{again:?}");
    let listed = rig.run(["keys", "list"]).stdout;
    assert!(listed.contains(&format!("{new}  primary   2\n{old}  readable  0\n")), "{listed}");

    let text = fs::read_to_string(rig.key_file()).unwrap();
    assert!(text.starts_with("# "), "what was said about the keys is still there");
    let kept: Vec<_> = text.lines().filter(|line| !line.starts_with(&old)).collect();
    fs::write(rig.key_file(), kept.join("\n")).unwrap();
    assert_eq!(rig.token(), before);
    assert_eq!(rig.run(["refresh", "main"]).code, 0);
    let folder = rig.key_file().parent().unwrap().to_owned();
    assert_eq!(fs::read_dir(folder).unwrap().count(), 1, "nothing is left beside the key file");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn notes_and_tombstones_are_resealed_over_pages_by_whoever_goes_on() {
    const NOTES: u64 = 600;
    let rig = Rig::new().await;
    assert_eq!(rig.run(["migrate"]).code, 0);
    let vault = vault(&rig).await;
    for number in 0..NOTES {
        note(&vault, &format!("n{number}")).await;
    }
    let gone = note(&vault, "gone").await;
    let version = vault.store().load(&gone).await.unwrap().unwrap().version;
    vault.store().remove(&gone, version, Secret::UntilRevoked).await.unwrap();
    let new = add(&rig);
    assert_eq!(rig.run(["keys", "rotate", &new]).code, 0);
    is(&keys(&rig)[0], &new, "primary", 0);
    assert_eq!(keys(&rig)[1].2, NOTES + 1, "on both pages, with the tombstone");

    let mut first = rig.command(["keys", "reseal"]).stderr(Stdio::piped()).spawn().unwrap();
    let line = BufReader::new(first.stderr.take().unwrap()).lines().next().unwrap().unwrap();
    assert!(line.starts_with("resealed ") && line.ends_with(&format!(" of {}", NOTES + 1)), "{line}");
    first.kill().unwrap();
    first.wait().unwrap();
    let left = keys(&rig)[1].2;
    assert!(left <= NOTES - 399, "{left}");
    let rest = rig.run(["keys", "reseal"]);
    assert_eq!(rest.code, 0, "{rest:?}");
    assert!(rest.stderr.contains(&format!("resealed {left} of {left} with")), "{rest:?}");
    is(&keys(&rig)[0], &new, "primary", NOTES + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_does_not_open_is_left_and_keeps_every_key() {
    let rig = Rig::new().await;
    rig.connected();
    let foreign = KeyRing::new("foreign", &SecretBox::new(Box::new(vec![7; 32]))).unwrap();
    let store = SqliteStore::open(rig.home.path().join("data/mailgrant/mailgrant.db")).await.unwrap();
    note(&Vault::new(store, foreign), "theirs").await;
    let new = add(&rig);
    assert_eq!(rig.run(["keys", "rotate", &new]).code, 0);
    is(&keys(&rig)[2], "foreign", "missing", 1);
    let resealed = rig.run(["keys", "reseal"]);
    assert_eq!(resealed.code, 5, "{resealed:?}");
    for said in ["resealed 2 of 3", "tenant/getresponse/theirs: ", "sealing_key_unknown", "every key stays"] {
        assert!(resealed.stderr.contains(said), "{said}: {resealed:?}");
    }
    is(&keys(&rig)[0], &new, "primary", 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_key_file_is_changed_where_it_is_or_not_at_all() {
    let rig = Rig::new().await;
    let made = add(&rig);
    assert_eq!(keys(&rig), [(made.clone(), "primary".to_owned(), 0)], "without a key file the first one is made");
    let before = fs::read(rig.key_file()).unwrap();
    let unknown = rig.run(["keys", "rotate", "nobody"]);
    assert_eq!(unknown.code, 2, "{unknown:?}");
    assert!(unknown.stderr.contains("there is no key `nobody`"), "{unknown:?}");
    assert_eq!(fs::read(rig.key_file()).unwrap(), before);

    let real = rig.home.path().join("real");
    fs::rename(rig.key_file(), &real).unwrap();
    symlink(&real, rig.key_file()).unwrap();
    let second = add(&rig);
    assert!(rig.key_file().is_symlink() && fs::read_to_string(&real).unwrap().contains(&second));
    let lines = fs::read_to_string(&real).unwrap();
    let children: Vec<_> =
        (0..4).map(|_| rig.command(["keys", "add"]).stdout(Stdio::null()).spawn().unwrap()).collect();
    assert!(children.into_iter().all(|mut child| child.wait().unwrap().success()));
    let after = fs::read_to_string(&real).unwrap();
    assert!(after.starts_with(&lines) && after.lines().count() == lines.lines().count() + 4, "none is lost");

    fs::remove_file(rig.key_file()).unwrap();
    let lost = rig.run(["keys", "add"]);
    assert_eq!(lost.code, 5, "{lost:?}");
    assert!(lost.stderr.contains("was sealed with it") && !rig.key_file().exists(), "{lost:?}");
    assert_eq!(rig.run(["keys", "list"]).code, 5);
    fs::write(rig.key_file(), json!("no key").to_string()).unwrap();
    assert_eq!(rig.run(["keys", "add"]).code, 5);
}
