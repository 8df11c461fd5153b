//! What lies on the disk, and several processes on it.

use std::{
    collections::HashSet,
    fs,
    process::{Child, Stdio},
};

use crate::rig::{Login, Rig, SECRET, callback, get, holds, mode, parameter};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_store_holds_no_token_and_no_secret() {
    let rig = Rig::new().await;
    let login = Login::start(rig.connect(&[]));
    let back = callback(&login.url);
    let (code, state) = (parameter(&back, "code").to_owned(), parameter(&back, "state").to_owned());
    assert!(!holds(&rig.stored_bytes(), &state), "a login on its way is sealed as well");
    assert_eq!(get(&back).status, 200);
    assert_eq!(login.end().code, 0);
    let first = rig.token();
    assert_eq!(rig.run(["refresh", "main"]).code, 0);
    let second = rig.token();
    let bytes = rig.stored_bytes();
    assert!(holds(&bytes, "getresponse"), "these are the right bytes");
    for secret in [SECRET, &first, &second, &code, &state] {
        assert!(!holds(&bytes, secret));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_key_is_its_owner_s_alone_and_apart_from_the_store() {
    let rig = Rig::new().await;
    rig.connected();
    let data = rig.home.path().join("data/mailgrant");
    assert_eq!(mode(&rig.key_file()), 0o600);
    assert_eq!(mode(&data.join("mailgrant.db")), 0o600);
    for folder in [rig.key_file().parent().unwrap(), &data] {
        assert_eq!(mode(folder), 0o700);
    }
    let before = fs::read(rig.key_file()).unwrap();
    rig.token();
    assert_eq!(fs::read(rig.key_file()).unwrap(), before);

    let beside = data.join("sealing-key");
    let refused = rig.run(["--key-file", beside.to_str().unwrap(), "accounts"]);
    assert_eq!(refused.code, 5, "{refused:?}");
    assert!(refused.stderr.contains("must not lie in the store's directory"), "{refused:?}");
    assert!(!beside.exists());
    let mut relative = rig.command(["--store", "sqlite:here.db", "--key-file", "key", "accounts"]);
    assert_eq!(relative.current_dir(rig.home.path()).output().unwrap().status.code(), Some(5));

    let other = rig.home.path().join("keys/other");
    let elsewhere = format!("sqlite:{}", rig.home.path().join("elsewhere/store.db").display());
    assert_eq!(rig.run(["--store", &elsewhere, "--key-file", other.to_str().unwrap(), "accounts"]).code, 0);
    let wrong = rig.run(["--key-file", other.to_str().unwrap(), "token", "main"]);
    assert_eq!(wrong.code, 5, "{wrong:?}");
    assert!(wrong.stderr.contains("sealing_key_unknown"), "{wrong:?}");
    assert_eq!(rig.run(["token", "main"]).code, 0, "nothing was changed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn store_and_key_may_lie_anywhere_else() {
    let rig = Rig::new().await;
    let path = |name: &str| rig.home.path().join(name).to_str().unwrap().to_owned();
    let (store, key) = (format!("sqlite:{}", path("new folder/store.db")), path("keys/k"));
    let mut command = rig.connect(&[]);
    command.env("MAILGRANT_STORE", &store).env("MAILGRANT_KEY_FILE", &key);
    let login = Login::start(command);
    assert_eq!(get(&callback(&login.url)).status, 200);
    assert_eq!(login.end().code, 0);
    assert_eq!(rig.run(["token", "main", "--store", &store, "--key-file", &key]).code, 0);
    assert_eq!(rig.run(["token", "main"]).code, 2, "the default store is another one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn eight_processes_start_at_once_on_a_fresh_home() {
    let rig = Rig::new().await;
    for done in at_once(&rig, &["accounts", "--json"]) {
        assert_eq!((done.0, done.1.trim()), (0, "[]"), "{done:?}");
    }
    rig.connected();
    for done in at_once(&rig, &["token", "main"]) {
        assert_eq!(done.0, 0, "{done:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn f03_eight_processes_and_one_expired_account_are_one_refresh() {
    let rig = Rig::with(|settings| {
        settings.access_lifetime = 0;
        settings.refreshed_lifetime = Some(3600);
    })
    .await;
    rig.connected();
    let sent = rig.token_requests();
    let done = at_once(&rig, &["token", "main"]);
    assert!(done.iter().all(|(code, ..)| *code == 0), "{done:?}");
    let tokens: HashSet<_> = done.iter().map(|(_, token, _)| token).collect();
    assert_eq!(tokens.len(), 1, "{done:?}");
    assert_eq!((rig.token_requests() - sent, rig.emulator.counters().refreshes), (1, 1));
}

/// Eight of the same command: their codes, stdout, stderr.
fn at_once(rig: &Rig, args: &[&str]) -> Vec<(i32, String, String)> {
    let children: Vec<Child> =
        (0..8).map(|_| rig.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()).collect();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    children
        .into_iter()
        .map(|child| {
            let done = child.wait_with_output().unwrap();
            (done.status.code().unwrap(), text(done.stdout), text(done.stderr))
        })
        .collect()
}
