//! Where mailgrant keeps grants: the store's contract, sealing in front of it, backends, the conformance suite.
//!
//! A [`Vault`] is a [`Store`] with the [`KeyRing`] that seals what goes into it: sealing is not optional, and
//! below the vault nobody sees an opened secret. Backends are [`memory`] (one process, its tests), `sqlite` (one file,
//! several processes), `postgres` and `redis` (a fleet), each behind the feature of its name. A backend of one's own is
//! a [`Shelf`](shelf::Shelf) that passes the suite of `conformance!` (feature `conformance`).
//!
//! ```
//! use mailgrant_storage::{AccountKey, KeyRing, Vault, memory::MemoryStore};
//!
//! # async fn example() -> Result<(), mailgrant_core::Error> {
//! let vault = Vault::new(MemoryStore::default(), KeyRing::ephemeral());
//! let key = AccountKey::new("tenant-1", "getresponse", "main")?;
//! assert!(vault.load(&key).await?.is_none());
//! # Ok(()) }
//! ```

#[cfg(test)]
#[cfg(all(feature = "conformance", any(feature = "sqlite", feature = "postgres")))]
mod apart;
#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
mod event;
mod gates;
mod key;
mod key_ring;
mod key_source;
mod logins;
pub mod memory;
mod place;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "redis")]
pub mod redis;
mod row;
mod rules;
pub mod shelf;
#[cfg(feature = "sqlite")]
pub mod sqlite;
mod state;
mod store;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod table_prefix;
mod vault;
mod version;

pub use crate::{
    error::StoreError,
    event::{Event, EventKind},
    gates::Passage,
    key::AccountKey,
    key_ring::KeyRing,
    key_source::KeySource,
    row::{Attempt, Entry, Row, Sealed, Status},
    store::{Claim, Due, Filter, Purpose, Secret, Settled, Settlement, Sharing, StatusKind, Store, Taken},
    vault::{Kept, Timing, Vault},
    version::{AttemptId, Version},
};
