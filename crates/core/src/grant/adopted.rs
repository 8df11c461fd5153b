//! A token that was made elsewhere.

use std::time::Duration;

use secrecy::SecretString;

use crate::{
    AccessToken, Authorized, Client, Error, Expiry, Grant, GrantKind, OfferedBy, Provider, Renewal, Session,
    issued::Issued,
    machine::{AuthorizedState, Machine},
};

/// A token that was made elsewhere, such as by the panel's "generate credentials" of GetResponse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "it has no parameters")]
pub struct Adopted;

impl Grant for Adopted {
    const KIND: GrantKind = GrantKind::Adopted;

    fn redirect_uri(&self) -> Option<&str> {
        None
    }

    fn restored(_: Option<&str>) -> Result<Self, Error> {
        Ok(Self)
    }
}

impl<P: Provider> Client<P> {
    /// A session of a token that was made elsewhere, with the life that it has left, where that is known.
    ///
    /// Nothing is sent: whether the token is any good, the first call will show.
    ///
    /// ```
    /// # use mailgrant_core::*;
    /// # fn example<P: Provider>(client: Client<P>, pasted: String)
    /// # -> Result<(), Error> where Adopted: OfferedBy<P> {
    /// let session = client.adopt(pasted.into(), None)?; // nobody said how long it lives
    /// let bearer = session.bearer();
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if it is empty or holds characters that no token may hold.
    pub fn adopt(&self, token: SecretString, life: Option<Duration>) -> Result<Session<P, Adopted, Authorized>, Error>
    where
        Adopted: OfferedBy<P>,
    {
        let malformed = |_| {
            Error::configuration(
                "token_malformed",
                "the token is empty, or holds characters that no token may hold: copy it again, alone",
            )
        };
        let at = self.host().now();
        let issued = Issued {
            access: AccessToken::received(token).map_err(malformed)?,
            refresh: None,
            expiry: life.and_then(|life| at.checked_add(life)).map_or(Expiry::Unknown, Expiry::At),
            at,
            scope: None,
            account_id: None,
        };
        let renewal = <<Adopted as OfferedBy<P>>::Renewal as Renewal>::KIND;
        Ok(Session::new(self.clone(), Adopted, renewal, Machine::<Authorized>::wake_live(issued)))
    }
}
