//! Several stores on one database: in one process, in several, with pools of their users.

use std::{collections::HashMap, process};

use sqlx::postgres::PgPoolOptions;

use super::*;
use crate::{Claim, EventKind, Passage, Purpose, Settled, Settlement, Store, StoreError};

#[tokio::test(flavor = "multi_thread")]
async fn of_two_stores_on_one_database_one_is_granted() {
    let schema = schema();
    let one = builder(&schema).open().await.unwrap();
    let two = builder_behind_pgbouncer(&schema).open().await.unwrap();
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
async fn a_gate_is_closed_to_all_who_share_the_database() {
    let schema = schema();
    let (one, two) = (builder(&schema).open().await.unwrap(), builder(&schema).open().await.unwrap());
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
    assert_eq!(number(&one, "SELECT count(*) FROM {at}gates").await, 0, "of an open gate nothing is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_can_be_closed_by_forty_at_once() {
    let store = fresh().await;
    let closing = (0..40).map(|number| {
        let store = Arc::clone(&store);
        async move { store.close_gate("gate", &key(&number.to_string()), LEASE * number, "maintenance").await }
    });
    futures_util::future::try_join_all(closing).await.unwrap();
    let Passage::Closed { left, .. } = store.pass_gate("gate", LEASE).await.unwrap() else { panic!("it is closed") };
    assert!(left > LEASE * 38, "the longest pause stands: {left:?}");
    assert_eq!(store.events(0, 100).await.unwrap().len(), 1, "it was closed once");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_is_dealt_out_once() {
    const ROWS: usize = 120;
    let schema = schema();
    let one = builder(&schema).open().await.unwrap();
    let two = builder_behind_pgbouncer(&schema).open().await.unwrap();
    for number in 0..ROWS {
        one.put(&key(&number.to_string()), None, &entry(b"sealed")).await.unwrap();
    }
    let page = async |store: &PostgresStore| {
        let attempts: Vec<_> = (0..10).map(|_| attempt()).collect();
        store.claim_due("client", "retail", Duration::ZERO, &attempts, LEASE).await.unwrap()
    };
    let mut dealt = HashMap::new();
    loop {
        let (a, b, c, d) = tokio::join!(page(&one), page(&two), page(&one), page(&two));
        let page = [a, b, c, d].concat();
        if page.is_empty() {
            break;
        }
        for due in page {
            assert_eq!(one.load(&due.key).await.unwrap().unwrap().attempt.unwrap().id, due.attempt);
            assert!(dealt.insert(due.key.clone(), due.attempt).is_none(), "{} was dealt out twice", due.key);
        }
    }
    assert_eq!(dealt.len(), ROWS);
    let claimed = one.events(0, 1000).await.unwrap().into_iter().filter(|event| event.kind == EventKind::Claimed);
    let claimed: HashMap<_, _> = claimed.map(|event| (event.key, event.attempt.unwrap())).collect();
    assert_eq!(claimed, dealt, "each with its event");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_four_processes_one_is_granted() {
    const SCHEMA: &str = "MAILGRANT_TEST_SCHEMA";
    const ROWS: usize = 40;
    if let Ok(schema) = env::var(SCHEMA) {
        let store = builder(&SchemaName::new(&schema).unwrap()).open().await.unwrap();
        for number in 0..ROWS {
            let key = key(&number.to_string());
            let seen = store.load(&key).await.unwrap().unwrap().version;
            let attempt = attempt();
            match store.claim(&key, &attempt, LEASE, seen, Purpose::Renew).await.unwrap() {
                Claim::Granted => {
                    let renewal = Settlement::Renewed(entry(b"renewed"));
                    assert_eq!(store.settle(&key, seen, &attempt, &renewal).await.unwrap(), Settled::Done(seen.next()));
                }
                Claim::Held(_) | Claim::Newer(_) => {}
                other => panic!("{other:?}"),
            }
        }
        return;
    }
    let this = std::thread::current().name().unwrap().to_owned();
    let schema = schema();
    let store = builder(&schema).open().await.unwrap();
    for number in 0..ROWS {
        store.put(&key(&number.to_string()), None, &entry(b"sealed")).await.unwrap();
    }
    let children = (0..4).map(|_| {
        let mut child = process::Command::new(env::current_exe().unwrap());
        child.args(["--exact", &this]).env(SCHEMA, schema.as_str()).stdout(process::Stdio::null()).spawn().unwrap()
    });
    for mut child in children.collect::<Vec<_>>() {
        assert!(child.wait().unwrap().success());
    }
    // A claim of an account for each of its renewals: no two processes held one version.
    let events = store.events(0, 10_000).await.unwrap();
    let count = |kind| events.iter().filter(|event| event.kind == kind).count();
    assert_eq!(count(EventKind::Claimed), count(EventKind::Renewed));
    let mut versions = 0;
    for number in 0..ROWS {
        versions += store.load(&key(&number.to_string())).await.unwrap().unwrap().version.get();
    }
    assert_eq!(usize::try_from(versions).unwrap(), ROWS + count(EventKind::Renewed));
    assert!(count(EventKind::Renewed) >= ROWS, "each was renewed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_of_ones_own_serves_whatever_its_isolation() {
    for isolation in ["read committed", "repeatable read", "serializable"] {
        let sql = format!("SET default_transaction_isolation = '{isolation}'");
        let pool = PgPoolOptions::new().max_connections(8).after_connect(move |connection, _| {
            let sql = AssertSqlSafe(sql.clone());
            Box::pin(async move { raw_sql(sql).execute(connection).await.map(drop) })
        });
        let pool = pool.connect(&direct()).await.unwrap();
        let store = Arc::new(PostgresStore::builder_on(pool.clone()).schema(schema()).open().await.unwrap());
        let puts = (0..8).map(|_| {
            let store = Arc::clone(&store);
            async move { store.put(&key("main"), None, &entry(b"sealed")).await }
        });
        let puts = futures_util::future::join_all(puts).await;
        let (done, others): (Vec<_>, Vec<_>) = puts.into_iter().partition(Result::is_ok);
        assert_eq!(done.len(), 1);
        let conflicts = |answer: &Result<_, _>| matches!(answer, Err(StoreError::Conflict(Some(_))));
        assert!(others.iter().all(conflicts), "{others:?}");
        let claims = (0..8).map(|_| {
            let store = Arc::clone(&store);
            async move { store.claim(&key("main"), &attempt(), LEASE, crate::Version::FIRST, Purpose::Renew).await }
        });
        let claims = futures_util::future::try_join_all(claims).await.unwrap();
        assert_eq!(claims.iter().filter(|claim| **claim == Claim::Granted).count(), 1, "{isolation}: {claims:?}");
        assert!(!pool.is_closed());
    }
}
