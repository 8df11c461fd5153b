//! Login: the one-time values of one trip through the consent page.

use std::fmt;

use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use crate::{CsrfState, Host, MarkedBy, Pkce, Verifier};

/// What one trip through the consent page is recognised and proven by: what is said at the beginning holds at
/// the end.
pub(crate) struct Login {
    pub(crate) mark: Mark,
    /// Where the provider is sent a proof key.
    pub(crate) verifier: Option<Verifier>,
}

/// What the callback will bring to be recognised by.
pub(crate) enum Mark {
    /// A `state` that the provider returns.
    State(CsrfState),
    /// A `state` in the redirect URI's own query.
    Nonce(CsrfState),
    /// Nothing.
    Nothing,
}

impl Login {
    pub(crate) fn draw(host: &dyn Host, pkce: Pkce, marked_by: MarkedBy, redirect_uri: Option<&str>) -> Self {
        let mark = match marked_by {
            MarkedBy::RedirectNonce if redirect_uri.is_some() => Mark::Nonce(CsrfState::draw(host)),
            MarkedBy::State | MarkedBy::RedirectNonce => Mark::State(CsrfState::draw(host)),
            MarkedBy::BrowserOnly => Mark::Nothing,
        };
        Self { mark, verifier: (pkce == Pkce::S256).then(|| Verifier::draw(host)) }
    }

    /// The `state` that the callback has to bring, however it travels there.
    pub(crate) fn expected(&self) -> Option<&CsrfState> {
        match &self.mark {
            Mark::State(state) | Mark::Nonce(state) => Some(state),
            Mark::Nothing => None,
        }
    }

    /// The redirect URI as both requests name it, wiped since its login's mark may be in it.
    #[expect(clippy::disallowed_methods, reason = "door: into the redirect URI that a browser is shown anyway")]
    pub(crate) fn redirect_uri(&self, plain: Option<&str>) -> Option<Zeroizing<String>> {
        const NAME: &str = "state=";
        plain.map(|plain| {
            let nonce = if let Mark::Nonce(state) = &self.mark { state.expose_secret() } else { "" };
            let mut uri = Zeroizing::new(String::with_capacity(plain.len() + 1 + NAME.len() + nonce.len()));
            uri.push_str(plain);
            if !nonce.is_empty() {
                uri.push(if plain.contains('?') { '&' } else { '?' });
                uri.push_str(NAME);
                uri.push_str(nonce);
            }
            uri
        })
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Login(..)")
    }
}
