//! A store on Redis or Valkey, for a fleet.
//!
//! # What is atomic
//!
//! A change is one script: it writes the record, its places in the indexes and its event, or nothing. What the change
//! is was decided before, by the rules that all backends of this crate share, on the record as a first script read it
//! together with the server's time. The second one writes only if the record still carries the stamp that it was read
//! with, a number that no other state of any record ever carries, and if the decision is of the last two seconds.
//! Otherwise it is made anew, up to 32 times, and then the store is [`Unavailable`](crate::StoreError::Unavailable).
//!
//! That a decision is a moment old when it is written does no harm. A lease, a rest or a token that was over when the
//! row was read is still over when it is written, as long as the row is the same; so what was granted may be granted.
//! A lease counts from the reading. That is after the claim was sent, from where its holder counts, so it is the holder
//! who comes to the end of it first. Only a login is allowed first and expired later: a decision to give it out names the
//! end of its life, and is refused after it. What a caller who froze, or who gave up, had sent is refused for its age.
//!
//! `claim_due` claims its rows in steps of up to 64, each row with its event in one step; a page is not one. `list`
//! reads up to 64 rows at one moment. Everything else is one step.
//!
//! # Where it lies
//!
//! Every key begins with the [`KeyPrefix`], which is also the hash tag of all of them: **a store lies in one slot**,
//! so on a cluster it lies on one node. An event has to be appended in the same step as the change that it tells of, in
//! the order of all events, and a script reaches the keys of one slot only; a tag for each account would have given that
//! up. A node serves thousands of renewals a second (hundreds where each waits for a disk), and several stores of different prefixes spread over a cluster.
//! Nothing here is a cache: run it on a server whose `maxmemory-policy` is `noeviction`, which is looked at when the
//! store is opened. Only logins on their way carry a time to live, and it only collects what is left of them a day after
//! their end; every deadline is a number in its record, compared with the server's own clock.
//!
//! # What a crash may cost
//!
//! Redis answers before what it wrote is safe. **A lost write after a rotation is a lost refresh token**: the provider
//! took the old one back, the new one is gone, and the customer has to consent again. How much can be lost is the
//! operator's choice:
//!
//! - `appendonly no`: everything since the last snapshot.
//! - `appendonly yes` with `appendfsync everysec` (the default then): about a second, two while the disk is busy.
//! - `appendfsync always`: nothing that was answered, on this machine's disk, at some milliseconds for each change.
//! - A replica that takes over: what had not reached it yet. Replication does not wait; `WAIT` tells afterwards that a
//!   replica has it, but does not keep another one from being promoted, so no promise is built on it. A claim that
//!   is lost that way can be granted twice, and two may spend the same refresh token; a removal that is lost brings the
//!   account back.
//!
//! Recommended: one primary with `appendonly yes` and `appendfsync always`, which the rate of renewals does not feel, and
//! a failover that a person decides on. `min-replicas-to-write` makes the window smaller, not closed. Where losing
//! a consent is not acceptable, use Postgres with a synchronous standby, or SQLite on one machine.
//!
//! The server's clock is trusted: let it be slewed, not stepped. A step forward ends leases early, a step backward ends
//! them late. What was erased stays sealed in the append-only file until its next rewrite, and in snapshots that were
//! taken before.
//!
//! # Who may do what
//!
//! `EVALSHA EVAL INFO TIME GET SET INCR DEL HSET HGET HMGET PEXPIREAT ZADD ZREM ZRANGEBYSCORE ZRANGEBYLEX XADD XRANGE
//! XTRIM` on `~<prefix>*` are what an access list has to grant; without `INFO` the policy is not looked at. Redis 6.2
//! and every Valkey have them.

mod change;
mod connection;
mod events;
mod index;
mod names;
mod open;
mod pages;
mod records;
mod store;
#[cfg(test)]
mod tests;
mod wire;

use std::fmt;

use self::{connection::Connection, names::Names};
pub use self::{names::KeyPrefix, open::RedisStoreBuilder};
use crate::StoreError;

/// A [`Store`](crate::Store) on one Redis or Valkey, shared by every process that reaches it.
///
/// A future that is dropped on the way changes nothing or everything. The clock is the server's. What the server's
/// settings cost in durability is told [above](self).
pub struct RedisStore {
    connection: Box<dyn Connection>,
    names: Names,
}

impl RedisStore {
    /// Opens the store on the server at `url`, with keys named `mailgrant:*`.
    ///
    /// # Errors
    ///
    /// As [`RedisStoreBuilder::open`].
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::builder().open(url).await
    }

    /// To open a store with other settings, or over a connection that is there already.
    ///
    /// ```no_run
    /// use mailgrant_storage::redis::{KeyPrefix, RedisStore};
    ///
    /// # async fn example(manager: redis::aio::ConnectionManager) -> Result<(), mailgrant_core::Error> {
    /// let prefix = KeyPrefix::new("shop:grants:")?;
    /// let store = RedisStore::builder().key_prefix(prefix).over(manager).await?;
    /// # Ok(()) }
    /// ```
    pub fn builder() -> RedisStoreBuilder {
        RedisStoreBuilder::new()
    }
}

/// Without what it holds, or where.
impl fmt::Debug for RedisStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RedisStore").field("prefix", &self.names.prefix).finish_non_exhaustive()
    }
}
