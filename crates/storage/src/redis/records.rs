//! What is kept in a record, with the moments at which it matters.

use super::wire::{Values, unreadable};
use crate::{
    Sealed, StoreError,
    gates::Gate,
    logins::{Login, REMEMBERED},
    rules::{Moment, Stored},
    state::State,
};

/// Something that is kept in a record: what it is but for the sealed bytes is one text, so that a change of a lease
/// sends and writes no secret.
pub(super) trait Kept: State + Clone + PartialEq + Send {
    /// The moment at which a rule could answer otherwise about the same record, so that a decision must not come later.
    ///
    /// For most there is none: what was allowed to whoever read a record goes on being allowed until it changes.
    fn turns_at(&self) -> Option<Moment> {
        None
    }

    /// When it is forgotten by itself.
    fn collected_at(&self) -> Option<Moment> {
        None
    }

    /// The moment from which `claim_due` may have it.
    fn free_at(&self) -> Option<Moment> {
        None
    }
}

/// A record as it was read.
pub(super) struct Seen<K> {
    /// Names this state of it, which no other state is named by. Empty where there is no record.
    pub(super) stamp: Vec<u8>,
    pub(super) kept: Option<K>,
}

impl<K: Kept> Seen<K> {
    pub(super) fn read(fields: &mut Values) -> Result<Self, StoreError> {
        let stamp: Option<Vec<u8>> = fields.read("stamp")?;
        let state: Option<Vec<u8>> = fields.read("state")?;
        let key_id: Option<String> = fields.read("key_id")?;
        let bytes: Option<Vec<u8>> = fields.read("sealed")?;
        let sealed = key_id.zip(bytes).map(|(key_id, bytes)| Sealed { key_id, bytes });
        let kept = state.map(|state| read(&state, sealed)).transpose()?;
        if stamp.is_some() != kept.is_some() {
            return Err(unreadable("stamp"));
        }
        Ok(Self { stamp: stamp.unwrap_or_default(), kept })
    }
}

impl Kept for Stored {
    /// [`is_due`](crate::rules::is_due), as far as it is about this row alone and about time: the end of its rest, and
    /// of a lease together with the token, which lives for ever or not at all if no end of it is known.
    fn free_at(&self) -> Option<Moment> {
        let held = self.open.as_ref().map(|open| open.lease_until.max(self.expires_at).unwrap_or_default());
        Some(held.max(self.rest_until).unwrap_or_default())
    }
}

impl Kept for Login {
    /// It is given out until then, and not from then on.
    fn turns_at(&self) -> Option<Moment> {
        Some(self.expires_at)
    }

    fn collected_at(&self) -> Option<Moment> {
        Some(self.expires_at.saturating_add(REMEMBERED))
    }
}

impl Kept for Gate {}

fn read<K: Kept>(state: &[u8], sealed: Option<Sealed>) -> Result<K, StoreError> {
    K::of(serde_json::from_slice(state).map_err(|_| unreadable("state"))?, sealed)
}

/// What [`Seen::read`] finds in the field of that name.
pub(super) fn state<K: Kept>(kept: &K) -> Result<String, StoreError> {
    serde_json::to_string(&kept.form()).map_err(StoreError::unavailable)
}
