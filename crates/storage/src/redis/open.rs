//! Opening a store on a server.

use std::time::Duration;

use ::redis::{ErrorKind, RedisError, ServerErrorKind, Value, aio::ConnectionLike};

use super::{
    RedisStore,
    connection::{Connection, Dialled, Given},
    names::{KeyPrefix, Names},
    wire::{FORMAT, run, unavailable, unreadable},
};
use crate::StoreError;

/// How what is stored is written; a build reads its own alone.
const THIS: &str = "1";

/// The first server that trims a stream by id.
const OLDEST: (u32, u32) = (6, 2);

/// How to open a [`RedisStore`]; made by [`RedisStore::builder`].
#[derive(Clone, Debug)]
#[must_use = "it opens nothing until `open` or `over`"]
pub struct RedisStoreBuilder {
    prefix: KeyPrefix,
    patience: Duration,
}

impl RedisStoreBuilder {
    pub(super) fn new() -> Self {
        Self { prefix: KeyPrefix::default(), patience: Duration::from_secs(10) }
    }

    /// What the names of the keys begin with, so that several stores, or other things, share the server.
    pub fn key_prefix(mut self, prefix: KeyPrefix) -> Self {
        self.prefix = prefix;
        self
    }

    /// How long to wait for a connection, then for an answer, before [`StoreError::Unavailable`]; 10 seconds unless told
    /// otherwise. A connection of one's own has its own patience.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Connects to the server at `url`: `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS, which
    /// wants the feature `redis-tls`.
    ///
    /// One connection serves every caller; it is made again when it breaks.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unusable`] if the URL is none, or the server refuses it; then those of
    /// [`over`](Self::over).
    pub async fn open(self, url: &str) -> Result<RedisStore, StoreError> {
        #[cfg(feature = "redis-tls")]
        choose_provider();
        let connection = Dialled::dial(url, self.patience).await.map_err(refused)?;
        self.begin(connection).await
    }

    /// Uses a connection that is there already: a [`ConnectionManager`](::redis::aio::ConnectionManager), or whatever else the crate `redis` 1 has that
    /// many use at once, such as one of its clusters. Its time-outs and its TLS are its owner's.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unusable`] if the server would drop keys when memory is short, is too old, or refuses who asks;
    /// [`StoreError::Unavailable`] if it cannot be reached, or cannot be written where nothing was stored before;
    /// [`StoreError::Incompatible`] if a newer build stored something there, which is left as it is.
    pub async fn over(
        self,
        connection: impl ConnectionLike + Clone + Send + Sync + 'static,
    ) -> Result<RedisStore, StoreError> {
        self.begin(Given(connection)).await
    }

    async fn begin(self, connection: impl Connection + 'static) -> Result<RedisStore, StoreError> {
        let connection: Box<dyn Connection> = Box::new(connection);
        look_at_server(&*connection).await?;
        let names = Names::new(self.prefix);
        let found = run(&*connection, &FORMAT, &[&names.format], &[THIS]).await.map_err(refused)?;
        match ::redis::from_redis_value::<String>(found) {
            Ok(found) if found == THIS => Ok(RedisStore { connection, names }),
            Ok(found) => Err(StoreError::Incompatible(format!("format {found:?}; this build knows {THIS}"))),
            Err(_) => Err(unreadable("format")),
        }
    }
}

/// A server that may not say what it is, because its operator forbids `INFO`, is believed to be right.
async fn look_at_server(connection: &dyn Connection) -> Result<(), StoreError> {
    match connection.ask(&::redis::cmd("INFO")).await {
        Ok(info) => judge(&text(&info)),
        Err(error)
            if matches!(error.kind(), ErrorKind::Server(ServerErrorKind::NoPerm | ServerErrorKind::ResponseError)) =>
        {
            Ok(())
        }
        Err(error) => Err(refused(error)),
    }
}

/// What is wrong with a server that says this of itself; a cluster says it once for each node.
fn judge(info: &str) -> Result<(), StoreError> {
    for line in info.lines() {
        match line.split_once(':') {
            Some(("maxmemory_policy", policy)) if policy != "noeviction" => {
                return Err(StoreError::Unusable(
                    format!(
                        "its maxmemory-policy is {policy}, by which it would drop grants when memory is short: \
                         set it to noeviction, or use a server that is no cache"
                    )
                    .into(),
                ));
            }
            Some(("redis_version", version)) if is_older(version) => {
                return Err(StoreError::Unusable(
                    format!("it is version {version}; what is needed came with {}.{}", OLDEST.0, OLDEST.1).into(),
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Valkey says under this name which Redis it is compatible with.
fn is_older(version: &str) -> bool {
    let mut numbers = version.split('.').map_while(|number| number.parse().ok());
    numbers.next().is_some_and(|major| (major, numbers.next().unwrap_or(0)) < OLDEST)
}

/// Every text in an answer, whatever a connection wraps it in.
fn text(value: &Value) -> String {
    match value {
        Value::BulkString(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::SimpleString(text) | Value::VerbatimString { text, .. } => text.clone(),
        Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join("\n"),
        Value::Map(pairs) => pairs.iter().map(|(_, value)| text(value)).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    }
}

/// What no waiting cures, when it is heard at opening: an address that is none, a password that is not right.
fn refused(error: RedisError) -> StoreError {
    let code = error.code().unwrap_or_default();
    match error.kind() {
        ErrorKind::InvalidClientConfig | ErrorKind::AuthenticationFailed | ErrorKind::RESP3NotSupported => {
            StoreError::Unusable(error.into())
        }
        _ if matches!(code, "NOAUTH" | "WRONGPASS" | "NOPERM") => StoreError::Unusable(error.into()),
        _ => unavailable(error),
    }
}

/// rustls panics where several providers were built in and none was chosen; who chose one keeps it.
#[cfg(feature = "redis-tls")]
fn choose_provider() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Somebody else may have been faster, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_judged_by_what_it_says() {
        assert!(judge("").is_ok());
        assert!(judge("redis_version:7.0.15\r\nmaxmemory_policy:noeviction\r\n").is_ok());
        for (info, word) in [
            ("# Memory\r\nmaxmemory_policy:allkeys-lru\r\n", "allkeys-lru"),
            ("maxmemory_policy:noeviction\nmaxmemory_policy:volatile-ttl", "volatile-ttl"),
            ("redis_version:6.0.16\r\n", "6.0.16"),
            ("redis_version:5.0", "5.0"),
        ] {
            let Err(StoreError::Unusable(why)) = judge(info) else { panic!("{info:?} is no good") };
            assert!(why.to_string().contains(word), "{why}");
        }
        for version in ["6.2.0", "7.2.4", "10.0", "255.255.255", "unstable"] {
            assert!(!is_older(version), "{version}");
        }
    }
}
