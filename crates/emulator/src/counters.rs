//! What the emulator counts.

use serde::{Deserialize, Serialize};

/// Numbers since the start. A snapshot; the emulator goes on counting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Counters {
    /// Authorization requests that named a known app and a usable redirect URI.
    pub authorizations: u64,
    /// Authorizations granted: codes issued, or tokens of the implicit grant.
    pub consents: u64,
    /// Tokens issued by the implicit grant. Counted at the commit.
    pub implicit_grants: u64,
    /// Authorizations denied.
    pub denials: u64,
    /// Requests that arrived at a token endpoint, whatever became of them: `POST`s, at
    /// VerticalResponse's of generation 1 also `GET`s.
    pub token_requests: u64,
    /// Those of them that said that their body is JSON.
    pub json_requests: u64,
    /// Codes exchanged. Counted at the commit, so also when no answer left.
    pub exchanges: u64,
    /// Refresh tokens spent with success. Counted at the commit.
    pub refreshes: u64,
    /// Tokens issued for client credentials. Counted at the commit.
    pub client_credentials: u64,
    /// Token requests refused for what they said (not by an armed transport fault).
    pub refusals: u64,
    /// Token requests with a code that was already exchanged.
    pub reused_codes: u64,
    /// Token requests with a refresh token that was already rotated away.
    pub reused_refresh_tokens: u64,
    /// Families revoked because of such a reuse.
    pub family_revocations: u64,
    /// Requests that arrived at the API.
    pub api_calls: u64,
    /// API requests refused for their token.
    pub api_rejections: u64,
    /// API requests with an access token in the query, whatever became of them.
    pub tokens_in_query: u64,
    /// Requests that arrived at the revocation endpoint, whatever became of them.
    pub revoke_requests: u64,
    /// Refresh tokens that died of such a request. Counted at the commit.
    pub revocations: u64,
    /// Requests refused for `X-Domain` or `X-Parent-Login`, be it at the token endpoint (these are
    /// `refusals` too) or at the API.
    pub header_refusals: u64,
    /// Armed faults that struck.
    pub faults: u64,
    /// The most token requests that were in work at the same time.
    pub peak_parallel_token_requests: u64,
}
