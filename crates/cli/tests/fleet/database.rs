//! A database of the test's own, looked at and meddled with beside the command line.

use std::{env, time::Duration};

use mailgrant_core::{Host, SystemHost};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, raw_sql};

pub(crate) struct Database {
    server: String,
    name: String,
    connection: PgConnection,
}

/// The account's row, locked.
pub(crate) struct Lock(PgConnection);

/// What the askers' connections call themselves.
const ASKER: &str = "asker";

impl Database {
    pub(crate) async fn fresh() -> Self {
        let server = env::var("MAILGRANT_POSTGRES").unwrap_or_else(|_| {
            panic!("MAILGRANT_POSTGRES names no server: run this by `cargo xtask with-servers -- cargo test …`")
        });
        let mut bytes = [0; 8];
        SystemHost.random(&mut bytes);
        let name = format!("fleet_{}", u64::from_ne_bytes(bytes));
        let mut connection = PgConnection::connect(&server).await.unwrap();
        raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.unwrap();
        let mut database = Self { server, name, connection };
        database.connection = PgConnection::connect(&database.url()).await.unwrap();
        database
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/{}", self.server.rsplit_once('/').unwrap().0, self.name)
    }

    pub(crate) fn url_of_askers(&self) -> String {
        format!("{}?application_name={ASKER}", self.url())
    }

    /// Lets time pass for the account.
    pub(crate) async fn advance(&mut self, by: Duration) {
        let moments = ["expires_at", "due_at", "upkeep_at", "written_at"];
        let moved = moments.map(|moment| format!("{moment} = {moment} - {}", by.as_micros())).join(", ");
        self.run(&format!("UPDATE mailgrant_accounts SET {moved} WHERE account = 'main'")).await;
    }

    /// Whoever holds the account held it for too long.
    pub(crate) async fn end_lease(&mut self) {
        self.run("UPDATE mailgrant_accounts SET attempt_lease_until = 0 WHERE account = 'main'").await;
    }

    pub(crate) async fn is_claimed(&mut self) -> bool {
        self.number("SELECT count(*) FROM mailgrant_accounts WHERE account = 'main' AND attempt_id IS NOT NULL").await
            == 1
    }

    /// How many askers have a connection.
    pub(crate) async fn connected(&mut self) -> i64 {
        let askers = format!("application_name = '{ASKER}' AND datname = current_database()");
        self.number(&format!("SELECT count(*) FROM pg_stat_activity WHERE {askers}")).await
    }

    /// How many askers wait for a lock.
    pub(crate) async fn blocked(&mut self) -> i64 {
        let askers = format!("application_name = '{ASKER}' AND datname = current_database()");
        self.number(&format!("SELECT count(*) FROM pg_stat_activity WHERE {askers} AND wait_event_type = 'Lock'")).await
    }

    /// Whoever changes the account's row waits.
    pub(crate) async fn lock(&self) -> Lock {
        let mut connection = PgConnection::connect(&self.url()).await.unwrap();
        let sql = "BEGIN; SELECT 1 FROM mailgrant_accounts WHERE account = 'main' FOR UPDATE";
        raw_sql(sql).execute(&mut connection).await.unwrap();
        Lock(connection)
    }

    pub(crate) async fn remove(self) {
        self.connection.close().await.unwrap();
        let mut connection = PgConnection::connect(&self.server).await.unwrap();
        let sql = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    }

    async fn run(&mut self, sql: &str) {
        raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut self.connection).await.unwrap();
    }

    async fn number(&mut self, sql: &str) -> i64 {
        let query = sqlx::query(AssertSqlSafe(sql.to_owned()));
        query.fetch_one(&mut self.connection).await.unwrap().get(0)
    }
}

impl Lock {
    pub(crate) async fn open(mut self) {
        raw_sql("ROLLBACK").execute(&mut self.0).await.unwrap();
    }
}
