//! The first generation: the endpoints behind the developer portal.

use std::{sync::Arc, time::Duration};

use mailgrant_core::{AccountName, ClientAuth, Endpoints, ExchangeMethod, Expiry, MarkedBy, Pkce, Profile};

use crate::{played, well_formed};

/// VerticalResponse's first generation: apps of the developer portal, at `vrapi.verticalresponse.com`.
///
/// As documented, the consent page is sent `client_id` and `redirect_uri` alone, the code is exchanged by `GET` with
/// the app's secret in the URL, tokens do not expire, and there is no refresh.
///
/// Its consent page is known to return no `state`. So the mark of a login travels in the redirect URI's own query
/// ([`MarkedBy::RedirectNonce`]); the other two ways are [`with_state`](Self::with_state) and
/// [`with_fixed_redirect_uri`](Self::with_fixed_redirect_uri).
#[derive(Clone, Debug)]
pub struct VerticalResponse {
    profile: Arc<Profile>,
}

impl VerticalResponse {
    /// `vrapi.verticalresponse.com`.
    #[must_use]
    pub fn production() -> Self {
        let endpoints = Endpoints::parse(
            "https://vrapi.verticalresponse.com/api/v1/oauth/authorize",
            "https://vrapi.verticalresponse.com/api/v1/oauth/access_token",
            "https://vrapi.verticalresponse.com/api/v1",
        );
        Self::of("generation 1".to_owned(), well_formed(endpoints))
    }

    /// A server that behaves like it, such as an emulator on loopback.
    #[must_use]
    pub fn at(endpoints: Endpoints) -> Self {
        Self::of(played("generation 1", &endpoints), endpoints)
    }

    /// The same, for an app whose redirect URI may not vary in its query: nothing marks a callback, so it finishes
    /// whatever login its browser has open, of which there is one at a time.
    #[must_use]
    pub fn with_fixed_redirect_uri(self) -> Self {
        self.change(|profile| profile.binding = MarkedBy::BrowserOnly)
    }

    /// The same, with a `state` that the consent page is sent and has to return. VerticalResponse does not document
    /// that it does: without it, no login can be finished.
    #[must_use]
    pub fn with_state(self) -> Self {
        self.change(|profile| profile.binding = MarkedBy::State)
    }

    /// The same, with the code exchanged by `POST`, which keeps the secret out of the URL. Several clients do so;
    /// VerticalResponse does not document it. There is no way back for a code that was sent.
    #[must_use]
    pub fn with_post_exchange(self) -> Self {
        self.change(|profile| profile.exchange = ExchangeMethod::Post)
    }

    fn of(environment: String, endpoints: Endpoints) -> Self {
        let mut profile = Profile::new(environment, endpoints);
        profile.client_auth = ClientAuth::Body;
        profile.exchange = ExchangeMethod::Get;
        profile.response_type = false;
        profile.binding = MarkedBy::RedirectNonce;
        profile.redirect_uri_required = true;
        profile.account = Some(AccountName::InAnswer("user_id"));
        profile.pkce = Pkce::Off;
        profile.unnamed_expiry = Expiry::Never;
        profile.code_life = Duration::from_secs(300);
        Self { profile: Arc::new(profile) }
    }

    fn change(self, change: impl FnOnce(&mut Profile)) -> Self {
        let mut profile = Arc::unwrap_or_clone(self.profile);
        change(&mut profile);
        Self { profile: Arc::new(profile) }
    }

    pub(crate) fn profile_of_environment(&self) -> &Profile {
        &self.profile
    }
}
