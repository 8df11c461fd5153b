//! The second generation: delegated apps, registered in an account's own settings.

use std::sync::Arc;

use mailgrant_core::{ClientAuth, Endpoint, Endpoints, Pkce, Profile, RevocationEndpoint, RevocationForm};

use crate::{played, well_formed};

/// VerticalResponse's second generation: delegated apps, at `vr2api.verticalresponse.com` and
/// `api-vr2.verticalresponse.com`.
///
/// Access tokens expire, and a refresh token dies at once when it is used. Access tokens look like JWTs and are
/// opaque all the same. Revoking kills the refresh token; the access token goes on until its end.
#[derive(Clone, Debug)]
pub struct VerticalResponseDelegated {
    profile: Arc<Profile>,
}

impl VerticalResponseDelegated {
    /// `vr2api.verticalresponse.com` for the consent page and revocation, `api-vr2.verticalresponse.com` for the rest.
    #[must_use]
    pub fn production() -> Self {
        let endpoints = Endpoints::parse(
            "https://vr2api.verticalresponse.com/oauth/authorize",
            "https://api-vr2.verticalresponse.com/api/v1/authorize",
            "https://api-vr2.verticalresponse.com/api/v1",
        );
        let revoke = Endpoint::parse("https://vr2api.verticalresponse.com/api/v1/oauth/revoke");
        Self::of("generation 2".to_owned(), well_formed(endpoints), Some(well_formed(revoke)))
    }

    /// A server that behaves like it, such as an emulator on loopback, with its revocation endpoint if it has one.
    #[must_use]
    pub fn at(endpoints: Endpoints, revoke: Option<Endpoint>) -> Self {
        Self::of(played("generation 2", &endpoints), endpoints, revoke)
    }

    /// The same, with a proof key in every login (RFC 7636). VerticalResponse does not mention it, so it is off.
    #[must_use]
    pub fn with_pkce(self) -> Self {
        let mut profile = Arc::unwrap_or_clone(self.profile);
        profile.pkce = Pkce::S256;
        Self { profile: Arc::new(profile) }
    }

    fn of(environment: String, endpoints: Endpoints, revoke: Option<Endpoint>) -> Self {
        let mut profile = Profile::new(environment, endpoints);
        profile.client_auth = ClientAuth::Body;
        profile.pkce = Pkce::Off;
        profile.redirect_uri_required = true;
        profile.revocation = revoke.map(|endpoint| RevocationEndpoint { endpoint, form: RevocationForm::Delete });
        Self { profile: Arc::new(profile) }
    }

    pub(crate) fn profile_of_environment(&self) -> &Profile {
        &self.profile
    }
}
