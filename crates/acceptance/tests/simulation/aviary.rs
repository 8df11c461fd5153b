//! Aviary, as a declaration: the provider of the simulated world.

use std::{sync::Arc, time::Duration};

use mailgrant_core::{
    AccountName, AuthorizationCode, Endpoint, Endpoints, OfferedBy, Pkce, Profile, Provider, RevocationEndpoint,
    RevocationForm, renewal,
};

/// A provider that follows the standard.
#[derive(Clone, Debug)]
pub(crate) struct Aviary(Arc<Profile>);

impl Aviary {
    /// `grace`: how long it is known to answer a refresh token twice.
    pub(crate) fn new(token_timeout: Duration, grace: Duration, revocable: bool) -> Self {
        let endpoints = Endpoints::parse(
            "https://login.aviary.example/authorize",
            "https://login.aviary.example/token",
            "https://api.aviary.example",
        )
        .unwrap();
        let mut profile = Profile::new("sky", endpoints);
        // What it would prove is not of this world.
        profile.pkce = Pkce::Off;
        profile.token_timeout = token_timeout;
        profile.replay.grace = grace;
        profile.account = Some(AccountName::InAnswer("bird"));
        profile.revocation = revocable.then(|| RevocationEndpoint {
            endpoint: Endpoint::parse("https://login.aviary.example/revoke").unwrap(),
            form: RevocationForm::Standard,
        });
        Self(Arc::new(profile))
    }
}

impl Provider for Aviary {
    const NAME: &'static str = "aviary";

    fn profile(&self) -> &Profile {
        &self.0
    }
}

impl OfferedBy<Aviary> for AuthorizationCode {
    type Renewal = renewal::Refresh;
}
