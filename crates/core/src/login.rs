//! Login: the one-time values of one trip through the consent page.

use std::fmt;

use crate::{CsrfState, Host, Verifier};

/// What one trip through the consent page is recognised and proven by.
pub(crate) struct Login {
    pub(crate) state: CsrfState,
    pub(crate) verifier: Verifier,
}

impl Login {
    pub(crate) fn draw(host: &dyn Host) -> Self {
        Self { state: CsrfState::draw(host), verifier: Verifier::draw(host) }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Login(..)")
    }
}
