//! Trouble: dropped futures, servers that die, refuse, forget or run out of memory.

use std::{
    error::Error as _,
    future::Future,
    pin::pin,
    sync::atomic::AtomicBool,
    task::{Context, Poll, Waker},
};

use super::{
    server::{Server, pause},
    *,
};
use crate::{Claim, EventKind, Purpose, Settled, Settlement, Store, StoreError, Version};

/// Polls `future` at most `times` times, then drops it where it stands.
async fn abandon<T>(future: impl Future<Output = T>, times: usize) -> Option<T> {
    let mut future = pin!(future);
    for _ in 0..times {
        if let Poll::Ready(answer) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return Some(answer);
        }
        tokio::task::yield_now().await;
        std::thread::yield_now();
    }
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_future_changes_all_or_nothing() {
    let (store, ()) = fresh().await;
    let mut finished = 0;
    for times in 1..250 {
        let key = key(&times.to_string());
        let answer = abandon(store.put(&key, None, &entry(b"sealed")), times).await;
        // The same connection serves whoever comes next, behind what the dropped one had sent.
        let row = store.load(&key).await.unwrap();
        let of_key = store.events(0, usize::MAX).await.unwrap().into_iter().filter(|event| event.key == key).count();
        assert_eq!(of_key, usize::from(row.is_some()), "a row and its event come together");
        if let Some(answer) = answer {
            assert_eq!((answer.unwrap(), row.unwrap().version), (Version::FIRST, Version::FIRST));
            finished += 1;
        }
    }
    assert!(finished < 249, "or nothing was ever dropped");
}

/// Renews one account again and again, repeating whatever was not answered, until told to stop; how often it was
/// renewed, and how often the store was unavailable.
async fn renew_on(store: &RedisStore, key: &AccountKey, stop: &AtomicBool) -> (u64, u64) {
    let (mut renewed, mut troubles) = (0, 0);
    let mut seen = store.load(key).await.unwrap().unwrap().version;
    while !stop.load(Ordering::Relaxed) {
        let held = attempt();
        let lease = LEASE;
        // The same attempt may ask again: its claim may have been stored all the same.
        while let Err(error) = store.claim(key, &held, lease, seen, Purpose::Renew).await.map(|claim| {
            assert_eq!(claim, Claim::Granted, "nobody else renews it");
        }) {
            troubles += is_trouble(error).await;
        }
        let settlement = Settlement::Renewed(entry(format!("renewal {renewed}").as_bytes()));
        seen = loop {
            match store.settle(key, seen, &held, &settlement).await {
                Ok(Settled::Done(version)) => break version,
                Ok(missed) => panic!("nobody else renewed it, and yet: {missed:?}"),
                Err(error) => troubles += is_trouble(error).await,
            }
        };
        renewed += 1;
        assert_eq!(seen.get(), renewed + 1);
    }
    (renewed, troubles)
}

async fn is_trouble(error: StoreError) -> u64 {
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    pause(5).await;
    1
}

/// Renews eight accounts at once while `trouble` goes on; then nothing that was answered is missing, nor there twice.
async fn renew_through(store: &Arc<RedisStore>, trouble: impl AsyncFnOnce()) -> u64 {
    let stop = Arc::new(AtomicBool::new(false));
    let mut renewals = tokio::task::JoinSet::new();
    for number in 0..8 {
        let (store, stop, key) = (Arc::clone(store), Arc::clone(&stop), key(&number.to_string()));
        store.put(&key, None, &entry(b"sealed")).await.unwrap();
        renewals.spawn(async move {
            let (renewed, troubles) = renew_on(&store, &key, &stop).await;
            (key, renewed, troubles)
        });
    }
    trouble().await;
    stop.store(true, Ordering::Relaxed);
    let renewals = renewals.join_all().await;
    let events = store.events(0, usize::MAX).await.unwrap();
    assert!(events.windows(2).all(|pair| pair[0].id < pair[1].id && pair[0].at <= pair[1].at));
    for (key, renewed, _) in &renewals {
        let count = |kind| events.iter().filter(|event| event.key == *key && event.kind == kind).count() as u64;
        assert_eq!((count(EventKind::Claimed), count(EventKind::Renewed)), (*renewed, *renewed), "{key}");
        let row = store.load(key).await.unwrap().unwrap();
        assert_eq!((row.version.get(), row.attempt), (renewed + 1, None));
        assert_eq!(row.sealed.unwrap().bytes, format!("renewal {}", renewed - 1).into_bytes());
    }
    renewals.iter().map(|(_, _, troubles)| troubles).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_the_server_is_killed_under_load() {
    let mut server = Server::start(&["--appendonly", "yes", "--appendfsync", "always"]).await;
    let store = Arc::new(server.store().await);
    let troubles = renew_through(&store, async || {
        for _ in 0..3 {
            pause(150).await;
            server.kill();
            pause(100).await;
            server.start_again().await;
        }
        pause(300).await;
    })
    .await;
    assert!(troubles > 0, "or nobody noticed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_cut_off_is_asked_for_again() {
    let server = Server::start(&[]).await;
    let store = Arc::new(server.store().await);
    let killer = ::redis::Client::open(server.url()).unwrap();
    let mut killer = killer.get_multiplexed_async_connection().await.unwrap();
    let troubles = renew_through(&store, async || {
        for _ in 0..40 {
            pause(12).await;
            let kill = ::redis::cmd("CLIENT").arg("KILL").arg("TYPE").arg("normal").exec_async(&mut killer).await;
            kill.unwrap();
        }
    })
    .await;
    assert!(troubles > 0, "or nothing was cut");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_forgets_the_scripts_is_told_them_again() {
    let server = Server::start(&[]).await;
    let store = Arc::new(server.store().await);
    let troubles = renew_through(&store, async || {
        for _ in 0..40 {
            pause(5).await;
            let _: String = ask(&store, &["SCRIPT", "FLUSH"]).await;
        }
    })
    .await;
    assert_eq!(troubles, 0, "nobody notices");
}

#[tokio::test(flavor = "multi_thread")]
async fn f25_a_replica_is_unavailable_and_still_read() {
    let server = Server::start(&[]).await;
    let store = server.store().await;
    let seen = store.put(&key("main"), None, &entry(b"sealed")).await.unwrap();
    let _: String = ask(&store, &["REPLICAOF", "127.0.0.1", "1"]).await;
    let refused = store.claim(&key("main"), &attempt(), LEASE, seen, Purpose::Renew).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
    assert!(refused.source().unwrap().to_string().to_lowercase().contains("read"), "{refused:?}");
    assert_eq!(store.load(&key("main")).await.unwrap().unwrap().attempt, None);
    let _: String = ask(&store, &["REPLICAOF", "NO", "ONE"]).await;
    assert_eq!(store.claim(&key("main"), &attempt(), LEASE, seen, Purpose::Renew).await.unwrap(), Claim::Granted);
    assert_eq!(store.events(0, 10).await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_memory_a_change_is_made_whole_or_not_at_all() {
    let server = Server::start(&[]).await;
    let store = server.store().await;
    let used: String = ask(&store, &["INFO", "memory"]).await;
    let used: u64 = used.lines().find_map(|line| line.strip_prefix("used_memory:")).unwrap().parse().unwrap();
    let limit = (used + 400_000).to_string();
    let _: String = ask(&store, &["CONFIG", "SET", "maxmemory", &limit]).await;
    let (mut made, mut refused) = (0, 0);
    for number in 0..400 {
        // Of many sizes, so that memory ends in different places.
        let large = entry(&b"payload ".repeat(100 + number % 97 * 10));
        match store.put(&key(&number.to_string()), None, &large).await {
            Ok(_) => made += 1,
            Err(StoreError::Unavailable(error)) => {
                let words = format!("{error:?} {error}");
                assert!(words.contains("OOM") && !words.contains("payload"), "{words}");
                refused += 1;
            }
            Err(error) => panic!("{error:?}"),
        }
    }
    assert!(made > 10 && refused > 10, "{made} made, {refused} refused");
    // What is there can still be read, and what takes no memory still be done.
    let rows = store.list(&crate::Filter::default(), None, usize::MAX).await.unwrap();
    let events = store.events(0, usize::MAX).await.unwrap();
    assert_eq!((rows.len(), events.len()), (made, made));
    assert_eq!(store.prune(u64::MAX).await.unwrap(), made as u64);
    let _: String = ask(&store, &["CONFIG", "SET", "maxmemory", "0"]).await;
    assert_eq!(store.put(&key("399"), None, &entry(b"sealed")).await.unwrap(), Version::FIRST);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_drops_keys_is_refused() {
    let server = Server::start(&["--maxmemory", "10mb", "--maxmemory-policy", "allkeys-lru"]).await;
    let Err(StoreError::Unusable(why)) = RedisStore::open(&server.url()).await else { panic!("it is a cache") };
    assert!(why.to_string().contains("allkeys-lru") && why.to_string().contains("noeviction"), "{why}");
    let mut connection = ::redis::Client::open(server.url()).unwrap().get_multiplexed_async_connection().await.unwrap();
    let keys: u32 = ::redis::cmd("DBSIZE").query_async(&mut connection).await.unwrap();
    assert_eq!(keys, 0, "nothing was written there");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_refused_at_opening_hears_why() {
    let server = Server::start(&["--requirepass", "right"]).await;
    let with = |password: &str| format!("{}?pass={password}", server.url());
    for url in [server.url(), with("wrong"), "no url".to_owned(), "redis://".to_owned() + "127.0.0.1:99999"] {
        let refused = RedisStore::open(&url).await.unwrap_err();
        assert!(matches!(refused, StoreError::Unusable(_)), "{url}: {refused:?}");
        assert!(!format!("{refused:?} {}", refused.source().unwrap()).contains("wrong:"), "{refused:?}");
    }
    if cfg!(not(feature = "redis-tls")) {
        let secured = RedisStore::open("rediss://127.0.0.1:1").await.unwrap_err();
        assert!(matches!(secured, StoreError::Unusable(_)), "{secured:?}");
    }
    RedisStore::open(&with("right")).await.unwrap();
    drop(server);
    let builder = RedisStore::builder().patience(Duration::from_millis(500));
    let gone = builder.open("redis://127.0.0.1:1").await.unwrap_err();
    assert!(matches!(gone, StoreError::Unavailable(_)), "{gone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_was_wrong_for_a_while_is_tried_again() {
    let server = Server::start(&["--requirepass", "right"]).await;
    let url = format!("{}?pass=right", server.url());
    let store = RedisStore::open(&url).await.unwrap();
    let seen = store.put(&key("main"), None, &entry(b"sealed")).await.unwrap();
    let beside = ::redis::Client::open(url).unwrap();
    let mut beside = beside.get_multiplexed_async_connection().await.unwrap();
    let mut tell =
        async |words: &[&str]| ::redis::cmd(words[0]).arg(&words[1..]).exec_async(&mut beside).await.unwrap();
    tell(&["CONFIG", "SET", "requirepass", "other"]).await;
    tell(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]).await;
    for _ in 0..5 {
        assert!(matches!(store.load(&key("main")).await, Err(StoreError::Unavailable(_))));
    }
    tell(&["CONFIG", "SET", "requirepass", "right"]).await;
    for _ in 0..50 {
        if store.load(&key("main")).await.is_ok_and(|row| row.unwrap().version == seen) {
            return;
        }
        pause(20).await;
    }
    panic!("the store did not come back");
}
