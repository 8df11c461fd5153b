//! A login is given out once, whoever takes it (18).

use std::{fs, path::Path, process::Stdio, time::Duration};

use futures_util::future::join_all;
use mailgrant_core::AuthorizationCode;
use mailgrant_emulator::App;
use mailgrant_storage::{Vault, sqlite::SqliteStore};

use crate::{
    binary::{Done, Home, Login, callback},
    place::ring,
    service::{ID, SECRET, Service, browser, key},
};

async fn vault(file: &Path) -> Vault {
    Vault::new(SqliteStore::open(file).await.unwrap(), ring(&["k"]))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_18_of_many_takers_on_one_file_one_is_given_the_login() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("grants.db");
    // Stores that share nothing but the file, as processes do.
    let vaults = join_all((0..8).map(|_| vault(&file))).await;
    let service = Service::new().await;
    for round in 0..8 {
        let pending = service.client.begin(AuthorizationCode::registered()).into_pending();
        let lookup = pending.lookup(&browser("cookie"));
        vaults[round].put_pending(&key("main"), &pending, &browser("cookie"), Duration::from_secs(60)).await.unwrap();
        let takers = vaults.iter().flat_map(|vault| [vault, vault, vault]);
        let taken = join_all(takers.map(|vault| vault.take_pending(&lookup))).await;
        assert_eq!(taken.iter().filter(|taken| taken.is_ok()).count(), 1, "round {round}");
        let losers = taken.into_iter().filter_map(Result::err);
        assert!(losers.into_iter().all(|error| error.code() == "login_used"), "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_18_what_was_taken_is_never_given_out_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("grants.db");
    let service = Service::new().await;
    let pending = service.client.begin(AuthorizationCode::registered()).into_pending();
    let lookup = pending.lookup(&browser("cookie"));
    let put = async |vault: &Vault| {
        vault.put_pending(&key("main"), &pending, &browser("cookie"), Duration::from_secs(60)).await
    };
    let first = vault(&file).await;
    put(&first).await.unwrap();
    first.take_pending(&lookup).await.unwrap();
    // A caller who did not hear that it was put, another process, one that is started later.
    assert_eq!(put(&first).await.unwrap_err().code(), "store_conflict");
    drop(first);
    for _ in 0..2 {
        assert_eq!(vault(&file).await.take_pending(&lookup).await.unwrap_err().code(), "login_used");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn security_18_of_many_processes_one_is_given_the_login() {
    let home = Home::new().await;
    let elsewhere = "https://app.example/callback";
    home.emulator.add_app(App::new(ID, SECRET).redirect_uri(elsewhere));
    let connect = || {
        let mut command = home.connect_to(elsewhere, &["--paste"]);
        command.stdin(Stdio::piped());
        command
    };
    let mut logins: Vec<Login> = (0..6).map(|_| Login::start(connect())).collect();
    // All of them are handed the first one's address.
    let address = callback(&logins[0].url);
    logins.iter_mut().for_each(|login| login.paste(&address));
    let done: Vec<Done> = logins.into_iter().map(Login::end).collect();
    assert_eq!(done.iter().filter(|done| done.code == 0).count(), 1, "{done:?}");
    assert_eq!(done.iter().filter(|done| done.stderr.contains("login_used")).count(), 5, "{done:?}");
    assert_eq!(home.token_requests(), 1, "the code was spent once");
}

#[test]
fn security_18_memory_says_that_it_is_for_one_process() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../storage/src");
    let memory = fs::read_to_string(sources.join("memory.rs")).unwrap();
    let (documentation, _) = memory.split_once("pub struct MemoryStore").unwrap();
    assert!(documentation.contains("It serves one process only."), "what `MemoryStore` says of itself");
    let library = fs::read_to_string(sources.join("lib.rs")).unwrap();
    assert!(library.contains("[`memory`] (one process, its tests)"), "what the crate says of it");
}
