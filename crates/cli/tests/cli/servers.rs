//! The commands on stores that a fleet shares, beside the servers of `cargo xtask with-servers`.

use std::{env, fs};

use crate::rig::{Done, Login, Rig, SECRET, callback, get, mode};

/// The address of one of the servers that the tests are run beside.
fn server(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| {
        panic!("{name} names no server: run the tests by `cargo xtask with-servers -- cargo test …`")
    })
}

/// The life of an account whose store and key are named in the environment.
async fn story(store: &str) {
    let rig = Rig::new().await;
    let key = rig.home.path().join("keys/k");
    let run = |args: &[&str]| -> Done {
        let mut command = rig.command(args);
        command.env("MAILGRANT_STORE", store).env("MAILGRANT_KEY_FILE", &key).output().unwrap().into()
    };
    let good = |args: &[&str]| {
        let done = run(args);
        assert_eq!(done.code, 0, "{args:?}: {done:?}");
        done
    };
    assert_eq!(run(&["accounts"]).code, 5, "there is no key yet");
    let migrated = rig.run(["--store", store, "migrate"]);
    assert_eq!(migrated.code, 0, "{migrated:?}");
    let first = good(&["keys", "add"]).stdout.trim().to_owned();
    assert_eq!(mode(&key), 0o600);

    let mut connect = rig.connect(&[]);
    connect.env("MAILGRANT_STORE", store).env("MAILGRANT_KEY_FILE", &key);
    let login = Login::start(connect);
    assert_eq!(get(&callback(&login.url)).status, 200);
    let connected = login.end();
    assert_eq!(connected.code, 0, "{connected:?}");
    good(&["refresh", "main"]);
    let token = good(&["token", "main"]).stdout;
    assert!(good(&["accounts"]).stdout.contains("active"));

    let second = good(&["keys", "add"]).stdout.trim().to_owned();
    good(&["keys", "rotate", &second]);
    assert_eq!(good(&["token", "main"]).stdout, token);
    let resealed = good(&["keys", "reseal"]);
    assert!(resealed.stderr.contains("resealed 2 of 2"), "{resealed:?}");
    let listed = good(&["keys", "list"]).stdout;
    assert!(listed.contains(&format!("{second}  primary   2\n{first}  readable  0\n")), "{listed}");
    assert_eq!(good(&["token", "main"]).stdout, token);

    fs::rename(&key, key.with_extension("away")).unwrap();
    let lost = run(&["keys", "add"]);
    assert_eq!(lost.code, 5, "{lost:?}");
    assert!(lost.stderr.contains("was sealed with it") && !key.exists(), "{lost:?}");
    // Nothing in an event is sealed.
    let events = rig.run(["--store", store, "events"]);
    assert_eq!(events.code, 0, "{events:?}");
    for kind in ["login_begun", "connected", "renewed", "resealed"] {
        assert!(events.stdout.contains(&format!("Z  default/getresponse/main  {kind}")), "{kind}: {events:?}");
    }
    for secret in [SECRET, token.trim()] {
        assert!(!events.stdout.contains(secret));
    }
}

#[cfg(feature = "postgres")]
pub(crate) mod on_postgres {
    use mailgrant_core::{Host, SystemHost};
    use sqlx::{AssertSqlSafe, Connection, PgConnection, raw_sql};

    use super::{server, story};
    use crate::rig::Rig;

    /// A database that nobody else has on the server.
    pub(crate) async fn database() -> String {
        let server = server("MAILGRANT_POSTGRES");
        let mut bytes = [0; 8];
        SystemHost.random(&mut bytes);
        let name = format!("cli_{}", u64::from_ne_bytes(bytes));
        let mut connection = PgConnection::connect(&server).await.unwrap();
        raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.unwrap();
        format!("{}/{name}", server.rsplit_once('/').unwrap().0)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn an_account_is_kept_on_postgres() {
        story(&database().await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_store_is_found_behind_pgbouncer_under_names_of_its_own() {
        let (direct, pgbouncer) = (database().await, server("MAILGRANT_PGBOUNCER"));
        let (_, name) = direct.rsplit_once('/').unwrap();
        let (place, _) = pgbouncer.rsplit_once('/').unwrap();
        story(&format!("{place}/{name}?schema=app&prefix=mg_&pgbouncer=true")).await;
        let mut connection = PgConnection::connect(&direct).await.unwrap();
        raw_sql("SELECT version FROM app.mg_accounts").execute(&mut connection).await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn the_schema_is_made_by_whoever_runs_what_is_printed() {
        let (rig, store) = (Rig::new().await, database().await);
        let printed = rig.run(["--store", &store, "migrate", "--print"]).stdout;
        let mut connection = PgConnection::connect(&store).await.unwrap();
        raw_sql(AssertSqlSafe(printed)).execute(&mut connection).await.unwrap();
        let script =
            "CREATE ROLE {role} LOGIN; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}";
        let role = store.rsplit_once("cli_").map(|(_, number)| format!("role_{number}")).unwrap();
        raw_sql(AssertSqlSafe(script.replace("{role}", &role))).execute(&mut connection).await.unwrap();
        let (_, place) = store.rsplit_once('@').unwrap();
        let done = rig.run(["--store", &format!("postgres://{role}@{place}"), "migrate"]);
        assert_eq!(done.code, 0, "a role that may make nothing finds all of it: {done:?}");
        raw_sql("UPDATE mailgrant_schema SET version = 1000").execute(&mut connection).await.unwrap();
        let newer = rig.run(["--store", &store, "migrate"]);
        assert_eq!(newer.code, 5, "{newer:?}");
        assert!(newer.stderr.contains("store_incompatible"), "{newer:?}");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_database_that_is_not_there_is_a_matter_of_configuration() {
        let rig = Rig::new().await;
        let server = server("MAILGRANT_POSTGRES");
        let done = rig.run(["--store", &format!("{}/nowhere", server.rsplit_once('/').unwrap().0), "events"]);
        assert_eq!(done.code, 5, "{done:?}");
        assert!(done.stderr.contains("/nowhere: ") && done.stderr.contains("does not exist"), "{done:?}");
    }
}

#[cfg(feature = "redis")]
mod on_redis {
    use std::{
        io::{Read, Write},
        net::TcpStream,
    };

    use super::{server, story};

    /// One of the server's databases, which is emptied: no other test takes it.
    const DATABASE: u8 = 11;

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn an_account_is_kept_on_redis() {
        let server = server("MAILGRANT_REDIS");
        assert_eq!(say(&server, "FLUSHDB"), "+OK\r\n+OK\r\n+OK\r\n");
        story(&format!("{server}/{DATABASE}")).await;
        assert_eq!(say(&server, "KEYS service:*"), "+OK\r\n*0\r\n+OK\r\n");
        story(&format!("{server}/{DATABASE}?prefix=service:")).await;
        assert!(say(&server, "KEYS service:*").contains("service:"));
    }

    fn say(server: &str, words: &str) -> String {
        let mut stream = TcpStream::connect(server.strip_prefix("redis://").unwrap()).unwrap();
        write!(stream, "SELECT {DATABASE}\r\n{words}\r\nQUIT\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}
