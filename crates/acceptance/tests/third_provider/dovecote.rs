//! Dovecote, as a declaration: a provider that nobody thought of, in one file.
//!
//! ```text
//! AuthorizationCode    refresh; the refresh token rotates, and a grant can be given back
//! ClientCredentials    obtain
//! ```

use std::{sync::Arc, time::Duration};

use mailgrant_core::{
    AccountName, Answer, AuthorizationCode, ClientCredentials, Endpoint, Endpoints, Error, Meaning, OfferedBy, Profile,
    Provider, Refusal, RevocationEndpoint, RevocationForm, Verdict,
    bytes::Bytes,
    http::{HeaderName, HeaderValue, Response},
    renewal, verdict,
};
use serde::Deserialize;

/// Dovecote, at one of its regions.
#[derive(Clone, Debug)]
pub(crate) struct Dovecote {
    profile: Arc<Profile>,
}

impl Dovecote {
    /// The region of that name, such as `eu`: it is in every host name, and in a header of every request.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](mailgrant_core::ErrorKind::Configuration) if no host could have that name.
    pub(crate) fn region(name: &str) -> Result<Self, Error> {
        let endpoints = Endpoints::parse(
            &format!("https://login.{name}.dovecote.example/authorize?prompt=consent"),
            &format!("https://login.{name}.dovecote.example/token"),
            &format!("https://api.{name}.dovecote.example/2"),
        )?;
        let revoke = Endpoint::parse(&format!("https://login.{name}.dovecote.example/revoke"))?;
        let region = HeaderValue::from_str(name).unwrap_or_else(|_| unreachable!("a host name is a header value"));
        let header = HeaderName::from_static("x-dovecote-region");

        let mut profile = Profile::new(name, endpoints);
        profile.issuer = Some(format!("https://login.{name}.dovecote.example"));
        profile.code_life = Duration::from_secs(60);
        profile.token_headers.insert(header.clone(), region.clone());
        profile.api_headers.insert(header, region);
        profile.account = Some(AccountName::At { path: "/me", field: "loft" });
        profile.revocation = Some(RevocationEndpoint { endpoint: revoke, form: RevocationForm::Standard });
        Ok(Self { profile: Arc::new(profile) })
    }
}

impl Provider for Dovecote {
    const NAME: &'static str = "dovecote";

    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn refusal(&self, answer: &Answer<'_>) -> Option<Refusal> {
        let Fault { fault } = serde_json::from_slice(answer.body).ok()?;
        let (meaning, code) = match &*fault.reason {
            "TOKEN_SPENT" => (Meaning::GrantDead, "TOKEN_SPENT"),
            "LOFT_CLOSED" => (Meaning::GrantDead, "LOFT_CLOSED"),
            "WHO_ARE_YOU" => (Meaning::ClientMisconfigured, "WHO_ARE_YOU"),
            "TOO_MANY_BIRDS" => (Meaning::RateLimited, "TOO_MANY_BIRDS"),
            _ => (Meaning::Temporary, "other"),
        };
        Some(Refusal::new(meaning, code).after(fault.minutes.map(|minutes| Duration::from_secs(60 * minutes))))
    }

    fn verdict(&self, answer: &Response<Bytes>) -> Verdict {
        if answer.status().as_u16() == 498 { Verdict::TokenRejected } else { verdict::standard(answer) }
    }
}

impl OfferedBy<Dovecote> for AuthorizationCode {
    type Renewal = renewal::Refresh;
}

impl OfferedBy<Dovecote> for ClientCredentials {
    type Renewal = renewal::Obtain;
}

/// `{"fault": {"reason": "TOO_MANY_BIRDS", "minutes": 2}}`
#[derive(Deserialize)]
struct Fault {
    fault: Detail,
}

#[derive(Deserialize)]
struct Detail {
    reason: String,
    minutes: Option<u64>,
}
