//! When a token ends: at a moment, never, or nobody said.

use std::time::{Duration, SystemTime};

/// The end of a token's life, as far as it is known.
///
/// ```
/// # use {mailgrant_core::Expiry, std::time::{Duration, SystemTime}};
/// let now = SystemTime::UNIX_EPOCH;
/// let expiry = Expiry::At(now + Duration::from_secs(3600));
/// assert_eq!(expiry.remaining(now), Some(Duration::from_secs(3600)));
/// assert!(expiry.is_past(now + Duration::from_secs(3600)));
/// assert!(!Expiry::Unknown.is_past(now));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Expiry {
    /// The provider named a life; counted from the moment at which the request was sent, so that a
    /// slow answer shortens the life and never lengthens it.
    At(SystemTime),
    /// The provider's documents say that such tokens do not expire. They can still be revoked.
    Never,
    /// The answer named no life (RFC 6749 §5.1 only recommends one): good until it is rejected.
    Unknown,
}

impl Expiry {
    /// Whether the token has ended at `now`. What has no known end has not.
    #[must_use]
    pub fn is_past(self, now: SystemTime) -> bool {
        self.remaining(now) == Some(Duration::ZERO)
    }

    /// The life that is left at `now`, zero once it is over, `None` where no end is known.
    #[must_use]
    pub fn remaining(self, now: SystemTime) -> Option<Duration> {
        match self {
            Self::At(end) => Some(end.duration_since(now).unwrap_or_default()),
            Self::Never | Self::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_passes_and_the_others_do_not() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
        assert!(Expiry::At(now).is_past(now));
        assert!(!Expiry::At(now + Duration::from_secs(1)).is_past(now));
        assert_eq!(Expiry::At(now).remaining(now - Duration::from_secs(9)), Some(Duration::from_secs(9)));
        assert!(!Expiry::Never.is_past(now));
        assert!(!Expiry::Unknown.is_past(now));
    }
}
