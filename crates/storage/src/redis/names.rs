//! What the keys of a store are called.

use mailgrant_core::{Error, ErrorKind, Lookup};

use crate::AccountKey;

/// What the names of a store's keys begin with; `mailgrant:` unless told otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPrefix(Box<str>);

impl KeyPrefix {
    /// A prefix of 1 to 64 visible ASCII characters other than braces.
    ///
    /// Every key begins with it, so that an access list can name it (`~mailgrant:*`), and then repeats it in braces:
    /// what is in braces decides the slot in a cluster, so the keys of a store lie in one slot.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if it is anything else.
    pub fn new(prefix: &str) -> Result<Self, Error> {
        let allowed = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'{' | b'}');
        if prefix.is_empty() || prefix.len() > 64 || !prefix.bytes().all(allowed) {
            return Err(Error::new(
                ErrorKind::Configuration,
                "key_prefix_invalid",
                "a key prefix is 1 to 64 visible ASCII characters other than braces",
            ));
        }
        Ok(Self(prefix.into()))
    }

    /// The prefix as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for KeyPrefix {
    fn default() -> Self {
        Self("mailgrant:".into())
    }
}

/// The names of a store's keys.
pub(super) struct Names {
    pub(super) prefix: KeyPrefix,
    base: String,
    /// Counts changes; the number of a change is the id of its event.
    pub(super) sequence: String,
    pub(super) events: String,
    /// The accounts that are no tombstones, in order of key.
    pub(super) living: String,
    /// Those of them that were refused.
    pub(super) refused: String,
    /// The tombstones.
    pub(super) removed: String,
    pub(super) format: String,
    /// What the name of a row begins with.
    pub(super) rows: String,
}

impl Names {
    pub(super) fn new(prefix: KeyPrefix) -> Self {
        let base = format!("{0}{{{0}}}", prefix.as_str());
        let name = |what| format!("{base}{what}");
        Self {
            sequence: name("sequence"),
            events: name("events"),
            living: name("living"),
            refused: name("refused"),
            removed: name("removed"),
            format: name("format"),
            rows: name("row:"),
            prefix,
            base,
        }
    }

    pub(super) fn row(&self, key: &AccountKey) -> String {
        format!("{}{}", self.rows, key.joined())
    }

    pub(super) fn login(&self, lookup: &Lookup) -> String {
        format!("{}login:{}", self.base, hex(lookup.as_bytes()))
    }

    pub(super) fn gate(&self, gate: &str) -> String {
        format!("{}gate:{gate}", self.base)
    }

    /// The active rows that are kept up, by the moment of their upkeep. The length in front tells where the first text
    /// ends, whatever is in it.
    pub(super) fn due(&self, client_key: &str, environment: &str) -> String {
        format!("{}due:{}:{client_key}:{environment}", self.base, client_key.len())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_visible_and_without_braces() {
        for prefix in ["", " ", "a b", "a{", "}", "ä", "a\n", &"x".repeat(65)] {
            assert_eq!(KeyPrefix::new(prefix).unwrap_err().code(), "key_prefix_invalid", "{prefix:?}");
        }
        assert_eq!(KeyPrefix::new("shop/1:").unwrap().as_str(), "shop/1:");
    }

    #[test]
    fn names_begin_with_the_prefix_and_never_meet() {
        let names = Names::new(KeyPrefix::default());
        let key = |tenant, provider, account| names.row(&AccountKey::new(tenant, provider, account).unwrap());
        let mut all = vec![
            key("t", "p", "a"),
            key("tp", "a", "x"),
            key("t", "pa", "x"),
            names.due("a:b", "c"),
            names.due("a", "b:c"),
            names.due("a:1:b", "c"),
            names.gate("1:a:b"),
            names.login(&Lookup::from_bytes([1; 32])),
            names.gate(""),
        ];
        let constant = [&names.sequence, &names.events, &names.living, &names.refused, &names.removed, &names.format];
        all.extend(constant.into_iter().cloned());
        assert!(all.iter().all(|name| name.starts_with("mailgrant:{mailgrant:}")), "{all:?}");
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
