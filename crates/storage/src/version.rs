//! What a row is compared by: the version of its secret, the attempt to renew it.

use std::fmt;

use mailgrant_core::Host;

/// The identity of a secret. Zero is no version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize))]
pub struct Version(u64);

impl Version {
    /// The version of an account's first secret.
    pub const FIRST: Self = Self(1);

    /// The version as a number above zero, as stored.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// A version read back from where a backend keeps it; `None` for zero.
    #[must_use]
    pub const fn from_stored(number: u64) -> Option<Self> {
        if number == 0 { None } else { Some(Self(number)) }
    }

    /// The version of the secret that replaces this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The version of the secret that this one replaced.
    pub(crate) const fn before(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// The version that a put naming `expected` writes.
    #[must_use]
    pub const fn after(expected: Option<Self>) -> Self {
        match expected {
            Some(version) => version.next(),
            None => Self::FIRST,
        }
    }
}

/// One try to renew: 128 random bits made by whoever tries.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize))]
pub struct AttemptId([u8; 16]);

impl AttemptId {
    /// A new attempt.
    #[must_use]
    pub fn draw(host: &dyn Host) -> Self {
        let mut bytes = [0; 16];
        host.random(&mut bytes);
        Self(bytes)
    }

    /// The bytes, for a backend to keep.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// An attempt read back from where a backend keeps it.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for AttemptId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for AttemptId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "AttemptId({self})")
    }
}
