//! The schema: made, printed, left alone.

use sqlx::{AssertSqlSafe, Connection, SqliteConnection, raw_sql};

use crate::rig::Rig;

async fn run_sql(rig: &Rig, path: &str, sql: String) {
    let url = format!("sqlite:{}?mode=rwc", rig.home.path().join(path).display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_printed_schema_is_the_one_that_is_made() {
    let rig = Rig::new().await;
    let printed = rig.run(["migrate", "--print"]);
    assert_eq!((printed.code, &*printed.stderr), (0, ""), "{printed:?}");
    assert_eq!(std::fs::read_dir(rig.home.path()).unwrap().count(), 0, "it touches nothing");
    run_sql(&rig, "store.db", printed.stdout).await;
    let store = format!("sqlite:{}", rig.home.path().join("store.db").display());
    // Whoever finds a store that is made brings its key.
    let (key, other) = (rig.home.path().join("keys/k").display().to_string(), rig.home.path().join("other/s.db"));
    let made = rig.run(["--store", &format!("sqlite:{}", other.display()), "--key-file", &key, "keys", "add"]);
    assert_eq!(made.code, 0, "{made:?}");
    let done = rig.run(["--store", &store, "--key-file", &key, "accounts", "--json"]);
    assert_eq!((done.code, done.stdout.trim()), (0, "[]"), "{done:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_store_is_migrated_and_a_newer_one_left_alone() {
    let rig = Rig::new().await;
    for _ in 0..2 {
        let done = rig.run(["migrate"]);
        assert_eq!((done.code, &*done.stdout), (0, ""), "{done:?}");
        assert!(done.stderr.contains("mailgrant.db: the schema is this build's"), "{done:?}");
    }
    run_sql(&rig, "data/mailgrant/mailgrant.db", "UPDATE mailgrant_schema SET version = 1000".to_owned()).await;
    let newer = rig.run(["migrate"]);
    assert_eq!(newer.code, 5, "{newer:?}");
    assert!(newer.stderr.contains("store_incompatible") && newer.stderr.contains("1000"), "{newer:?}");
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_schema_for_postgres_is_printed_without_a_server() {
    let rig = Rig::new().await;
    let printed = rig.run(["--store", "postgres://127.0.0.1:1/db", "migrate", "--print"]);
    assert_eq!(printed.code, 0, "{printed:?}");
    for word in ["BEGIN;", "CREATE TABLE", "COMMIT;", "-- GRANT"] {
        assert!(printed.stdout.contains(word), "{word}: {printed:?}");
    }
}

#[cfg(feature = "redis")]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn redis_has_no_schema() {
    let rig = Rig::new().await;
    let printed = rig.run(["--store", "redis://127.0.0.1:1/0", "migrate", "--print"]);
    assert_eq!((printed.code, &*printed.stdout), (0, ""), "{printed:?}");
    assert!(printed.stderr.contains("a store on Redis has no schema"), "{printed:?}");
}
