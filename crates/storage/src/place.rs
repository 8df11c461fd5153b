//! Place: where something sealed lies, as the associated data that binds it there.

use mailgrant_core::Lookup;

use crate::{AccountKey, Version};

/// The format of what is sealed.
const FORMAT: &[u8] = b"mailgrant 1";

/// Where something sealed lies. Opened under any other place, it does not open.
pub(crate) struct Place(Vec<u8>);

impl Place {
    pub(crate) fn record(key: &AccountKey, environment: &str, client_key: &str, version: Version) -> Self {
        Self::of("record", key, environment, client_key, version)
    }

    pub(crate) fn note(key: &AccountKey, version: Version) -> Self {
        Self::of("note", key, "", "", version)
    }

    pub(crate) fn pending(lookup: &Lookup) -> Self {
        Self::parts(&[FORMAT, b"pending", lookup.as_bytes()])
    }

    /// The associated data, under the key of this id.
    pub(crate) fn under(&self, key_id: &str) -> Vec<u8> {
        let mut bytes = self.0.clone();
        append(&mut bytes, key_id.as_bytes());
        bytes
    }

    fn of(kind: &str, key: &AccountKey, environment: &str, client_key: &str, version: Version) -> Self {
        let version = version.get().to_be_bytes();
        Self::parts(&[
            FORMAT,
            kind.as_bytes(),
            key.tenant().as_bytes(),
            key.provider().as_bytes(),
            environment.as_bytes(),
            client_key.as_bytes(),
            key.account().as_bytes(),
            b"sealed",
            &version,
        ])
    }

    fn parts(parts: &[&[u8]]) -> Self {
        let mut bytes = Vec::with_capacity(256);
        parts.iter().for_each(|part| append(&mut bytes, part));
        Self(bytes)
    }
}

/// Length first, so that no two lists of parts read alike.
fn append(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
    bytes.extend_from_slice(part);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_tells_places_apart() {
        let key = |tenant, provider, account| AccountKey::new(tenant, provider, account).unwrap();
        let places = [
            Place::record(&key("t", "p", "a"), "e", "c", Version::FIRST),
            Place::record(&key("u", "p", "a"), "e", "c", Version::FIRST),
            Place::record(&key("t", "q", "a"), "e", "c", Version::FIRST),
            Place::record(&key("t", "p", "b"), "e", "c", Version::FIRST),
            Place::record(&key("t", "p", "a"), "f", "c", Version::FIRST),
            Place::record(&key("t", "p", "a"), "e", "d", Version::FIRST),
            Place::record(&key("t", "p", "a"), "e", "c", Version::FIRST.next()),
            Place::record(&key("tp", "p", "a"), "e", "c", Version::FIRST),
            Place::note(&key("t", "p", "a"), Version::FIRST),
            Place::pending(&Lookup::from_bytes([0; 32])),
            Place::pending(&Lookup::from_bytes([1; 32])),
        ];
        let mut seen: Vec<_> = places.iter().map(|place| place.under("k")).collect();
        seen.push(places[0].under("l"));
        let count = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), count);
    }
}
