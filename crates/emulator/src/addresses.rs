//! Where one provider's endpoints are.

use crate::verticalresponse::{classic, delegated};

/// The endpoints of one provider, all on the emulator's one port.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Addresses {
    /// Where the customer's browser goes first.
    pub authorize_url: String,
    /// Where codes are exchanged, refresh tokens spent.
    pub token_url: String,
    /// The base of the API, without a slash at its end.
    pub api_url: String,
    /// Where an app gives up a refresh token, if there is such a place.
    pub revoke_url: Option<String>,
}

impl Addresses {
    pub(crate) fn classic(url: &str) -> Self {
        Self {
            authorize_url: format!("{url}{}", classic::AUTHORIZE),
            token_url: format!("{url}{}", classic::TOKEN),
            api_url: format!("{url}{}", classic::API.trim_end_matches('/')),
            revoke_url: None,
        }
    }

    pub(crate) fn delegated(url: &str) -> Self {
        Self {
            authorize_url: format!("{url}{}", delegated::AUTHORIZE),
            token_url: format!("{url}{}", delegated::TOKEN),
            api_url: format!("{url}{}", delegated::API.trim_end_matches('/')),
            revoke_url: Some(format!("{url}{}", delegated::REVOKE)),
        }
    }
}
