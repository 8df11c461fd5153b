//! Choices that more than one provider leaves open.

use serde::{Deserialize, Serialize};

/// What a refresh answers as refresh token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Rotation {
    /// A new one; the old one is dead, and presenting it again revokes the whole family, access
    /// tokens included (except VerticalResponse's of generation 2, which nobody can call back).
    #[default]
    Strict,
    /// A new one; the old one is dead, but presenting it again harms nobody else.
    Lenient,
    /// The same one.
    Same,
    /// None (`"none"`); the old one goes on.
    #[serde(rename = "none")]
    Absent,
}

impl Rotation {
    /// Whether a refresh token serves only once.
    pub(crate) const fn rotates(self) -> bool {
        matches!(self, Self::Strict | Self::Lenient)
    }
}

/// What becomes of a `code_challenge`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Pkce {
    /// Nothing.
    #[default]
    Ignored,
    /// The exchange needs its verifier.
    Honoured,
    /// An authorization request that sends one is refused.
    Refused,
}

/// What becomes of something that nobody promised to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Admission {
    /// It works.
    Accepted,
    /// It is refused.
    Refused,
}

/// How VerticalResponse's gateway says that there were too many requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Throttling {
    /// 403 with `ERR_403_DEVELOPER_OVER_QPS` and `Retry-After: 7`; the body is `text/xml`.
    OverQps,
    /// 403 with `ERR_403_DEVELOPER_OVER_RATE`, which does not say until when; `text/xml`.
    OverRate,
    /// 429 with `Retry-After: 7`; the body is JSON.
    Json,
}
