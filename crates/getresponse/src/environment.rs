//! The environments of GetResponse: its hosts, or somebody else's in their place.

use std::{sync::Arc, time::Duration};

use mailgrant_core::{Endpoint, Endpoints, Pace, Pkce, Profile};

/// GetResponse, at one of its environments. Grants of one are refused at another.
#[derive(Clone, Debug)]
pub struct GetResponse {
    profile: Arc<Profile>,
}

impl GetResponse {
    /// GetResponse for everybody: `app.getresponse.com` and `api.getresponse.com`.
    #[must_use]
    pub fn retail() -> Self {
        let endpoints = Endpoints::parse(
            "https://app.getresponse.com/oauth2_authorize.html",
            "https://api.getresponse.com/v3/token",
            "https://api.getresponse.com/v3",
        );
        match endpoints {
            Ok(endpoints) => Self::of("retail", endpoints),
            Err(error) => unreachable!("these are well-formed: {error}"),
        }
    }

    /// A server that behaves like GetResponse, such as an emulator on loopback.
    ///
    /// Its endpoints are its name, so that a grant of it is good nowhere else.
    #[must_use]
    pub fn at(endpoints: Endpoints) -> Self {
        let name = [&endpoints.authorize, &endpoints.token, &endpoints.api].map(Endpoint::without_query).join(" ");
        Self::of(name, endpoints)
    }

    /// The same, with a proof key in every login (RFC 7636). GetResponse's pages do not mention it, so it is off.
    #[must_use]
    pub fn with_pkce(self) -> Self {
        let mut profile = (*self.profile).clone();
        profile.pkce = Pkce::S256;
        Self { profile: Arc::new(profile) }
    }

    fn of(name: impl Into<String>, endpoints: Endpoints) -> Self {
        let mut profile = Profile::new(name, endpoints);
        profile.pkce = Pkce::Off;
        profile.code_life = Duration::from_secs(600);
        // 80 calls a second are published for the API; whether the token endpoint shares them is unknown.
        profile.pace = Pace::new(10, 40);
        Self { profile: Arc::new(profile) }
    }

    pub(crate) fn profile_of_environment(&self) -> &Profile {
        &self.profile
    }
}
