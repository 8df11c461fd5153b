//! What the names of a store's tables begin with.

use mailgrant_core::{Error, ErrorKind};

/// What the names of a store's tables begin with; `mailgrant_` unless told otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TablePrefix(Box<str>);

impl TablePrefix {
    /// A prefix of 1 to 41 lower-case letters, digits and underscores that does not begin with a digit.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if it is anything else.
    pub fn new(prefix: &str) -> Result<Self, Error> {
        // SQLite keeps names with this beginning for itself.
        let reserved = prefix.starts_with("sqlite_");
        if reserved || !is_plain_name(prefix, 41) {
            return Err(Error::new(
                ErrorKind::Configuration,
                "table_prefix_invalid",
                "a table prefix is 1 to 41 lower-case letters, digits and underscores, not beginning with a digit",
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

impl Default for TablePrefix {
    fn default() -> Self {
        Self("mailgrant_".into())
    }
}

/// Whether `name` means the same in every database, and nothing but a name.
pub(crate) fn is_plain_name(name: &str, longest: usize) -> bool {
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
        && name.len() <= longest
        && name.bytes().all(allowed)
}
