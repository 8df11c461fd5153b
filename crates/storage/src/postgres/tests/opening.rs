//! The tables: who makes them, who may not, what is left alone.

use super::*;
use crate::{Store, StoreError, Version};

/// What is in a schema, to see that it stays so.
async fn tables(schema: &SchemaName) -> i64 {
    let sql = "SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace($1)";
    sqlx::query(sql).bind(schema.as_str()).fetch_one(&mut connection().await).await.unwrap().get(0)
}

async fn run(connection: &mut PgConnection, sql: String) {
    raw_sql(AssertSqlSafe(sql)).execute(connection).await.unwrap();
}

/// The address of the same server for another role.
fn url_of(role: &str) -> String {
    direct().replace("postgres://postgres@", &format!("postgres://{role}@"))
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_that_open_at_once_one_makes_the_tables() {
    for round in 0..3 {
        let schema = schema();
        let opens = (0..10).map(|number| {
            let builder = if number % 2 == 0 { builder(&schema) } else { builder_behind_pgbouncer(&schema) };
            async move {
                let store = builder.max_connections(1).open().await.unwrap();
                store.put(&key(&format!("main-{number}")), None, &entry(b"sealed")).await.unwrap();
                store
            }
        });
        let stores = futures_util::future::join_all(opens).await;
        assert_eq!(stores[0].events(0, 100).await.unwrap().len(), 10, "in round {round}");
        assert_eq!(number(&stores[0], "SELECT count(*) FROM {at}schema").await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_of_a_newer_build_is_left_alone() {
    let schema = schema();
    let store = builder(&schema).open().await.unwrap();
    store.put(&key("main"), None, &entry(b"sealed")).await.unwrap();
    beside(&store, "UPDATE {at}schema SET version = version + 1; ALTER TABLE {at}gates ADD COLUMN newer text").await;
    let before = tables(&schema).await;
    for builder in [builder(&schema), builder(&schema).without_migrating(), builder_behind_pgbouncer(&schema)] {
        let refused = builder.open().await;
        assert!(matches!(refused, Err(StoreError::Incompatible(_))), "{refused:?}");
    }
    assert_eq!(tables(&schema).await, before);
    let prefix = TablePrefix::new("other_").unwrap();
    builder(&schema).table_prefix(prefix).open().await.expect("its tables are others");
    // Who opened it before goes on: what a newer build adds changes no statement of this one.
    assert!(store.load(&key("main")).await.unwrap().is_some());
    assert_eq!(store.events(0, 10).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn stores_of_two_prefixes_share_a_schema() {
    let schema = schema();
    let store = builder(&schema).open().await.unwrap();
    let other = builder(&schema).table_prefix(TablePrefix::new("other_").unwrap()).open().await.unwrap();
    store.put(&key("main"), None, &entry(b"sealed")).await.unwrap();
    assert_eq!(other.load(&key("main")).await.unwrap(), None);
    assert_eq!(other.events(0, 10).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tables_can_be_made_by_another_role() {
    let (schema, app, owner) = (schema(), unique("app"), unique("owner"));
    let prefix = TablePrefix::default();
    let mut admin = connection().await;
    run(&mut admin, format!("CREATE ROLE {app} LOGIN; CREATE ROLE {owner} LOGIN")).await;
    run(&mut admin, format!("GRANT CREATE ON DATABASE postgres TO {owner}")).await;
    let url = url_of(&app);
    let builder = || PostgresStore::builder(&url).unwrap().schema(schema.clone());

    let refused = builder().open().await;
    assert!(matches!(refused, Err(StoreError::Unusable(_))), "it may make nothing: {refused:?}");
    let refused = builder().without_migrating().open().await;
    assert!(matches!(refused, Err(StoreError::Unusable(_))), "there is nothing: {refused:?}");

    let mut owner = PgConnection::connect(&url_of(&owner)).await.unwrap();
    let ddl = PostgresStore::ddl(&schema, &prefix);
    run(&mut owner, ddl.clone()).await;
    let grants: String = ddl
        .lines()
        .filter_map(|line| line.strip_prefix("-- GRANT "))
        .fold(String::new(), |all, line| all + "GRANT " + &line.replace(" TO app;", &format!(" TO {app};\n")));
    run(&mut owner, grants).await;

    for builder in [builder().without_migrating(), builder()] {
        let store = builder.open().await.unwrap();
        let key = key(&unique("account"));
        assert_eq!(store.put(&key, None, &entry(b"sealed")).await.unwrap(), Version::FIRST);
        store.close_gate("gate", &key, LEASE, "maintenance").await.unwrap();
        store.open_gate("gate", &key).await.unwrap();
        let last = store.events(0, 100).await.unwrap().last().unwrap().id;
        assert!(store.prune(last).await.unwrap() >= 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_let_in_hears_that_no_waiting_helps() {
    let schema = schema();
    for url in ["mysql://localhost/x", "", "postgres://localhost:x/y"] {
        let refused = PostgresStore::builder(url).unwrap_err();
        assert!(matches!(refused, StoreError::Unusable(_)), "{refused:?}");
    }
    for url in [url_of("nobody_of_that_name"), direct() + "_of_no_such_name"] {
        let refused = PostgresStore::builder(&url).unwrap().schema(schema.clone()).open().await;
        assert!(matches!(refused, Err(StoreError::Unusable(_))), "{refused:?}");
    }
    // Neither without the feature for TLS, nor with it: this server has none.
    let refused = PostgresStore::open(&(direct() + "?sslmode=require")).await;
    assert!(matches!(refused, Err(StoreError::Unusable(_))), "{refused:?}");
    let nowhere = PostgresStore::builder("postgres://somebody:secret-password@127.0.0.1:1/x").unwrap();
    let nowhere = nowhere.patience(Duration::from_millis(200));
    assert!(!format!("{nowhere:?}").contains("secret"));
    let refused = nowhere.open().await.unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
    assert!(!format!("{refused:?}").contains("secret"));
}

#[test]
fn a_name_is_a_plain_name() {
    for name in ["", "1x", "pg_x", "Main", "a b", "x;", "\"", &"x".repeat(64)] {
        assert_eq!(SchemaName::new(name).unwrap_err().code(), "schema_name_invalid", "{name:?}");
    }
    let schema = SchemaName::new("user").expect("a word of SQL is a name like others");
    let ddl = PostgresStore::ddl(&schema, &TablePrefix::default());
    assert!(ddl.contains("CREATE TABLE \"user\".mailgrant_accounts"), "{ddl}");
    assert!(!ddl.contains('{'), "{ddl}");
}
