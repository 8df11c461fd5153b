//! How the second generation of VerticalResponse behaves where nothing is written.

use serde::{Deserialize, Serialize};

use super::{Admission, Pkce, Rotation, Throttling};

/// VerticalResponse's delegated apps, generation 2. Lifetimes are in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Delegated {
    /// Life of an access token, however it was obtained.
    pub access_lifetime: u64,
    /// Life of a refresh token; `None` is without end.
    pub refresh_lifetime: Option<u64>,
    /// What a refresh answers as refresh token.
    pub rotation: Rotation,
    /// Life of an authorization code.
    pub code_lifetime: u64,
    /// Whether a code serves only once.
    pub code_single_use: bool,
    /// What becomes of a `code_challenge`.
    pub pkce: Pkce,
    /// What becomes of app credentials in `Authorization: Basic`. If refused, only the form counts.
    pub basic: Admission,
    /// What becomes of the grant for the app itself; `unauthorized_client` if refused.
    pub client_credentials: Admission,
    /// How the token reply tells the life of its token.
    pub expires_in: ExpiresIn,
    /// When an access token claims that it ends.
    pub exp: Exp,
    /// What the refusal of a refresh token is called.
    pub invalid_grant: InvalidGrant,
    /// Whether a refusal at the token endpoint has its `error_description`.
    pub error_description: bool,
    /// HTTP status for wrong app credentials.
    pub invalid_client_status: u16,
    /// What the revocation endpoint answers.
    pub revoke: Revoke,
    /// Whether the `code` of an error of the API is a string.
    pub code_as_string: bool,
    /// How the fault `rate-limit` looks.
    pub throttling: Throttling,
    /// The origin that `links.next.url` of a collection names; `None` is the emulator's own.
    pub next_origin: Option<String>,
}

/// How the token reply tells the life of its token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExpiresIn {
    /// A number.
    #[default]
    Number,
    /// Digits in a string.
    String,
    /// Not at all; the token ends nevertheless.
    Absent,
}

/// When an access token claims that it ends. The API goes by its real end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Exp {
    /// When it does.
    #[default]
    Honest,
    /// An hour before it was issued.
    Past,
    /// Ten years after it was issued.
    Future,
    /// It claims nothing.
    Absent,
}

/// What the refusal of a refresh token is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum InvalidGrant {
    /// `invalid_grant`
    #[default]
    InvalidGrant,
    /// `access_revoked`
    AccessRevoked,
}

/// What the revocation endpoint answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Revoke {
    /// `{"status":"ok"}`, even for a token that nobody knows.
    #[default]
    Ok,
    /// 404; nothing is revoked.
    NotFound,
    /// 500; nothing is revoked.
    Error,
    /// Nothing: the connection closes; nothing is revoked.
    Drop,
}

impl Default for Delegated {
    fn default() -> Self {
        Self {
            access_lifetime: 3600,
            refresh_lifetime: None,
            rotation: Rotation::Lenient,
            code_lifetime: 300,
            code_single_use: true,
            pkce: Pkce::default(),
            basic: Admission::Refused,
            client_credentials: Admission::Accepted,
            expires_in: ExpiresIn::default(),
            exp: Exp::default(),
            invalid_grant: InvalidGrant::default(),
            error_description: true,
            invalid_client_status: 401,
            revoke: Revoke::default(),
            code_as_string: false,
            throttling: Throttling::Json,
            next_origin: None,
        }
    }
}
