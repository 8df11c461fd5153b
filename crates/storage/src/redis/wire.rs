//! Asking the server: scripts, what comes back.

use std::sync::LazyLock;

use ::redis::{ErrorKind, FromRedisValue, RedisError, ServerErrorKind, Value};

use super::connection::Connection;
pub(super) use crate::state::unreadable;
use crate::{StoreError, rules::Moment};

/// A script by its hash, which servers keep until they are told to forget it.
pub(super) struct Script {
    code: &'static str,
    hash: String,
}

impl Script {
    fn new(code: &'static str) -> Self {
        Self { code, hash: ::redis::Script::new(code).get_hash().to_owned() }
    }
}

pub(super) static LOOK: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("look.lua")));
pub(super) static CHANGE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("change.lua")));
pub(super) static DUE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("due.lua")));
pub(super) static LIST: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("list.lua")));
pub(super) static FORMAT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("format.lua")));

/// The answer of `script`. A server that does not know it (any more) is sent it whole: it ran nothing before that.
pub(super) async fn run<K: AsRef<[u8]>, A: AsRef<[u8]>>(
    connection: &dyn Connection,
    script: &Script,
    keys: &[K],
    args: &[A],
) -> Result<Value, RedisError> {
    let call = |how: &str, what: &str| {
        let mut command = ::redis::cmd(how);
        command.arg(what).arg(keys.len());
        keys.iter().for_each(|key| _ = command.arg(key.as_ref()));
        args.iter().for_each(|arg| _ = command.arg(arg.as_ref()));
        command
    };
    match connection.ask(&call("EVALSHA", &script.hash)).await {
        Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
            connection.ask(&call("EVAL", script.code)).await
        }
        answer => answer,
    }
}

/// Errors of this crate hold the server's words, never what was stored.
pub(super) fn unavailable(error: RedisError) -> StoreError {
    StoreError::unavailable(error)
}

/// The values of an answer, taken one by one.
pub(super) struct Values(std::vec::IntoIter<Value>);

impl Values {
    pub(super) fn of(value: Value) -> Result<Self, StoreError> {
        match value {
            Value::Array(values) => Ok(Self(values.into_iter())),
            _ => Err(unreadable("an answer")),
        }
    }

    pub(super) fn read<T: FromRedisValue>(&mut self, what: &str) -> Result<T, StoreError> {
        let value = self.0.next().ok_or_else(|| unreadable(what))?;
        ::redis::from_redis_value(value).map_err(|_| unreadable(what))
    }

    pub(super) fn nested(&mut self, what: &str) -> Result<Self, StoreError> {
        Self::of(self.0.next().ok_or_else(|| unreadable(what))?)
    }

    /// As `TIME` says it: seconds, then microseconds.
    pub(super) fn time(&mut self) -> Result<Moment, StoreError> {
        let seconds: u64 = self.read("time")?;
        let micros: u64 = self.read("time")?;
        Ok(Moment::from_secs(seconds) + Moment::from_micros(micros))
    }
}

impl Iterator for Values {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        self.0.next()
    }
}
