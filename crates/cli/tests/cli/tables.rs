//! Accounts taken from the table of code that goes on.

use std::{
    path::PathBuf,
    process::{Child, Stdio},
};

use mailgrant_core::{Host, SystemHost};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection, raw_sql};

use crate::{
    moving::{Held, done, held, hides, import, outcomes, refreshed},
    rig::{Done, Rig},
};

/// What the old code keeps.
struct Old {
    path: PathBuf,
    connection: SqliteConnection,
}

impl Old {
    async fn new(rig: &Rig) -> Self {
        let path = rig.home.path().join("old.db");
        let address = format!("sqlite:{}?mode=rwc", path.display());
        let mut connection = SqliteConnection::connect(&address).await.unwrap();
        // So that whoever reads does not wait for whoever writes.
        raw_sql("PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 30000").execute(&mut connection).await.unwrap();
        let schema = "CREATE TABLE customers (id INTEGER PRIMARY KEY, access_token TEXT, refresh TEXT, ends TEXT, moved BOOLEAN)";
        raw_sql(schema).execute(&mut connection).await.unwrap();
        Self { path, connection }
    }

    async fn run(&mut self, sql: &str) {
        raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut self.connection).await.unwrap();
    }

    async fn add(&mut self, id: u32, held: &Held) {
        let (access, refresh) = (&held.access, &held.refresh);
        self.run(&format!("INSERT INTO customers VALUES ({id}, '{access}', '{refresh}', '2199-01-01 00:00:00', NULL)"))
            .await;
    }

    async fn refresh_token(&mut self, id: u32) -> Option<String> {
        let sql = AssertSqlSafe(format!("SELECT refresh FROM customers WHERE id = {id}"));
        sqlx::query(sql).fetch_one(&mut self.connection).await.unwrap().get(0)
    }

    fn import(&self, rig: &Rig, args: &[&str]) -> std::process::Command {
        self.import_from(rig, &self.path.display().to_string(), args)
    }

    fn import_from(&self, rig: &Rig, path: &str, args: &[&str]) -> std::process::Command {
        let from = format!("sqlite:{path}");
        let options = ["--table", "customers", "--column", "account=id", "--column", "refresh_token=refresh", "--json"];
        let mut command = import(rig, &options);
        command.args(["--column", "expires_at=ends", "--settle", "0"]).args(args).env("MAILGRANT_IMPORT_FROM", from);
        command
    }
}

fn imported(done: &Done, names: &[&str]) {
    let told: Vec<_> = names.iter().map(|name| ((*name).to_owned(), "imported".to_owned(), "-".to_owned())).collect();
    assert_eq!(outcomes(done), told, "{done:?}");
    assert_eq!(done.code, 0, "{done:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn accounts_change_hands_and_each_is_refreshed_by_one() {
    let rig = Rig::new().await;
    let mut old = Old::new(&rig).await;
    let all = [held(&rig).await, held(&rig).await, held(&rig).await];
    for (id, held) in (8..).zip(&all) {
        old.add(id, held).await;
    }
    let before = std::fs::read(&old.path).unwrap();
    let dry = done(old.import(&rig, &["--dry-run"]));
    imported(&dry, &["8", "9", "10"]);
    assert!(!rig.home.path().join("data").exists() && std::fs::read(&old.path).unwrap() == before);

    // The old code refreshes one that is not taken yet.
    let newer = refreshed(&rig, &all[2]).await.unwrap();
    old.run(&format!("UPDATE customers SET refresh = '{}' WHERE id = 10", newer.refresh)).await;
    let requests = rig.token_requests();
    let taken = done(old.import(&rig, &[]));
    imported(&taken, &["8", "9", "10"]);
    assert_eq!(rig.token_requests(), requests, "nothing is sent");
    for id in [8, 9, 10] {
        assert_eq!(old.refresh_token(id).await, None);
        let refreshed = rig.run(["refresh", &id.to_string()]);
        assert_eq!(refreshed.code, 0, "{refreshed:?}");
    }
    let again = done(old.import(&rig, &[]));
    assert_eq!((again.code, &*again.stdout), (0, ""), "there is nothing left to take");
    for done in [&dry, &taken, &again] {
        hides(done, &[&all[0], &all[1], &all[2], &newer]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_mark_is_set_in_its_own_column() {
    let rig = Rig::new().await;
    let mut old = Old::new(&rig).await;
    let (one, other) = (held(&rig).await, held(&rig).await);
    old.add(1, &one).await;
    old.add(2, &other).await;
    old.run("UPDATE customers SET moved = TRUE WHERE id = 1").await;
    imported(&done(old.import(&rig, &["--hand-over", "mark:moved"])), &["2"]);
    assert_eq!(old.refresh_token(2).await, Some(other.refresh));
    assert_eq!(rig.run(["refresh", "2"]).code, 0);
    for (args, code) in [
        (&["--hand-over", "mark:nothing"][..], 5),
        (&["--column", "scope=nothing"], 5),
        (&["--column", "scope=a\"b"], 2),
        (&["--from", "postgres://u:hush@127.0.0.1:1/db?schema=app"], 2),
        (&["--from", "sqlite:old.db?prefix=mg_"], 2),
        (&["--column", "account=access_token", "--from", "postgres://u:hush@127.0.0.1:1/db"], 4),
    ] {
        let refused = done(old.import(&rig, args));
        assert_eq!((refused.code, &*refused.stdout), (code, ""), "{args:?}: {refused:?}");
        assert!(!refused.stderr.contains("hush"), "{refused:?}");
    }
    old.run("ALTER TABLE customers ADD COLUMN name TEXT DEFAULT 'same'").await;
    let twice = done(old.import(&rig, &["--column", "account=name"]));
    assert!(twice.code == 5 && twice.stderr.contains("several rows"), "{twice:?}");
}

/// Kills the import once something is so.
async fn killed_when(mut child: Child, mut is_so: impl AsyncFnMut() -> bool) {
    while !is_so().await {
        assert!(child.try_wait().unwrap().is_none(), "it ended before");
        SystemHost.sleep(std::time::Duration::from_millis(5)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn whoever_is_killed_on_the_way_is_followed_by_the_same_command() {
    let rig = Rig::new().await;
    assert_eq!(rig.run(["migrate"]).code, 0);
    let mut old = Old::new(&rig).await;
    let account = held(&rig).await;
    old.add(1, &account).await;
    let start = |old: &Old| old.import(&rig, &[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let aside = || rig.run(["events"]).stdout.contains("imports/getresponse/1  connected");

    // Between (a) and (b): the old table is locked.
    old.run("BEGIN IMMEDIATE").await;
    killed_when(start(&old), async || aside()).await;
    old.run("ROLLBACK").await;
    assert_eq!(old.refresh_token(1).await, Some(account.refresh.clone()));
    assert_eq!(rig.run(["token", "1"]).code, 2, "it is no account here yet");
    // The old code still has it, so it goes on.
    let newer = refreshed(&rig, &account).await.unwrap();
    old.run(&format!("UPDATE customers SET refresh = '{}' WHERE id = 1", newer.refresh)).await;

    // Between (b) and (c): the store here is locked once the tokens lie aside.
    old.run("BEGIN IMMEDIATE").await;
    let events = rig.run(["events"]).stdout.len();
    let child = start(&old);
    while rig.run(["events"]).stdout.len() == events {
        SystemHost.sleep(std::time::Duration::from_millis(5)).await;
    }
    let store = format!("sqlite:{}", rig.home.path().join("data/mailgrant/mailgrant.db").display());
    let mut store = SqliteConnection::connect(&store).await.unwrap();
    raw_sql("BEGIN IMMEDIATE").execute(&mut store).await.unwrap();
    old.run("ROLLBACK").await;
    killed_when(child, async || old.refresh_token(1).await.is_none()).await;
    raw_sql("ROLLBACK").execute(&mut store).await.unwrap();
    assert_eq!(rig.run(["token", "1"]).code, 2, "nobody refreshes it now");

    // The same file by another path.
    let path = old.path.parent().unwrap().join("./old.db").display().to_string();
    let done = done(old.import_from(&rig, &path, &[]));
    imported(&done, &["1"]);
    hides(&done, &[&account, &newer]);
    assert_eq!(rig.run(["refresh", "1"]).code, 0);
    assert!(refreshed(&rig, &newer).await.is_err(), "whoever comes second is refused");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_the_old_code_refreshed_meanwhile_is_read_again() {
    let rig = Rig::new().await;
    assert_eq!(rig.run(["migrate"]).code, 0);
    let mut old = Old::new(&rig).await;
    let account = held(&rig).await;
    old.add(1, &account).await;
    old.run("BEGIN IMMEDIATE").await;
    let child = old.import(&rig, &[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while !rig.run(["events"]).stdout.contains("imports/getresponse/1  connected") {
        SystemHost.sleep(std::time::Duration::from_millis(5)).await;
    }
    let newer = refreshed(&rig, &account).await.unwrap();
    old.run(&format!("UPDATE customers SET refresh = '{}' WHERE id = 1; COMMIT", newer.refresh)).await;
    imported(&child.wait_with_output().unwrap().into(), &["1"]);
    assert_eq!(old.refresh_token(1).await, None);
    assert_eq!(rig.run(["refresh", "1"]).code, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn rows_with_one_token_are_left_all_of_them() {
    let rig = Rig::new().await;
    let mut old = Old::new(&rig).await;
    let (one, other) = (held(&rig).await, held(&rig).await);
    for (id, held) in [(1, &one), (2, &other), (3, &one)] {
        old.add(id, held).await;
    }
    // What stands in every row that has none is no token.
    old.run("INSERT INTO customers (id, refresh) VALUES (4, ''), (5, ''), (6, NULL), (7, NULL)").await;
    let told = |account: &str, outcome: &str, code: &str| (account.to_owned(), outcome.to_owned(), code.to_owned());
    let expected = [told("1", "failed", "token_twice"), told("3", "failed", "token_twice"), told("2", "imported", "-")];
    for args in [&["--dry-run"][..], &[]] {
        let done = done(old.import(&rig, args));
        assert_eq!((done.code, outcomes(&done)), (1, expected.to_vec()), "{done:?}");
        hides(&done, &[&one, &other]);
    }
    assert_eq!(old.refresh_token(1).await.as_ref(), Some(&one.refresh));
    old.run("UPDATE customers SET refresh = NULL WHERE id = 1").await;
    imported(&done(old.import(&rig, &[])), &["3"]);
    assert_eq!(rig.run(["refresh", "3"]).code, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn every_page_is_read_once() {
    let rig = Rig::new().await;
    let mut old = Old::new(&rig).await;
    old.run(
        "INSERT INTO customers WITH RECURSIVE n (id) AS (VALUES (1) UNION ALL SELECT id + 1 FROM n WHERE id < 1100) \
         SELECT id, 'access', 'refresh-' || id, NULL, NULL FROM n",
    )
    .await;
    old.run("CREATE TABLE untyped AS SELECT id + 0 AS id, access_token, refresh FROM customers").await;
    for table in ["customers", "untyped"] {
        let mut command =
            import(&rig, &["--table", table, "--column", "account=id", "--column", "refresh_token=refresh"]);
        command.args(["--dry-run", "--from", &format!("sqlite:{}", old.path.display())]);
        let done = done(command);
        assert_eq!((done.code, done.stdout.lines().count()), (0, 1100), "{table}: {}", done.stderr);
    }
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_table_of_postgres_is_handed_over() {
    use sqlx::PgConnection;
    let rig = Rig::new().await;
    let place = crate::servers::on_postgres::database().await;
    let mut connection = PgConnection::connect(&place).await.unwrap();
    let script = "CREATE SCHEMA app; CREATE TABLE app.\"Customers\" (id BIGINT PRIMARY KEY, access_token TEXT, \
        refresh_token VARCHAR(400), expires_at TIMESTAMPTZ, moved BOOLEAN)";
    raw_sql(script).execute(&mut connection).await.unwrap();
    let all = [held(&rig).await, held(&rig).await];
    for (id, held) in (9..).zip(&all) {
        let (access, refresh) = (&held.access, &held.refresh);
        let row = format!(
            "INSERT INTO app.\"Customers\" VALUES ({id}, '{access}', '{refresh}', now() + interval '1 hour', NULL)"
        );
        raw_sql(AssertSqlSafe(row)).execute(&mut connection).await.unwrap();
    }
    let run = |args: &[&str]| {
        let options = ["--table", "app.Customers", "--column", "account=id", "--settle", "0", "--json"];
        let mut command = import(&rig, &options);
        command.args(args).env("MAILGRANT_IMPORT_FROM", &place);
        done(command)
    };
    imported(&run(&["--dry-run"]), &["9", "10"]);
    let marked = run(&["--hand-over", "mark:moved"]);
    imported(&marked, &["9", "10"]);
    hides(&marked, &[&all[0], &all[1]]);
    let rows = sqlx::query("SELECT moved, refresh_token FROM app.\"Customers\" ORDER BY id")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    for (row, held) in rows.iter().zip(&all) {
        assert_eq!((row.get::<bool, _>(0), row.get::<String, _>(1)), (true, held.refresh.clone()));
    }
    let listed: serde_json::Value = serde_json::from_str(&rig.run(["accounts", "--json"]).stdout).unwrap();
    assert!(listed[0]["expires_in"].as_u64().is_some_and(|left| (3000..=3600).contains(&left)), "{listed}");
    assert_eq!((&listed[0]["state"], &listed[0]["login_begun"]), (&"active".into(), &false.into()));
    for name in ["9", "10"] {
        assert_eq!(rig.run(["refresh", name]).code, 0);
    }
    assert_eq!(run(&["--hand-over", "mark:moved"]).stdout, "");
    let many =
        "INSERT INTO app.\"Customers\" SELECT n, 'a', 'refresh-' || n, NULL, FALSE FROM generate_series(11, 1110) n";
    raw_sql(many).execute(&mut connection).await.unwrap();
    assert_eq!(outcomes(&run(&["--dry-run", "--hand-over", "mark:moved"])).len(), 1100, "every page is read once");
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_table_of_postgres_is_the_same_by_whichever_address() {
    use sqlx::PgConnection;
    let rig = Rig::new().await;
    assert_eq!(rig.run(["migrate"]).code, 0);
    let place = crate::servers::on_postgres::database().await;
    let mut connection = PgConnection::connect(&place).await.unwrap();
    let (one, other) = (held(&rig).await, held(&rig).await);
    let script = format!(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, refresh_token TEXT);
         INSERT INTO customers VALUES (1, '{}'), (2, '{1}'), (3, '{1}')",
        one.refresh, other.refresh
    );
    raw_sql(AssertSqlSafe(script)).execute(&mut connection).await.unwrap();
    raw_sql("BEGIN; LOCK TABLE customers IN SHARE MODE").execute(&mut connection).await.unwrap();
    let start = |place: &str, table: &str| {
        let options = ["--table", table, "--column", "account=id", "--settle", "0", "--json"];
        let mut command = import(&rig, &options);
        command.env("MAILGRANT_IMPORT_FROM", place).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    // It was put aside, and its row cannot be changed.
    let aside = || rig.run(["events"]).stdout.contains("imports/getresponse/1  connected");
    killed_when(start(&place, "customers"), async || aside()).await;
    raw_sql("ROLLBACK").execute(&mut connection).await.unwrap();
    let by_name = place.replace("127.0.0.1", "localhost");
    assert_ne!(by_name, place);
    let told = |account: &str, outcome: &str, code: &str| (account.to_owned(), outcome.to_owned(), code.to_owned());
    let done: Done = start(&by_name, "public.customers").wait_with_output().unwrap().into();
    let twice = ["2", "3"].map(|account| told(account, "failed", "token_twice"));
    assert_eq!(outcomes(&done), [twice.to_vec(), vec![told("1", "imported", "-")]].concat(), "{done:?}");
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_dry_run_makes_no_schema_on_a_server() {
    use sqlx::PgConnection;
    let rig = Rig::new().await;
    let mut old = Old::new(&rig).await;
    old.add(1, &held(&rig).await).await;
    let (store, key) = (crate::servers::on_postgres::database().await, rig.home.path().join("keys/k"));
    assert_eq!(rig.run(["--store", &format!("{store}?schema=made"), "migrate"]).code, 0);
    let run = |schema: &str, args: &[&str]| -> Done {
        let mut command = if args.is_empty() { old.import(&rig, &["--dry-run"]) } else { rig.command(args) };
        let store = format!("{store}?schema={schema}");
        command.env("MAILGRANT_STORE", store).env("MAILGRANT_KEY_FILE", &key).output().unwrap().into()
    };
    assert_eq!(run("made", &["keys", "add"]).code, 0);
    let nowhere = run("nowhere", &[]);
    assert_eq!((nowhere.code, &*nowhere.stdout), (5, ""), "{nowhere:?}");
    imported(&run("made", &[]), &["1"]);
    let mut connection = PgConnection::connect(&store).await.unwrap();
    let sql = "SELECT COUNT(*) FROM pg_namespace WHERE nspname = 'nowhere'";
    assert_eq!(sqlx::query(sql).fetch_one(&mut connection).await.unwrap().get::<i64, _>(0), 0);
}
