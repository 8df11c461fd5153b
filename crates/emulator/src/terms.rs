//! On which terms a provider issues what it issues.

use crate::provider::Provider;
use crate::settings::{Exp, Extras, Pkce, RedirectUri, Rotation, Settings};

/// What the books need to know of one provider's settings. Lifetimes are in seconds; `None` is
/// without end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) provider: Provider,
    pub(crate) access_lifetime: Option<u64>,
    pub(crate) refreshed_lifetime: Option<u64>,
    pub(crate) client_credentials_lifetime: Option<u64>,
    pub(crate) code_lifetime: u64,
    pub(crate) code_single_use: bool,
    /// Whether a code yields a refresh token.
    pub(crate) refreshable: bool,
    pub(crate) refresh_lifetime: Option<u64>,
    pub(crate) rotation: Rotation,
    /// Whether a code has to come with the redirect URI that its request named.
    pub(crate) redirect_uri_repeated: bool,
    /// Whether a code that began with a challenge has to come with its verifier.
    pub(crate) verifier_needed: bool,
    /// What an access token that can be read says of its end.
    pub(crate) exp: Exp,
}

impl Terms {
    pub(crate) fn of(provider: Provider, settings: &Settings) -> Self {
        match provider {
            Provider::GetResponse => Self::getresponse(settings),
            Provider::Classic => Self::classic(settings),
            Provider::Delegated => Self::delegated(settings),
        }
    }

    fn getresponse(settings: &Settings) -> Self {
        Self {
            provider: Provider::GetResponse,
            access_lifetime: Some(settings.access_lifetime),
            refreshed_lifetime: Some(settings.refreshed_lifetime.unwrap_or(settings.access_lifetime)),
            client_credentials_lifetime: Some(settings.client_credentials_lifetime),
            code_lifetime: settings.code_lifetime,
            code_single_use: true,
            refreshable: true,
            refresh_lifetime: settings.refresh_lifetime,
            rotation: settings.rotation,
            redirect_uri_repeated: settings.redirect_uri != RedirectUri::Ignored,
            verifier_needed: settings.pkce == Pkce::Honoured,
            exp: Exp::Absent,
        }
    }

    fn classic(settings: &Settings) -> Self {
        let own = &settings.verticalresponse;
        let ends = matches!(own.extras, Extras::ExpiresIn | Extras::RefreshToken);
        let lifetime = ends.then_some(own.access_lifetime);
        Self {
            provider: Provider::Classic,
            access_lifetime: lifetime,
            refreshed_lifetime: lifetime,
            client_credentials_lifetime: lifetime,
            code_lifetime: own.code_lifetime,
            code_single_use: own.code_single_use,
            refreshable: own.extras == Extras::RefreshToken,
            refresh_lifetime: None,
            rotation: settings.rotation,
            redirect_uri_repeated: true,
            verifier_needed: false,
            exp: Exp::Absent,
        }
    }

    fn delegated(settings: &Settings) -> Self {
        let own = &settings.delegated;
        let lifetime = Some(own.access_lifetime);
        Self {
            provider: Provider::Delegated,
            access_lifetime: lifetime,
            refreshed_lifetime: lifetime,
            client_credentials_lifetime: lifetime,
            code_lifetime: own.code_lifetime,
            code_single_use: own.code_single_use,
            refreshable: true,
            refresh_lifetime: own.refresh_lifetime,
            rotation: own.rotation,
            redirect_uri_repeated: true,
            verifier_needed: own.pkce == Pkce::Honoured,
            exp: own.exp,
        }
    }
}
