//! How rows, logins, gates lie in records, with the names by which they are found.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Write, names};
use crate::{
    Sealed, Status, StoreError,
    gates::Gate,
    logins::{Login, REMEMBERED},
    rules::Stored,
    state::{State, unreadable},
};

/// Something that lies in a record of its own.
pub(super) trait Kept: State + Clone + PartialEq + Send {
    /// Where else the record named `name` is to be found.
    fn places(&self, name: &[u8]) -> Option<Vec<u8>>;
}

impl Kept for Stored {
    fn places(&self, name: &[u8]) -> Option<Vec<u8>> {
        let upkeep_at = self.upkeep_at.filter(|_| self.status == Status::Active)?;
        Some(names::due(&self.client_key, &self.environment, upkeep_at, &names::account_of(name)?))
    }
}

impl Kept for Login {
    fn places(&self, name: &[u8]) -> Option<Vec<u8>> {
        Some(names::forgotten(self.expires_at.saturating_add(REMEMBERED), name))
    }
}

impl Kept for Gate {
    fn places(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SealedForm {
    key_id: String,
    bytes: String,
}

/// What a change writes.
#[derive(Default)]
pub(super) struct Batch(pub(super) Vec<Write>);

impl Batch {
    pub(super) fn write(&mut self, name: Vec<u8>, value: Option<Vec<u8>>) {
        self.0.push((name, value));
    }

    /// Writes what becomes of the record named `name`, and moves it to where it is found then.
    pub(super) fn replace<K: Kept>(
        &mut self,
        name: &[u8],
        was: Option<&K>,
        becomes: Option<&K>,
    ) -> Result<(), StoreError> {
        let [left, taken] = [was, becomes].map(|kept| kept.and_then(|kept| kept.places(name)));
        if left != taken {
            self.0.extend(left.map(|place| (place, None)));
            self.0.extend(taken.map(|place| (place, Some(name.to_vec()))));
        }
        self.write(name.to_vec(), becomes.map(encode).transpose()?);
        Ok(())
    }
}

fn encode<K: Kept>(kept: &K) -> Result<Vec<u8>, StoreError> {
    let sealed =
        kept.sealed().map(|sealed| SealedForm { key_id: sealed.key_id.clone(), bytes: STANDARD.encode(&sealed.bytes) });
    to_json(&(kept.form(), sealed))
}

pub(super) fn decode<K: Kept>(value: &[u8]) -> Result<K, StoreError> {
    let (form, sealed): (K::Form, Option<SealedForm>) = from_json(value)?;
    let open = |sealed: SealedForm| {
        let bytes = STANDARD.decode(sealed.bytes).map_err(|_| unreadable("sealed"))?;
        Ok(Sealed { key_id: sealed.key_id, bytes })
    };
    K::of(form, sealed.map(open).transpose()?)
}

pub(super) fn to_json(form: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(form).map_err(StoreError::unavailable)
}

pub(super) fn from_json<T: DeserializeOwned>(value: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(value).map_err(|_| unreadable("a record"))
}
