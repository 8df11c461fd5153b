//! The file: who shares it, who may read it, what is in it.

use std::{env, fs, path::Path, process};

use mailgrant_core::SystemHost;
use sqlx::raw_sql;

use super::*;
use crate::{
    AttemptId, Claim, Passage, Purpose, Secret, Settled, Settlement, Sharing, Store, StoreError, Taken, Version,
};

const LEASE: Duration = Duration::from_secs(600);

fn attempt() -> AttemptId {
    AttemptId::draw(&SystemHost)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_stores_on_one_file_one_is_granted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grants.db");
    let (one, two) = (SqliteStore::open(&path).await.unwrap(), SqliteStore::open(&path).await.unwrap());
    for round in 0..10 {
        let key = key(&round.to_string());
        let seen = one.put(&key, None, &entry(b"sealed")).await.unwrap();
        let (first, second) = (attempt(), attempt());
        let (left, right) = tokio::join!(
            one.claim(&key, &first, LEASE, seen, Purpose::Renew),
            two.claim(&key, &second, LEASE, seen, Purpose::Renew),
        );
        let (left, right) = (left.unwrap(), right.unwrap());
        assert!(matches!((&left, &right), (Claim::Granted, Claim::Held(_)) | (Claim::Held(_), Claim::Granted)));
        let winner = if left == Claim::Granted { first } else { second };
        let settlement = Settlement::Renewed(entry(b"renewed"));
        assert_eq!(two.settle(&key, seen, &winner, &settlement).await.unwrap(), Settled::Done(seen.next()));
        assert_eq!(one.load(&key).await.unwrap().unwrap().version, seen.next());
    }
    assert_eq!(one.events(0, 100).await.unwrap(), two.events(0, 100).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_stored_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grants.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let seen = store.put(&key("main"), None, &entry(b"sealed")).await.unwrap();
    let held = attempt();
    store.claim(&key("main"), &held, LEASE, seen, Purpose::Renew).await.unwrap();
    let events = store.events(0, 100).await.unwrap();
    store.close().await;

    let store = SqliteStore::open(&path).await.unwrap();
    let row = store.load(&key("main")).await.unwrap().unwrap();
    assert_eq!((row.version, row.attempt.unwrap().id), (seen, held));
    assert_eq!(store.events(0, 100).await.unwrap(), events);
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_of_events_go_on_after_opening_again_though_all_were_pruned() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grants.db");
    let store = SqliteStore::open(&path).await.unwrap();
    store.put(&key("main"), None, &entry(b"sealed")).await.unwrap();
    let last = store.events(0, 100).await.unwrap()[0].id;
    assert_eq!(store.prune(last).await.unwrap(), 1);
    store.close().await;

    let store = SqliteStore::open(&path).await.unwrap();
    store.put(&key("other"), None, &entry(b"sealed")).await.unwrap();
    assert_eq!(store.events(0, 100).await.unwrap()[0].id, last + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_is_closed_to_all_who_share_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grants.db");
    let (one, two) = (SqliteStore::open(&path).await.unwrap(), SqliteStore::open(&path).await.unwrap());
    let main = key("main");
    one.close_gate("gate", &main, LEASE, "maintenance").await.unwrap();
    assert!(matches!(two.pass_gate("gate", LEASE).await.unwrap(), Passage::Closed { .. }));
    advance(&one, LEASE).await;
    for _ in 0..10 {
        let (left, right) = tokio::join!(one.pass_gate("gate", LEASE), two.pass_gate("gate", LEASE));
        let probes = [left.unwrap(), right.unwrap()].iter().filter(|passage| **passage == Passage::Probe).count();
        assert_eq!(probes, 1);
        advance(&two, LEASE).await;
    }
    two.open_gate("gate", &main).await.unwrap();
    assert_eq!(one.pass_gate("gate", LEASE).await.unwrap(), Passage::Open);
    let kept: i64 =
        sqlx::query_scalar(one.prefix.sql("SELECT count(*) FROM {prefix}gates")).fetch_one(&one.writer).await.unwrap();
    assert_eq!(kept, 0, "of an open gate nothing is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_file_can_be_opened_by_eight_at_once() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("grants.db");
        let opens = (0..8).map(|number| {
            let path = path.clone();
            // A thread and a runtime of its own, so that they are as far apart as one process allows.
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async {
                    let store = SqliteStore::open(&path).await.unwrap();
                    store.put(&key(&format!("main-{number}")), None, &entry(b"sealed")).await.unwrap();
                    store.close().await;
                });
            })
        });
        opens.collect::<Vec<_>>().into_iter().for_each(|open| open.join().unwrap());
        let store = SqliteStore::open(&path).await.unwrap();
        assert_eq!(store.events(0, 100).await.unwrap().len(), 8);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_file_can_be_opened_by_eight_processes_at_once() {
    const FILE: &str = "MAILGRANT_TEST_FILE";
    if let Some(path) = env::var_os(FILE) {
        let store = SqliteStore::open(path).await.unwrap();
        store.put(&key(&process::id().to_string()), None, &entry(b"sealed")).await.unwrap();
        return store.close().await;
    }
    let this = std::thread::current().name().unwrap().to_owned();
    for _ in 0..3 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("grants.db");
        let children = (0..8).map(|_| {
            let mut child = process::Command::new(env::current_exe().unwrap());
            child.args(["--exact", &this]).env(FILE, &path).stdout(process::Stdio::null()).spawn().unwrap()
        });
        for mut child in children.collect::<Vec<_>>() {
            assert!(child.wait().unwrap().success());
        }
        let store = SqliteStore::open(&path).await.unwrap();
        assert_eq!(store.events(0, 100).await.unwrap().len(), 8);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_of_a_newer_build_is_left_alone() {
    let (store, folder) = fresh().await;
    let path = folder.path().join("grants.db");
    raw_sql(store.prefix.sql("UPDATE {prefix}schema SET version = version + 1")).execute(&store.writer).await.unwrap();
    store.close().await;
    let before = fs::read(&path).unwrap();
    assert!(matches!(SqliteStore::open(&path).await, Err(StoreError::Incompatible(_))));
    assert_eq!(fs::read(&path).unwrap(), before);
    let other = TablePrefix::new("other_").unwrap();
    SqliteStore::builder(&path).table_prefix(other).open().await.expect("its tables are others");
}

#[tokio::test(flavor = "multi_thread")]
async fn stores_of_two_prefixes_share_a_file() {
    let (store, folder) = fresh().await;
    let builder = SqliteStore::builder(folder.path().join("grants.db"));
    let other = builder.table_prefix(TablePrefix::new("other_").unwrap()).open().await.unwrap();
    store.put(&key("main"), None, &entry(b"sealed")).await.unwrap();
    assert_eq!(other.load(&key("main")).await.unwrap(), None);
    assert_eq!(other.events(0, 10).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_somebody_else_made_are_used() {
    let (store, _folder) = fresh().await;
    let other = TablePrefix::new("other_").unwrap();
    raw_sql(sqlx::AssertSqlSafe(SqliteStore::ddl(&other))).execute(&store.writer).await.unwrap();
    let path = store.writer.connect_options().get_filename().to_owned();
    let store = SqliteStore::builder(path).table_prefix(other).open().await.unwrap();
    assert_eq!(store.put(&key("main"), None, &entry(b"sealed")).await.unwrap(), Version::FIRST);
}

#[test]
fn a_prefix_is_a_plain_name() {
    for prefix in ["", "1x", "sqlite_x", "Main", "a b", "x;", "\"", &"x".repeat(42)] {
        assert_eq!(TablePrefix::new(prefix).unwrap_err().code(), "table_prefix_invalid", "{prefix:?}");
    }
    assert_eq!(TablePrefix::new("_a1").unwrap().as_str(), "_a1");
    assert!(SqliteStore::ddl(&TablePrefix::default()).contains("CREATE TABLE mailgrant_accounts"));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn only_the_owner_reads_the_file() {
    use std::os::unix::fs::PermissionsExt;

    let (store, folder) = fresh().await;
    store.put(&key("main"), None, &entry(b"sealed")).await.unwrap();
    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap()).collect();
    assert_eq!(files.len(), 3, "the file, its log and the log's index");
    for file in files {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.path());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_erased_is_not_in_the_file() {
    const ERASED: &[u8] = b"the sealed payload that must go";
    let (store, folder) = fresh().await;
    let payload = |length: usize| ERASED.iter().copied().cycle().take(length).collect::<Vec<_>>();
    for number in 0..60 {
        let key = key(&number.to_string());
        // Within a page, and on pages of its own.
        let length = if number % 2 == 0 { 700 } else { 20_000 };
        let seen = store.put(&key, None, &entry(&payload(length))).await.unwrap();
        let held = attempt();
        store.claim(&key, &held, LEASE, seen, Purpose::Renew).await.unwrap();
        let renewal = Settlement::Renewed(entry(&payload(length / 2)));
        store.settle(&key, seen, &held, &renewal).await.unwrap();
        let lookup = mailgrant_core::Lookup::from_bytes([number; 32]);
        store.put_pending(&key, &lookup, &entry(&payload(length)).sealed, Sharing::Own, LEASE).await.unwrap();
    }
    checkpoint(&store).await;
    assert!(holds(folder.path(), ERASED), "or this test could not fail");
    for number in 0..60 {
        let lookup = mailgrant_core::Lookup::from_bytes([number; 32]);
        assert!(matches!(store.take_pending(&lookup).await.unwrap(), Taken::Pending(_)));
        store.remove(&key(&number.to_string()), Version::FIRST.next(), Secret::EraseNow).await.unwrap();
    }
    assert!(!holds(folder.path(), ERASED), "neither in the file nor in its log");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_old_key_sealed_is_not_in_the_file() {
    const OLD: &[u8] = b"the secret as the old key sealed it";
    let (store, folder) = fresh().await;
    let seen = store.put(&key("main"), None, &entry(OLD)).await.unwrap();
    checkpoint(&store).await;
    assert!(holds(folder.path(), OLD), "or this test could not fail");
    store.reseal(&key("main"), seen, &entry(b"the same under the new key").sealed).await.unwrap();
    assert!(!holds(folder.path(), OLD), "neither in the file nor in its log");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_is_found_by_its_index() {
    let (store, _folder) = fresh().await;
    let plan = format!("EXPLAIN QUERY PLAN {}", super::super::rows::DUE);
    let steps = sqlx::query(store.prefix.sql(&plan)).fetch_all(&store.writer).await.unwrap();
    let steps: Vec<String> = steps.iter().map(|step| sqlx::Row::get(step, "detail")).collect();
    let search = "USING INDEX mailgrant_accounts_due (client_key=? AND environment=? AND upkeep_at<?)";
    assert!(steps[0].contains(search), "{steps:?}");
}

async fn checkpoint(store: &SqliteStore) {
    raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").execute(&store.writer).await.unwrap();
}

fn holds(folder: &Path, needle: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().any(|file| {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        bytes.windows(needle.len()).any(|window| window == needle)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_of_logins_is_swept_a_day_later() {
    let (store, _folder) = fresh().await;
    let lookup = |mark| mailgrant_core::Lookup::from_bytes([mark; 32]);
    let day = crate::logins::REMEMBERED;
    store.put_pending(&key("main"), &lookup(1), &entry(b"sealed").sealed, Sharing::Own, LEASE).await.unwrap();
    advance(&store, day).await;
    store.put_pending(&key("main"), &lookup(2), &entry(b"sealed").sealed, Sharing::Own, LEASE).await.unwrap();
    assert_eq!(store.take_pending(&lookup(1)).await.unwrap(), Taken::Expired);
    advance(&store, LEASE).await;
    store.put_pending(&key("main"), &lookup(3), &entry(b"sealed").sealed, Sharing::Own, LEASE).await.unwrap();
    assert_eq!(store.take_pending(&lookup(1)).await.unwrap(), Taken::Unknown);
    assert_eq!(store.take_pending(&lookup(2)).await.unwrap(), Taken::Expired);
}
