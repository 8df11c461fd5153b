//! Login: the one-time values of one trip through the consent page.

use std::fmt;

use crate::{CsrfState, Host, Pkce, Verifier};

/// What one trip through the consent page is recognised and proven by.
pub(crate) struct Login {
    pub(crate) state: CsrfState,
    /// Where the provider is sent a proof key: what is said at the beginning holds at the end.
    pub(crate) verifier: Option<Verifier>,
}

impl Login {
    pub(crate) fn draw(host: &dyn Host, pkce: Pkce) -> Self {
        let verifier = (pkce == Pkce::S256).then(|| Verifier::draw(host));
        Self { state: CsrfState::draw(host), verifier }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Login(..)")
    }
}
