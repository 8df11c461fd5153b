//! AccountKey: whose grant a row holds.

use std::fmt;

use mailgrant_core::{Error, ErrorKind};

/// One customer's account at one provider: there is one grant under each key.
///
/// The tenant is the service's own customer, so that two of them can each have an account `"main"` and
/// neither can reach the other's. Parts are texts of 1 to 200 bytes without control characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
}
