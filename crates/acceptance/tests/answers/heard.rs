//! What a verb came to, as whoever asked is told.

use std::time::{Duration, SystemTime};

use mailgrant_core::{Error, ErrorKind, Expiry, TokenRecord};
use serde_json::Value;

use crate::tables::means::{Life, Means, Next};

/// The refresh token that a grant had before.
pub(crate) const FIRST: &str = "first-refresh-token";
/// The one that an answer may bring.
pub(crate) const SECOND: &str = "second-refresh-token";

/// What a verb came to.
pub(crate) struct Heard {
    pub(crate) means: Means,
    pub(crate) record: Option<TokenRecord>,
    pub(crate) error: Option<Error>,
}

impl Heard {
    pub(crate) fn issued(record: TokenRecord, sent_at: SystemTime) -> Self {
        let life = match record.expires_at() {
            Expiry::At(end) => Life::For(end.duration_since(sent_at).unwrap().as_secs_f64()),
            Expiry::Never => Life::Never,
            Expiry::Unknown => Life::Unknown,
            other => panic!("{other:?}"),
        };
        let refresh = match written(&record)["refresh_token"].as_str() {
            None => Next::Nothing,
            Some(FIRST) => Next::First,
            Some(SECOND) => Next::Second,
            Some(other) => panic!("a refresh token that no answer brought: {other}"),
        };
        Self { means: Means::Issued { life, refresh }, record: Some(record), error: None }
    }

    pub(crate) fn failed(means: Means, error: Error) -> Self {
        Self { means, record: None, error: Some(error) }
    }

    /// A grant that is as it was.
    pub(crate) fn untouched(error: Error) -> Self {
        let means = match (error.kind(), error.code(), pause(&error)) {
            (ErrorKind::TryLater, "rate_limited", Some(pause)) => Means::Paced(pause),
            (ErrorKind::TryLater, _, pause) => Means::Later(pause),
            (ErrorKind::Configuration, _, None) => Means::Ours,
            (ErrorKind::AskUser, "token_type_unknown" | "expires_in_absurd", None) => Means::Again,
            _ => panic!("{error:?}"),
        };
        Self::failed(means, error)
    }
}

pub(crate) fn pause(error: &Error) -> Option<u64> {
    error.retry_after().map(|pause| pause.as_secs())
}

/// A record as it is stored.
#[expect(clippy::disallowed_methods, reason = "a test looks at what is kept")]
pub(crate) fn written(record: &TokenRecord) -> Value {
    serde_json::from_slice(mailgrant_core::secrecy::ExposeSecret::expose_secret(&record.encode())).unwrap()
}

pub(crate) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
