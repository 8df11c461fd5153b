//! A customer's account at the provider.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// An account; its address is its identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) email: String,
}

impl Account {
    pub(crate) fn new(email: impl Into<String>) -> Self {
        Self { email: email.into() }
    }

    /// The account that owns an app, which is what client credentials reach.
    pub(crate) fn owner_of(client_id: &str) -> Self {
        Self::new(format!("owner-{}@example.com", short_id(client_id).to_lowercase()))
    }

    /// A short opaque id, the same for the same address in every run.
    pub(crate) fn id(&self) -> String {
        short_id(&self.email)
    }

    /// A number of 14 digits, as constant as the id.
    pub(crate) fn number(&self) -> u64 {
        let digest = Sha256::digest(self.email.as_bytes());
        let number = digest.iter().take(6).fold(0, |number, byte| number << 8 | u64::from(*byte));
        10_000_000_000_000 + number % 90_000_000_000_000
    }
}

fn short_id(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(6).fold(String::from("V"), |mut id, byte| {
        let _ = write!(id, "{byte:02x}");
        id
    })
}

#[cfg(test)]
mod tests {
    use super::Account;

    #[test]
    fn an_account_keeps_its_id() {
        assert_eq!(Account::new("a@b").id(), Account::new("a@b").id());
        assert_ne!(Account::new("a@b").id(), Account::new("c@b").id());
        assert_eq!(Account::new("a@b").number(), Account::new("a@b").number());
        assert_eq!(Account::new("c@b").number().to_string().len(), 14);
    }
}
