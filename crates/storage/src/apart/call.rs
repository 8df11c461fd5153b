//! A verb with what it is given, as one line of text.

use std::time::Duration;

use mailgrant_core::Lookup;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    AccountKey, AttemptId, Entry, Filter, Purpose, Sealed, Secret, Settlement, Sharing, Store, StoreError, Version,
};

/// Each variant in the order in which its verb takes it.
#[derive(Serialize, Deserialize)]
pub(super) enum Call {
    Load(AccountKey),
    Put(AccountKey, Option<Version>, Entry),
    Claim(AccountKey, AttemptId, Duration, Version, Purpose),
    ClaimDue(String, String, Duration, Vec<AttemptId>, Duration),
    Settle(AccountKey, Version, AttemptId, Settlement),
    Hasten(AccountKey, Version, Duration),
    Remove(AccountKey, Version, Secret),
    Reseal(AccountKey, Version, Sealed),
    PutPending(AccountKey, [u8; 32], Sealed, Sharing, Duration),
    TakePending([u8; 32]),
    List(Filter, Option<AccountKey>, usize),
    Events(u64, usize),
    Prune(u64),
    PassGate(String, Duration),
    CloseGate(String, AccountKey, Duration, String),
    OpenGate(String, AccountKey),
}

impl Call {
    /// What `store` answers.
    pub(super) async fn ask(&self, store: &dyn Store) -> String {
        match self {
            Self::Load(key) => told(store.load(key).await),
            Self::Put(key, expected, entry) => told(store.put(key, *expected, entry).await),
            Self::Claim(key, attempt, lease, seen, purpose) => {
                told(store.claim(key, attempt, *lease, *seen, *purpose).await)
            }
            Self::ClaimDue(client_key, environment, within, attempts, lease) => {
                told(store.claim_due(client_key, environment, *within, attempts, *lease).await)
            }
            Self::Settle(key, claimed, attempt, settlement) => {
                told(store.settle(key, *claimed, attempt, settlement).await)
            }
            Self::Hasten(key, seen, upkeep_in) => told(store.hasten(key, *seen, *upkeep_in).await),
            Self::Remove(key, seen, secret) => told(store.remove(key, *seen, *secret).await),
            Self::Reseal(key, seen, sealed) => told(store.reseal(key, *seen, sealed).await),
            Self::PutPending(key, lookup, sealed, sharing, ttl) => {
                told(store.put_pending(key, &Lookup::from_bytes(*lookup), sealed, *sharing, *ttl).await)
            }
            Self::TakePending(lookup) => told(store.take_pending(&Lookup::from_bytes(*lookup)).await),
            Self::List(filter, after, limit) => told(store.list(filter, after.as_ref(), *limit).await),
            Self::Events(after, limit) => told(store.events(*after, *limit).await),
            Self::Prune(through) => told(store.prune(*through).await),
            Self::PassGate(gate, hold) => told(store.pass_gate(gate, *hold).await),
            Self::CloseGate(gate, key, pause, cause) => told(store.close_gate(gate, key, *pause, cause).await),
            Self::OpenGate(gate, key) => told(store.open_gate(gate, key).await),
        }
    }
}

/// [`StoreError`], its sources in words.
#[derive(Serialize, Deserialize)]
enum Trouble {
    Conflict(Option<Version>),
    Unavailable(String),
    Unusable(String),
    Incompatible(String),
}

fn told<T: Serialize>(answer: Result<T, StoreError>) -> String {
    text(&answer.map_err(|error| match error {
        StoreError::Conflict(found) => Trouble::Conflict(found),
        StoreError::Unavailable(source) => Trouble::Unavailable(source.to_string()),
        StoreError::Unusable(source) => Trouble::Unusable(source.to_string()),
        StoreError::Incompatible(what) => Trouble::Incompatible(what),
    }))
}

/// The answer that [`Call::ask`] wrote.
pub(super) fn answer<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    read::<Result<T, Trouble>>(text).map_err(|trouble| match trouble {
        Trouble::Conflict(found) => StoreError::Conflict(found),
        Trouble::Unavailable(source) => StoreError::Unavailable(source.into()),
        Trouble::Unusable(source) => StoreError::Unusable(source.into()),
        Trouble::Incompatible(what) => StoreError::Incompatible(what),
    })
}

pub(super) fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

pub(super) fn read<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap()
}
