//! Revocation: a grant given back to its provider.

use http::StatusCode;

use crate::{
    Client, Error, Meaning, Provider, TokenRecord,
    wire::{self, Answer, Asked},
};

/// What giving a grant back came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Revocation {
    /// The provider has no way to be told, or the grant nothing to tell it with: the customer can remove the app in
    /// the provider's panel.
    LocalOnly,
    /// The provider was told, and said yes. That is no proof: RFC 7009 §2.2 has it say yes to tokens that never
    /// existed. An access token that was issued before may go on working until its end.
    Told,
}

impl<P: Provider> Client<P> {
    /// Gives a grant back: its refresh token is dead from then on, where the provider can be told.
    ///
    /// ```
    /// # use mailgrant_core::{Client, Error, Provider, Revocation, TokenRecord};
    /// # async fn example<P: Provider>(client: Client<P>, record: TokenRecord) -> Result<(), Error> {
    /// match client.revoke(&record).await? {
    ///     Revocation::Told => println!("given back"),
    ///     _ => println!("forget it here, and ask the customer to remove the app in the provider's panel"),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TryLater`](crate::ErrorKind::TryLater) if no answer came, or one that says neither yes nor no: it
    /// can be tried again without harm. [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the record is
    /// another client's, or the provider does not accept the app.
    pub async fn revoke(&self, record: &TokenRecord) -> Result<Revocation, Error> {
        record.identity.expect(self.identity())?;
        let (Some(at), Some(token)) = (&self.profile().revocation, &record.issued.refresh) else {
            return Ok(Revocation::LocalOnly);
        };
        let answer = self.transport().send(wire::revoke(self, at, token)).await.map_err(wire::unanswered)?;
        let status = answer.status();
        let seen = Answer::of(Asked::Revoke, &answer);
        let verdict = status.is_success() || status.is_client_error();
        let refusal = verdict.then(|| self.provider().refusal(&seen)).flatten();
        let pause = wire::retry_after(answer.headers(), self.host().now());
        let code = refusal.map(|refusal| refusal.code);
        match refusal.map(|refusal| refusal.meaning) {
            None if status.is_success() => Ok(Revocation::Told),
            // A token that is dead already needs no revocation.
            Some(Meaning::GrantDead) => Ok(Revocation::Told),
            Some(Meaning::ClientMisconfigured) => Err(wire::client_misconfigured().answered(status.as_u16(), code)),
            _ if status == StatusCode::NOT_FOUND || status.is_redirection() => Err(Error::configuration(
                "revocation_endpoint_wrong",
                "there is nothing at the revocation endpoint: check its address; the grant is as it was",
            )
            .answered(status.as_u16(), code)),
            _ => Err(Error::try_later(
                "revocation_unanswered",
                "the provider did not say that the grant is revoked: try again; that does no harm",
            )
            .answered(status.as_u16(), code)
            .after(pause)),
        }
    }
}
