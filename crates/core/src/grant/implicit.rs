//! The implicit grant (RFC 6749 §4.2): a token straight from the consent page, in the fragment.

use crate::{
    Authorized, Callback, Error, Grant, GrantKind, Provider, Session, TransitionError, Unauthorized, callback::Verdict,
    machine::UnauthorizedState, wire,
};

use super::consent;

/// A token straight from the consent page, in the fragment of the redirect URI.
///
/// **Advised against** (RFC 9700 §2.1.2): such a token passes through the browser's history and scripts. It is
/// here because the provider documents it. Its fragment reaches no server by itself: a page of yours reads it,
/// posts it once to your server and wipes the address bar. The token is never a login to anything, and there
/// is no refresh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Implicit {
    redirect_uri: Box<str>,
}

impl Implicit {
    /// Back to `redirect_uri`, which this grant always sends.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if it is not an absolute URI without a fragment.
    pub fn returning_to(redirect_uri: impl AsRef<str>) -> Result<Self, Error> {
        Ok(Self { redirect_uri: consent::redirect_uri(redirect_uri.as_ref())? })
    }
}

impl Grant for Implicit {
    const KIND: GrantKind = GrantKind::Implicit;

    fn redirect_uri(&self) -> Option<&str> {
        Some(&self.redirect_uri)
    }

    fn restored(redirect_uri: Option<&str>) -> Result<Self, Error> {
        Self::returning_to(redirect_uri.unwrap_or_default())
    }
}

impl<P: Provider> Session<P, Implicit, Unauthorized> {
    /// Takes the fragment that the browser brought back. Nothing is sent: the token is in it.
    ///
    /// ```
    /// # use mailgrant_core::*;
    /// # fn example<P: Provider>(login: Session<P, Implicit, Unauthorized>, posted: &str) -> Result<(), Error> {
    /// let session = login.receive(Callback::parse(posted)?)?; // "#access_token=...&state=..."
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`TransitionError::Refused`] if the customer said no; [`TransitionError::Untouched`] if the callback is not
    /// this login's, or holds no token that can be used.
    pub fn receive(
        self,
        callback: Callback,
    ) -> Result<Session<P, Implicit, Authorized>, TransitionError<P, Implicit, Unauthorized>> {
        let profile = self.client().profile();
        let now = self.client().host().now();
        let judged = callback.judge_token(self.machine().login().expected(), profile);
        let issued =
            judged.and_then(|token| wire::handed_over(token, now, profile.unnamed_expiry).map_err(Verdict::Unusable));
        match issued {
            Ok(issued) => Ok(self.step(|machine| machine.granted(issued))),
            Err(Verdict::Denied(error)) => {
                let next = self.draw_login();
                Err(TransitionError::refused(self.step(|machine| machine.denied(next)), error))
            }
            Err(Verdict::Unusable(error)) => Err(TransitionError::untouched(self, error)),
        }
    }
}
