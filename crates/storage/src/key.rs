//! AccountKey: whose grant a row holds.

use std::fmt;

use mailgrant_core::{Error, ErrorKind};

/// Between the parts of a key that is one text. Parts hold no control characters; as the smallest byte of all that are
/// there it keeps the texts in the order of the keys.
pub(crate) const SEPARATOR: &str = "\u{1f}";

/// One customer's account at one provider: there is one grant under each key.
///
/// The tenant is the service's own customer, so that two of them can each have an account `"main"` and
/// neither can reach the other's. Parts are texts of 1 to 200 bytes without control characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize))]
pub struct AccountKey {
    tenant: Box<str>,
    provider: Box<str>,
    account: Box<str>,
}

impl AccountKey {
    /// A key of its three parts; `provider` is [`Provider::NAME`](mailgrant_core::Provider::NAME).
    ///
    /// ```
    /// # use mailgrant_storage::AccountKey;
    /// # fn main() -> Result<(), mailgrant_core::Error> {
    /// let key = AccountKey::new("tenant-1", "getresponse", "main")?;
    /// assert_eq!(key.to_string(), "tenant-1/getresponse/main");
    /// assert!(AccountKey::new("", "getresponse", "main").is_err_and(|error| error.code() == "account_key_invalid"));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if a part is empty, longer than 200 bytes or holds control characters.
    pub fn new(tenant: &str, provider: &str, account: &str) -> Result<Self, Error> {
        for (name, part) in [("tenant", tenant), ("provider", provider), ("account", account)] {
            if part.is_empty() || part.len() > 200 || part.chars().any(char::is_control) {
                return Err(Error::new(
                    ErrorKind::Configuration,
                    "account_key_invalid",
                    format!("the {name} of an account key must be 1 to 200 bytes of text without control characters"),
                ));
            }
        }
        Ok(Self { tenant: tenant.into(), provider: provider.into(), account: account.into() })
    }

    /// The parts in one text, for backends that keep texts: no two keys read alike, and they are in the order of keys.
    pub(crate) fn joined(&self) -> String {
        [self.tenant(), self.provider(), self.account()].join(SEPARATOR)
    }

    /// The key of which that is the text.
    pub(crate) fn split(joined: &str) -> Option<Self> {
        let mut parts = joined.split(SEPARATOR);
        let key = Self::new(parts.next()?, parts.next()?, parts.next()?).ok()?;
        parts.next().is_none().then_some(key)
    }

    /// The service's own customer.
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// The provider's name.
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// The service's own name for the account.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }
}

/// For people; parts may hold the separator, so never parse it.
impl fmt::Display for AccountKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}/{}", self.tenant, self.provider, self.account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_texts_of_sensible_length() {
        assert!(AccountKey::new("t", "getresponse", "a").is_ok());
        let long = "x".repeat(201);
        for (tenant, account) in [("", "a"), ("t", ""), ("t\n", "a"), ("t", long.as_str())] {
            assert_eq!(AccountKey::new(tenant, "p", account).unwrap_err().code(), "account_key_invalid");
        }
    }

    #[test]
    fn joined_keys_are_in_the_order_of_keys() {
        let parts = ["a", "a b", "a ", "B", "ä", "a\u{ffff}", "a\u{10000}", "a!", "aa"];
        let mut keys = Vec::new();
        for tenant in parts {
            for account in parts {
                keys.push(AccountKey::new(tenant, "p", account).unwrap());
            }
        }
        keys.sort();
        let joined: Vec<_> = keys.iter().map(AccountKey::joined).collect();
        assert!(joined.is_sorted());
        assert_eq!(joined.iter().map(|joined| AccountKey::split(joined).unwrap()).collect::<Vec<_>>(), keys);
        assert!(AccountKey::split("a\u{1f}b").is_none() && AccountKey::split("a\u{1f}b\u{1f}c\u{1f}d").is_none());
    }
}
