//! What a hundred thousand accounts do to the two statements that look for some of them.

use super::{
    super::{
        claims::DUE,
        rows::{COLUMNS, listed},
    },
    *,
};
use crate::{Filter, Store};

const ROWS: i64 = 100_000;

/// Rows as renewals leave them: each due at a moment of its own, in the next day.
const FILL: &str = "INSERT INTO {at}accounts (tenant, provider, account, version, status, key_id, sealed, client_key, \
        environment, expires_at, due_at, upkeep_at, written_at) \
    SELECT 'tenant-' || n % 1000, 'getresponse', 'account-' || n, 1, 'active', 'key', \
        decode(repeat(md5(n::text), 40), 'hex'), 'client-' || n % 3, 'retail', {now} + n * 864000, {now} + n * 864000, \
        {now} + n * 864000, {now} FROM generate_series(1, 100000::bigint) n";

/// The plan of a statement that was prepared, as those of the store are.
async fn plan(store: &PostgresStore, statement: &str, types: &str, values: &str) -> String {
    let mut connection = connection().await;
    let prepare = format!("SET plan_cache_mode = force_generic_plan; PREPARE statement ({types}) AS {statement}");
    raw_sql(store.names.sql(&prepare)).execute(&mut connection).await.unwrap();
    let explain = format!("EXPLAIN EXECUTE statement ({values})");
    let rows = raw_sql(AssertSqlSafe(explain)).fetch_all(&mut connection).await.unwrap();
    rows.iter().map(|row| row.get::<String, _>(0) + "\n").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn among_a_hundred_thousand_what_is_due_and_the_next_page_are_found_by_their_index() {
    let store = fresh().await;
    beside(&store, FILL).await;
    beside(&store, "ANALYZE {at}accounts").await;

    let due = DUE.replace("{columns}", COLUMNS);
    let plan_of_due = plan(&store, &due, "text, text, bigint, bigint", "'client-1', 'retail', 0, 100").await;
    assert!(plan_of_due.contains("Index Scan using mailgrant_accounts_due on"), "{plan_of_due}");

    let tenant = Filter { tenant: Some("tenant-7".into()), ..Filter::default() };
    for filter in [Filter::default(), tenant] {
        let types = "text, text, text, text, text, text, bigint";
        let values = "'tenant-5', 'getresponse', 'account-5', 'tenant-7', NULL, NULL, 100";
        let plan_of_list = plan(&store, &listed(&filter), types, values).await;
        assert!(plan_of_list.contains("Index Scan using mailgrant_accounts_pkey on"), "{plan_of_list}");
        assert!(!plan_of_list.contains("Sort"), "the index is in order: {plan_of_list}");
    }

    let attempts: Vec<_> = (0..100).map(|_| attempt()).collect();
    let due = store.claim_due("client-1", "retail", Duration::from_secs(86_400), &attempts, LEASE).await.unwrap();
    assert_eq!(due.len(), 100);
    assert!(due.windows(2).all(|pair| pair[0].row.upkeep_in <= pair[1].row.upkeep_in), "the most overdue first");
    let mut after = None;
    let mut listed = 0;
    loop {
        let page = store.list(&Filter::default(), after.as_ref(), 20_000).await.unwrap();
        let Some((last, _)) = page.last() else { break };
        assert!(page.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(after.as_ref().is_none_or(|after| *after < page[0].0));
        after = Some(last.clone());
        listed += i64::try_from(page.len()).unwrap();
    }
    assert_eq!(listed, ROWS);
    let bytes = number(&store, "SELECT pg_total_relation_size('{at}accounts')").await / ROWS;
    assert!((700..1500).contains(&bytes), "{bytes} bytes for each account, 640 of them sealed");
    beside(&store, "DROP TABLE {at}accounts").await;
}
