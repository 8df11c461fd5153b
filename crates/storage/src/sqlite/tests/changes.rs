//! Every verb that changes something, to be said while nothing can be changed.

use mailgrant_core::{Lookup, SystemHost};

use super::*;
use crate::{
    AttemptId, Claim, Event, Passage, Purpose, Row, Secret, Settled, Settlement, Sharing, Store, StoreError, Taken,
    Version,
};

const HOUR: Duration = Duration::from_secs(3600);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Put,
    PutOver,
    Claim,
    ClaimDue,
    Renewed,
    Untouched,
    Refused,
    Uncertain,
    Hasten,
    Remove,
    Reseal,
    PutPending,
    TakePending,
    Prune,
    PassGate,
    CloseGate,
    OpenGate,
}

impl Change {
    pub(super) const ALL: [Self; 17] = [
        Self::Put,
        Self::PutOver,
        Self::Claim,
        Self::ClaimDue,
        Self::Renewed,
        Self::Untouched,
        Self::Refused,
        Self::Uncertain,
        Self::Hasten,
        Self::Remove,
        Self::Reseal,
        Self::PutPending,
        Self::TakePending,
        Self::Prune,
        Self::PassGate,
        Self::CloseGate,
        Self::OpenGate,
    ];

    /// Whether the file has to grow for it, once there have been enough of it; the others write where something is.
    pub(super) const fn takes_room(self) -> bool {
        !matches!(self, Self::Hasten | Self::Prune | Self::PassGate)
    }
}

/// A change of one account that is ready to be made.
pub(super) struct Ready {
    change: Change,
    key: AccountKey,
    attempt: AttemptId,
    lookup: Lookup,
    /// The newest event before it.
    told: u64,
}

impl Ready {
    pub(super) async fn prepare(store: &SqliteStore, change: Change, number: u8) -> Self {
        let name = format!("{change:?} {number}");
        let (key, attempt) = (key(&name), AttemptId::draw(&SystemHost));
        let lookup = Lookup::from_bytes([number; 32]);
        if change != Change::Put {
            let due = Duration::from_secs(if change == Change::ClaimDue { 0 } else { 2 * 3600 });
            let entry = Entry { client_key: name.clone(), upkeep_in: Some(due), ..entry(b"sealed") };
            store.put(&key, None, &entry).await.unwrap();
        }
        match change {
            Change::Renewed | Change::Untouched | Change::Refused | Change::Uncertain => {
                let claim = store.claim(&key, &attempt, HOUR, Version::FIRST, Purpose::Renew).await.unwrap();
                assert_eq!(claim, Claim::Granted);
            }
            Change::TakePending => {
                store.put_pending(&key, &lookup, &entry(b"sealed").sealed, Sharing::Own, HOUR).await.unwrap();
            }
            Change::PassGate => store.close_gate(&name, &key, Duration::ZERO, "maintenance").await.unwrap(),
            Change::OpenGate => store.close_gate(&name, &key, HOUR, "maintenance").await.unwrap(),
            _ => {}
        }
        let told = store.events(0, usize::MAX).await.unwrap().last().map_or(0, |event| event.id);
        Self { change, key, attempt, lookup, told }
    }

    /// Makes it; whether the answer is that of whoever is the first to do so.
    pub(super) async fn make(&self, store: &SqliteStore) -> Result<bool, StoreError> {
        let Self { change, key, attempt, lookup, told } = self;
        let (first, name) = (Version::FIRST, key.account());
        let settle = async |settlement| {
            let settled = store.settle(key, first, attempt, &settlement).await?;
            Ok(matches!(settled, Settled::Done(_)))
        };
        match change {
            Change::Put => Ok(store.put(key, None, &entry(b"sealed")).await? == first),
            Change::PutOver => Ok(store.put(key, Some(first), &entry(b"sealed again")).await? == first.next()),
            Change::Claim => Ok(store.claim(key, attempt, HOUR, first, Purpose::Renew).await? == Claim::Granted),
            Change::ClaimDue => {
                let due = store.claim_due(name, "retail", Duration::ZERO, &[*attempt], HOUR).await?;
                Ok(due.len() == 1 && due[0].key == *key)
            }
            Change::Renewed => settle(Settlement::Renewed(entry(b"renewed"))).await,
            Change::Untouched => settle(Settlement::Untouched { pause: HOUR }).await,
            Change::Refused => settle(Settlement::Refused { cause: "grant_refused".into() }).await,
            Change::Uncertain => settle(Settlement::Uncertain { pause: HOUR }).await,
            Change::Hasten => {
                store.hasten(key, first, HOUR).await?;
                Ok(store.load(key).await?.unwrap().upkeep_in <= Some(HOUR))
            }
            Change::Remove => Ok(store.remove(key, first, Secret::EraseNow).await? == first.next()),
            Change::Reseal => store.reseal(key, first, &entry(b"resealed").sealed).await.map(|()| true),
            Change::PutPending => {
                store.put_pending(key, lookup, &entry(b"sealed").sealed, Sharing::Own, HOUR).await.map(|()| true)
            }
            Change::TakePending => Ok(matches!(store.take_pending(lookup).await?, Taken::Pending(_))),
            Change::Prune => Ok(store.prune(*told).await? > 0),
            Change::PassGate => Ok(store.pass_gate(name, HOUR).await? == Passage::Probe),
            Change::CloseGate => store.close_gate(name, key, HOUR, "maintenance").await.map(|()| true),
            Change::OpenGate => store.open_gate(name, key).await.map(|()| true),
        }
    }

    /// All that readers see of it, but for what passes by itself.
    pub(super) async fn seen(&self, store: &SqliteStore) -> (Option<Row>, Vec<Event>) {
        let row = store.load(&self.key).await.unwrap().map(|row| Row {
            upkeep_in: row.upkeep_in.map(|left| if left > HOUR { HOUR * 2 } else { HOUR }),
            age: Duration::ZERO,
            resting: row.resting.map(|_| HOUR),
            attempt: row.attempt.map(|open| crate::Attempt {
                lease: open.lease.map(|_| HOUR),
                age: Duration::ZERO,
                ..open
            }),
            ..row
        });
        (row, store.events(0, usize::MAX).await.unwrap())
    }
}
