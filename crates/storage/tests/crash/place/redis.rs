//! A prefix of keys on the Redis of `cargo xtask with-servers`.

use ::redis::{Client, FromRedisValue, cmd};
use mailgrant_storage::{
    StoreError,
    redis::{KeyPrefix, RedisStore},
};

use super::{PATIENCE, Who, await_that, server};

/// A child is the user of this name, so that its connections can be told from others.
pub(super) fn admit(name: &str) {
    ask::<String>(&["ACL", "SETUSER", name, "on", "nopass", "allkeys", "allchannels", "allcommands"]);
}

pub(super) async fn open(name: &str, who: Who) -> Result<RedisStore, StoreError> {
    let url = match who {
        Who::Child => url().replace("redis://", &format!("redis://{name}:any@")),
        Who::Test => url(),
    };
    RedisStore::builder().key_prefix(KeyPrefix::new(name).unwrap()).patience(PATIENCE).open(&url).await
}

pub(super) async fn bury(name: &str) {
    let user = format!(" user={name} ");
    await_that(async || !ask::<String>(&["CLIENT", "LIST"]).contains(&user)).await;
}

pub(super) fn things(name: &str) -> i64 {
    let keys: Vec<String> = ask(&["KEYS", &format!("{name}*")]);
    keys.len().try_into().unwrap()
}

fn ask<T: FromRedisValue>(words: &[&str]) -> T {
    let mut connection = Client::open(url()).unwrap().get_connection().unwrap();
    cmd(words[0]).arg(&words[1..]).query(&mut connection).unwrap()
}

fn url() -> String {
    server("MAILGRANT_REDIS")
}
