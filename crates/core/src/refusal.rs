//! Refusal: what a provider's error body says, in few words.

use std::time::Duration;

use serde::Deserialize;

use crate::Answer;

/// What a provider's error body says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// What it means for the grant.
    pub meaning: Meaning,
    /// The provider's code if it is a known one, else `"other"`: a provider's free text goes nowhere.
    pub code: &'static str,
    /// The pause that the *body* asks for; `Retry-After` is read without its help.
    pub retry_after: Option<Duration>,
}

/// What a refusal means for the grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Meaning {
    /// The code or refresh token is no good, and never will be. Nothing else may end a grant.
    GrantDead,
    /// Our app, or its request, is set up wrongly. Every account of it is concerned and none is to blame.
    ClientMisconfigured,
    /// Too many requests.
    RateLimited,
    /// The provider cannot answer now.
    Temporary,
}

impl Refusal {
    /// A refusal of this meaning, with the provider's code.
    #[must_use]
    pub const fn new(meaning: Meaning, code: &'static str) -> Self {
        Self { meaning, code, retry_after: None }
    }

    /// The same, with the pause that its body asks for.
    #[must_use]
    pub const fn after(self, pause: Option<Duration>) -> Self {
        Self { retry_after: pause, ..self }
    }
}

/// Reads the error object of RFC 6749 §5.2.
#[must_use]
pub fn standard(answer: &Answer<'_>) -> Option<Refusal> {
    #[derive(Deserialize)]
    struct Body {
        error: String,
    }
    const CODES: [(&str, Meaning); 11] = [
        ("invalid_grant", Meaning::GrantDead),
        ("invalid_client", Meaning::ClientMisconfigured),
        ("invalid_request", Meaning::ClientMisconfigured),
        ("invalid_scope", Meaning::ClientMisconfigured),
        // Not of the RFC: the word of a widespread server library.
        ("redirect_uri_mismatch", Meaning::ClientMisconfigured),
        ("unauthorized_client", Meaning::ClientMisconfigured),
        ("unsupported_grant_type", Meaning::ClientMisconfigured),
        // Of a revocation endpoint: RFC 7009 §2.2.1.
        ("unsupported_token_type", Meaning::ClientMisconfigured),
        ("slow_down", Meaning::RateLimited),
        ("server_error", Meaning::Temporary),
        ("temporarily_unavailable", Meaning::Temporary),
    ];
    let body: Body = serde_json::from_slice(answer.body).ok()?;
    let known = CODES.into_iter().find(|(code, _)| *code == body.error);
    Some(known.map_or(Refusal::new(Meaning::Temporary, "other"), |(code, meaning)| Refusal::new(meaning, code)))
}
