//! Events: nobody who reads them in order misses one.

use super::*;
use crate::Store;

/// Appends an event within `connection`'s transaction, as a change of the store does.
async fn append(store: &PostgresStore, connection: &mut PgConnection) {
    let sql = "INSERT INTO {at}events (id, at, tenant, provider, account, kind) \
        SELECT {id}, {now}, 'tenant', 'getresponse', 'late', 'login_begun'";
    raw_sql(store.names.sql(sql)).execute(connection).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_committed_late_is_not_missed() {
    let store = fresh().await;
    let mut slow = connection().await;
    let mut change = slow.begin().await.unwrap();
    append(&store, &mut change).await;
    store.put(&key("early"), None, &entry(b"sealed")).await.unwrap();
    let reading = {
        let store = Arc::clone(&store);
        let mut reading = Box::pin(async move { store.events(0, 10).await.unwrap() });
        let waiting = tokio::time::timeout(Duration::from_millis(300), &mut reading).await;
        assert!(waiting.is_err(), "it waits for the one that is missing");
        reading
    };
    change.commit().await.unwrap();
    let accounts: Vec<_> = reading.await.into_iter().map(|event| event.key.account().to_owned()).collect();
    assert_eq!(accounts, ["late", "early"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_never_was_is_waited_for_once_and_passed() {
    let store = fresh().await;
    store.put(&key("first"), None, &entry(b"sealed")).await.unwrap();
    let mut other = connection().await;
    let mut change = other.begin().await.unwrap();
    append(&store, &mut change).await;
    change.rollback().await.unwrap();
    store.put(&key("second"), None, &entry(b"sealed")).await.unwrap();
    let ids: Vec<_> = store.events(0, 10).await.unwrap().into_iter().map(|event| event.id).collect();
    assert_eq!(ids, [1, 3]);
    assert_eq!(store.events(3, 10).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_misses_nothing_waits_for_nobody() {
    let store = fresh().await;
    store.put(&key("first"), None, &entry(b"sealed")).await.unwrap();
    let mut slow = connection().await;
    let mut change = slow.begin().await.unwrap();
    append(&store, &mut change).await;
    let reading = tokio::time::timeout(Duration::from_secs(5), store.events(0, 10)).await;
    assert_eq!(reading.expect("nothing is missing before it").unwrap().len(), 1);
    change.commit().await.unwrap();
    assert_eq!(store.events(1, 10).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_sees_what_many_writers_did() {
    const WRITERS: usize = 12;
    const CHANGES: usize = 40;
    let schema = schema();
    let direct = Arc::new(builder(&schema).open().await.unwrap());
    let pooled = Arc::new(builder_behind_pgbouncer(&schema).open().await.unwrap());
    let writers = (0..WRITERS).map(|writer| {
        let store = Arc::clone(if writer % 2 == 0 { &direct } else { &pooled });
        async move {
            for change in 0..CHANGES {
                store.put(&key(&format!("{writer}-{change}")), None, &entry(b"sealed")).await.unwrap();
            }
        }
    });
    let following = async {
        let mut seen = Vec::new();
        while seen.len() < WRITERS * CHANGES {
            let after = seen.last().map_or(0, |event: &crate::Event| event.id);
            seen.extend(direct.events(after, 7).await.unwrap());
        }
        seen
    };
    let (seen, ()) = tokio::join!(following, async { drop(futures_util::future::join_all(writers).await) });
    assert_eq!(seen, pooled.events(0, usize::MAX).await.unwrap(), "none was missed");
}
