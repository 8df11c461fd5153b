//! Trouble: lost answers, restarts, exhausted pools, servers that only read, processes that freeze.

mod proxy;
mod restarts;

use std::{
    error::Error as _,
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use mailgrant_core::Lookup;

use self::proxy::Proxy;
use super::*;
use crate::{Claim, Purpose, Secret, Settled, Settlement, Sharing, Store, StoreError, Taken, Version};

fn server_error(error: &StoreError) -> Option<&ServerError> {
    error.source()?.downcast_ref()
}

fn is_unavailable<T>(answer: &Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::Unavailable(_)))
}

/// Polls `future` at most `times` times, then drops it where it stands.
async fn abandon<T>(future: impl Future<Output = T>, times: usize) -> Option<T> {
    let mut future = pin!(future);
    for _ in 0..times {
        if let Poll::Ready(answer) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return Some(answer);
        }
        SystemHost.sleep(Duration::from_micros(50)).await;
    }
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_future_changes_all_or_nothing() {
    for builder in [builder(&schema()), builder_behind_pgbouncer(&schema())] {
        let store = builder.max_connections(1).open().await.unwrap();
        let mut finished = 0;
        for times in 1..60 {
            let key = key(&times.to_string());
            let answer = abandon(store.put(&key, None, &entry(b"sealed")), times % 30).await;
            // The same connection serves whoever comes next, and shows what the dropped one left.
            let row = store.load(&key).await.unwrap();
            let events = store.events(0, usize::MAX).await.unwrap();
            let of_key = events.into_iter().filter(|event| event.key == key).count();
            assert_eq!(of_key, usize::from(row.is_some()), "a row and its event come together");
            if let Some(answer) = answer {
                assert_eq!((answer.unwrap(), row.unwrap().version), (Version::FIRST, Version::FIRST));
                finished += 1;
            }
        }
        assert!(finished < 59, "or nothing was ever dropped");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_though_the_answer_was_lost_can_be_said_again() {
    let proxy = Proxy::before(&direct());
    let schema = schema();
    let store = PostgresStore::builder(&proxy.url()).unwrap().schema(schema.clone()).max_connections(1);
    let store = store.patience(Duration::from_secs(2)).open().await.unwrap();
    let beside = builder(&schema).open().await.unwrap();
    let main = key("main");
    // A claim is the first statement of its verb; whatever else changes something looks first.
    store.put(&main, None, &entry(b"sealed")).await.unwrap();
    let other = key("other");
    proxy.lose_answer(2);
    assert!(is_unavailable(&store.put(&other, None, &entry(b"sealed")).await));
    assert_eq!(beside.load(&other).await.unwrap().unwrap().version, Version::FIRST, "it was done");
    let again = store.put(&other, None, &entry(b"sealed")).await;
    assert!(matches!(again, Err(StoreError::Conflict(Some(Version::FIRST)))), "{again:?}");

    let held = attempt();
    proxy.lose_answer(1);
    assert!(is_unavailable(&store.claim(&main, &held, LEASE, Version::FIRST, Purpose::Renew).await));
    assert_eq!(beside.load(&main).await.unwrap().unwrap().attempt.unwrap().id, held);
    let again = store.claim(&main, &held, LEASE, Version::FIRST, Purpose::Renew).await.unwrap();
    assert_eq!(again, Claim::Granted);

    let renewed = entry(b"renewed");
    let renewal = Settlement::Renewed(renewed.clone());
    proxy.lose_answer(2);
    assert!(is_unavailable(&store.settle(&main, Version::FIRST, &held, &renewal).await));
    assert_eq!(beside.load(&main).await.unwrap().unwrap().version, Version::FIRST.next());
    let again = store.settle(&main, Version::FIRST, &held, &renewal).await.unwrap();
    assert_eq!(again, Settled::Done(Version::FIRST.next()));

    let lookup = Lookup::from_bytes([1; 32]);
    store.put_pending(&main, &lookup, &entry(b"sealed").sealed, Sharing::Own, LEASE).await.unwrap();
    proxy.lose_answer(2);
    assert!(is_unavailable(&store.take_pending(&lookup).await));
    assert_eq!(store.take_pending(&lookup).await.unwrap(), Taken::Spent, "nobody else gets it");

    let lookup = Lookup::from_bytes([2; 32]);
    let put_pending = || store.put_pending(&main, &lookup, &renewed.sealed, Sharing::Own, LEASE);
    // Behind a sweep of those that ended.
    proxy.lose_answer(3);
    assert!(is_unavailable(&put_pending().await));
    put_pending().await.expect("the first stands");
    assert!(matches!(beside.take_pending(&lookup).await.unwrap(), Taken::Pending(_)));

    let now_at = Version::FIRST.next();
    let resealed = entry(b"resealed").sealed;
    proxy.lose_answer(2);
    assert!(is_unavailable(&store.reseal(&main, now_at, &resealed).await));
    assert_eq!(beside.load(&main).await.unwrap().unwrap().sealed.as_ref(), Some(&resealed));
    store.reseal(&main, now_at, &resealed).await.unwrap();

    proxy.lose_answer(2);
    assert!(is_unavailable(&store.remove(&main, now_at, Secret::EraseNow).await));
    assert_eq!(beside.load(&main).await.unwrap().unwrap().version, now_at.next());
    let again = store.remove(&main, now_at, Secret::EraseNow).await;
    assert!(matches!(again, Err(StoreError::Conflict(Some(found))) if found == now_at.next()), "{again:?}");

    let taken = attempt();
    proxy.lose_answer(1);
    assert!(is_unavailable(&store.claim_due("client", "retail", Duration::ZERO, &[taken], LEASE).await));
    let again = store.claim(&other, &taken, LEASE, Version::FIRST, Purpose::Renew).await.unwrap();
    assert_eq!(again, Claim::Granted, "whoever drew the attempt has it");

    let events = beside.events(0, 100).await.unwrap();
    assert_eq!(events.len(), 11, "each change has one event: {events:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_cut_changes_all_or_nothing() {
    let name = unique("cut");
    let schema = schema();
    let store = PostgresStore::builder(&format!("{}?application_name={name}", direct())).unwrap();
    let store = store.schema(schema).max_connections(2).open().await.unwrap();
    let mut admin = connection().await;
    let mut cut = 0;
    for round in 0..40 {
        let key = key(&round.to_string());
        let entry = entry(b"sealed");
        let put = store.put(&key, None, &entry);
        let cutting = async {
            SystemHost.sleep(Duration::from_micros(150 * (round % 20))).await;
            let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1";
            sqlx::query(sql).bind(&name).execute(&mut admin).await.unwrap();
        };
        let (answer, ()) = tokio::join!(put, cutting);
        if let Err(error) = &answer {
            assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
            cut += 1;
        }
        // What lies in the pool may be cut as well, and is noticed once.
        let row = loop {
            match store.load(&key).await {
                Ok(row) => break row,
                Err(error) => assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}"),
            }
        };
        let events = store.events(0, usize::MAX).await.unwrap();
        let of_key = events.into_iter().filter(|event| event.key == key).count();
        assert_eq!(of_key, usize::from(row.is_some()), "a row and its event come together");
        assert!(answer.is_err() || row.is_some());
    }
    assert!(cut > 0, "or nothing was ever cut");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exhausted_pool_is_unavailable_in_time() {
    let store = builder(&schema()).max_connections(1).patience(Duration::from_millis(100)).open().await.unwrap();
    let (main, claimed) = (key("main"), attempt());
    let seen = store.put(&main, None, &entry(b"sealed")).await.unwrap();
    let claim = async || store.claim(&main, &claimed, LEASE, seen, Purpose::Renew).await;
    let held = store.pool.acquire().await.unwrap();
    for _ in 0..3 {
        let (loaded, claimed) = tokio::join!(store.load(&main), claim());
        assert!(is_unavailable(&loaded) && is_unavailable(&claimed), "{loaded:?}, {claimed:?}");
    }
    drop(held);
    // Nobody who gave up waiting got through afterwards.
    assert_eq!(store.load(&main).await.unwrap().unwrap().attempt, None);
    assert_eq!(claim().await.unwrap(), Claim::Granted);
    assert_eq!(store.events(0, 10).await.unwrap().len(), 2);
    store.close().await;
    assert!(is_unavailable(&store.load(&main).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn f25_a_server_that_only_reads_is_unavailable_until_it_writes() {
    let (schema, role) = (schema(), unique("reader"));
    let admin = builder(&schema).open().await.unwrap();
    beside(&admin, &format!("CREATE ROLE {role} LOGIN SUPERUSER")).await;
    let url = direct().replace("postgres://postgres@", &format!("postgres://{role}@"));
    let store = PostgresStore::builder(&url).unwrap().schema(schema).open().await.unwrap();
    let seen = store.put(&key("main"), None, &entry(b"sealed")).await.unwrap();
    store.close().await;

    beside(&admin, &format!("ALTER ROLE {role} SET default_transaction_read_only = on")).await;
    let store = PostgresStore::builder(&url).unwrap().schema(admin_schema(&admin)).open().await.unwrap();
    let refused = store.claim(&key("main"), &attempt(), LEASE, seen, Purpose::Renew).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
    assert!(server_error(&refused).is_some_and(ServerError::is_read_only), "{refused:?}");
    assert_eq!(store.load(&key("main")).await.unwrap().unwrap().attempt, None);
    assert_eq!(store.events(0, 10).await.unwrap().len(), 1, "whoever reads goes on");

    // A session that began while it was on keeps it, so the store has to begin another one by itself.
    beside(&admin, &format!("ALTER ROLE {role} RESET default_transaction_read_only")).await;
    loop {
        match store.claim(&key("main"), &attempt(), LEASE, seen, Purpose::Renew).await {
            Ok(claim) => break assert_eq!(claim, Claim::Granted),
            Err(error) => assert!(server_error(&error).is_some_and(ServerError::is_read_only), "{error:?}"),
        }
    }
}

fn admin_schema(store: &PostgresStore) -> SchemaName {
    store.names.schema().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_freezes_in_a_transaction_is_not_waited_for_long() {
    let schema = schema();
    let frozen = builder_behind_pgbouncer(&schema).open().await.unwrap();
    let store = builder(&schema).open().await.unwrap();
    let seen = store.put(&key("main"), None, &entry(b"sealed")).await.unwrap();
    let mut session = frozen.session().await.unwrap();
    let held = attempt();
    let claimed = claims::claim(&mut session, &key("main"), &held, LEASE, seen, Purpose::Renew).await.unwrap();
    assert!(claimed, "but it is not committed, and nobody says so for a while");
    store.put(&key("other"), None, &entry(b"sealed")).await.expect("other accounts go on at once");
    assert_eq!(store.events(0, 10).await.unwrap().len(), 2, "the id that is missing is of no change that ever was");
    let claim = store.claim(&key("main"), &attempt(), LEASE, seen, Purpose::Renew).await.unwrap();
    assert_eq!(claim, Claim::Granted);
    assert!(session.finish().await.is_err(), "its transaction is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_a_newer_build_is_incompatible() {
    let store = fresh().await;
    store.put(&key("main"), None, &entry(b"sealed")).await.unwrap();
    beside(&store, "UPDATE {at}accounts SET status = 'frozen'; UPDATE {at}events SET kind = 'thawed'").await;
    assert!(matches!(store.load(&key("main")).await, Err(StoreError::Incompatible(_))));
    assert!(matches!(store.events(0, 1).await, Err(StoreError::Incompatible(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_quotes_no_row() {
    let store = fresh().await;
    beside(&store, "ALTER TABLE {at}accounts ADD CHECK (key_id <> 'key')").await;
    let refused = store.put(&key("main"), None, &entry(b"a payload")).await.unwrap_err();
    let words = format!("{refused:?} {}", refused.source().unwrap());
    let hex: String = b"a payload".iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(words.contains("23514") && !words.contains(&hex) && !words.contains("tenant"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_of_logins_is_swept_a_day_later() {
    let store = fresh().await;
    let lookup = |mark| Lookup::from_bytes([mark; 32]);
    let sealed = entry(b"sealed").sealed;
    store.put_pending(&key("main"), &lookup(1), &sealed, Sharing::Own, LEASE).await.unwrap();
    advance(&store, crate::logins::REMEMBERED).await;
    store.put_pending(&key("main"), &lookup(2), &sealed, Sharing::Own, LEASE).await.unwrap();
    assert_eq!(store.take_pending(&lookup(1)).await.unwrap(), Taken::Expired);
    advance(&store, LEASE).await;
    store.put_pending(&key("main"), &lookup(3), &sealed, Sharing::Own, LEASE).await.unwrap();
    assert_eq!(store.take_pending(&lookup(1)).await.unwrap(), Taken::Unknown);
    assert_eq!(store.take_pending(&lookup(2)).await.unwrap(), Taken::Expired);
}
