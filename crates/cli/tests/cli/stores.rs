//! Where a store can be, with what is said about it.

use crate::rig::Rig;

#[cfg(all(feature = "postgres", feature = "redis"))]
const PASSWORD: &str = "hush-7d1e";

#[cfg(all(feature = "postgres", feature = "redis"))]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_store_on_a_server_wants_its_key_named_and_there() {
    let rig = Rig::new().await;
    for store in ["postgres://127.0.0.1:1/db", "redis://127.0.0.1:1/0"] {
        let unnamed = rig.run(["--store", store, "accounts"]);
        assert_eq!(unnamed.code, 5, "{unnamed:?}");
        assert!(unnamed.stderr.contains("--key-file") && unnamed.stderr.contains("MAILGRANT_KEY_FILE"), "{unnamed:?}");
        let missing = rig.run(["--store", store, "--key-file", "no/such/file", "accounts"]);
        assert_eq!(missing.code, 5, "{missing:?}");
        assert!(missing.stderr.contains("`mailgrant keys add`"), "{missing:?}");
    }
    assert!(!rig.home.path().join("config").exists() && !rig.home.path().join("data").exists());
}

#[cfg(all(feature = "postgres", feature = "redis"))]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_password_in_an_address_is_never_said() {
    let rig = Rig::new().await;
    let postgres = format!("postgres://u:{PASSWORD}@127.0.0.1:1/db");
    let redis = format!("redis://:{PASSWORD}@127.0.0.1:1/0");
    let ambiguous = format!("postgres://u:/{PASSWORD}@127.0.0.1/db");
    let unknown = format!("mysql://u:{PASSWORD}@127.0.0.1/db");
    let portless = format!("postgres://u:{PASSWORD}");
    let key = rig.home.path().join("keys/k").display().to_string();
    assert_eq!(rig.run(["--key-file", &key, "--store", &format!("sqlite:{key}s/s.db"), "migrate"]).code, 0);
    for (store, args, code, said) in [
        (&postgres, &["events"][..], 4, "postgres://127.0.0.1/db: "),
        (&redis, &["accounts"], 4, "redis://127.0.0.1/0: "),
        (&redis, &["events"], 4, "redis://127.0.0.1/0: "),
        (&portless, &["migrate"], 5, "postgres://u: "),
        (&ambiguous, &["accounts"], 2, "%2F"),
        (&unknown, &["accounts"], 2, "postgres://…"),
        (&postgres, &["frobnicate"], 2, ""),
        (&postgres, &["--store", &unknown, "--store", &redis, "accounts"], 2, ""),
        (&postgres, &["accounts", &postgres], 2, "postgres://…@127.0.0.1"),
        (&postgres, &["--help"], 0, ""),
        (&postgres, &["keys", "list", "--help"], 0, ""),
    ] {
        let mut command = rig.command(args);
        let done: crate::rig::Done =
            command.env("MAILGRANT_STORE", store).env("MAILGRANT_KEY_FILE", &key).output().unwrap().into();
        assert_eq!(done.code, code, "{args:?}: {done:?}");
        assert!(done.stderr.contains(said), "{args:?}: {done:?}");
        assert!(!done.stderr.contains(PASSWORD) && !done.stdout.contains(PASSWORD), "{args:?}: {done:?}");
    }
    let help = rig.run(["--help"]).stdout;
    assert!(help.contains("MAILGRANT_STORE") && help.contains("postgres://USER@HOST/DATABASE"), "{help}");
}

#[cfg(not(feature = "postgres"))]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_store_that_is_not_built_in_is_a_matter_of_configuration() {
    let rig = Rig::new().await;
    for args in [&["accounts"][..], &["events"], &["migrate", "--print"], &["keys", "add"]] {
        let done = rig.run([&["--store", "postgres://u:hush@h/db"], args].concat());
        assert_eq!(done.code, 5, "{args:?}: {done:?}");
        assert!(done.stderr.contains("has no store on PostgreSQL") && !done.stderr.contains("hush"), "{done:?}");
    }
}
