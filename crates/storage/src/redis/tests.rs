//! What Redis adds to the promises: one server, many processes, what happens to servers.

mod server;
mod shared;
mod story;
#[cfg(feature = "redis-tls")]
mod tls;
mod trouble;

use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use mailgrant_core::SystemHost;

use super::{KeyPrefix, RedisStore};
use crate::{AccountKey, AttemptId, Entry, Sealed};

const LEASE: Duration = Duration::from_secs(600);

/// Where the server is that the tests share.
fn address() -> String {
    env::var("MAILGRANT_REDIS").unwrap_or_else(|_| {
        panic!("MAILGRANT_REDIS names no server: run the tests by `cargo xtask with-servers -- cargo test …`")
    })
}

/// A prefix that no other test uses, nor another run.
fn prefix() -> KeyPrefix {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    KeyPrefix::new(&format!("test-{}-{number}:", attempt())).unwrap()
}

async fn open(prefix: &KeyPrefix) -> RedisStore {
    RedisStore::builder().key_prefix(prefix.clone()).open(&address()).await.unwrap()
}

async fn fresh() -> (Arc<RedisStore>, ()) {
    (Arc::new(open(&prefix()).await), ())
}

/// Moves every stored moment back.
async fn advance(store: &RedisStore, by: Duration) {
    let mut command = ::redis::cmd("EVAL");
    let prefix = store.names.prefix.as_str();
    command.arg(include_str!("tests/advance.lua")).arg(0).arg(prefix).arg(u64::try_from(by.as_micros()).unwrap());
    store.connection.ask(&command).await.unwrap();
}

/// The answer to a command that a test gives beside the store.
async fn ask<T: ::redis::FromRedisValue>(store: &RedisStore, words: &[&str]) -> T {
    let mut command = ::redis::cmd(words[0]);
    words[1..].iter().for_each(|word| _ = command.arg(word));
    ::redis::from_redis_value(store.connection.ask(&command).await.unwrap()).unwrap()
}

fn attempt() -> AttemptId {
    AttemptId::draw(&SystemHost)
}

fn key(account: &str) -> AccountKey {
    AccountKey::new("tenant", "getresponse", account).unwrap()
}

fn entry(bytes: &[u8]) -> Entry {
    Entry {
        sealed: Sealed { key_id: "key".into(), bytes: bytes.into() },
        client_key: "client".into(),
        environment: "retail".into(),
        expires_in: None,
        due_in: Some(Duration::ZERO),
        upkeep_in: Some(Duration::ZERO),
        remark: None,
    }
}

#[cfg(feature = "conformance")]
mod promises {
    use super::*;

    crate::conformance!(fresh().await, advance);
}
