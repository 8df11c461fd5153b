//! The client credentials grant (RFC 6749 §4.4): the app's own account, without a customer.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use crate::{
    Authorized, BoxFuture, Client, Error, Expired, Grant, GrantKind, OfferedBy, Permit, Provider, Session, State,
    TransitionError, Unauthorized,
    issued::Issued,
    machine::{ExpiredState, UnauthorizedState},
    renewal::ByObtaining,
    wire::{self, Heard},
};

/// The app's own account: no customer, no consent page, no refresh token. An expired token is obtained again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "it has no parameters")]
pub struct ClientCredentials;

impl Grant for ClientCredentials {
    const KIND: GrantKind = GrantKind::ClientCredentials;

    fn redirect_uri(&self) -> Option<&str> {
        None
    }

    fn restored(_: Option<&str>) -> Result<Self, Error> {
        Ok(Self)
    }
}

impl<P: Provider> Session<P, ClientCredentials, Unauthorized> {
    /// Asks for a token with the app's own credentials: one request.
    ///
    /// ```
    /// # use mailgrant_core::*;
    /// # async fn example<P: Provider>(client: Client<P>) -> Result<(), Error>
    /// # where ClientCredentials: OfferedBy<P, Renewal = renewal::Obtain> {
    /// let session = client.begin(ClientCredentials).obtain().await?;
    /// # Ok(()) }
    /// ```
    pub fn obtain(self) -> Obtain<P, Unauthorized>
    where
        ClientCredentials: OfferedBy<P>,
        <ClientCredentials as OfferedBy<P>>::Renewal: ByObtaining,
    {
        Obtain(Box::pin(async move {
            match ask(self.client()).await {
                Ok(issued) => Ok(self.step(|machine| machine.granted(*issued))),
                Err(error) => Err(TransitionError::untouched(self, error)),
            }
        }))
    }
}

impl<P: Provider> Session<P, ClientCredentials, Expired> {
    /// Asks for the next token with the app's own credentials: one request. The client's
    /// [`RefreshBudget`](crate::RefreshBudget) is asked first.
    ///
    /// ```
    /// # use mailgrant_core::*;
    /// # async fn example<P: Provider>(session: Session<P, ClientCredentials, Authorized>) -> Result<(), Error>
    /// # where ClientCredentials: OfferedBy<P, Renewal = renewal::Obtain> {
    /// let session = match session.check() {
    ///     Standing::Lapsed(session) => session.obtain().await?,
    ///     Standing::Live(session) => session,
    ///     standing => unreachable!("not with this grant: {standing:?}"),
    /// };
    /// # Ok(()) }
    /// ```
    pub fn obtain(self) -> Obtain<P, Expired>
    where
        ClientCredentials: OfferedBy<P>,
        <ClientCredentials as OfferedBy<P>>::Renewal: ByObtaining,
    {
        Obtain(Box::pin(async move {
            match self.client().budget().permit() {
                Ok(permit) => self.obtain_with(permit).await,
                Err(error) => Err(TransitionError::untouched(self, error)),
            }
        }))
    }

    /// A permit is all it takes; its deadline guards what can be spent, and here nothing is.
    pub(crate) async fn obtain_with(self, _: Permit) -> ObtainResult<P, Expired> {
        match ask(self.client()).await {
            Ok(issued) => {
                let issued = issued.of_the_account_of(self.machine().issued());
                Ok(self.step(|machine| machine.obtained(issued)))
            }
            Err(error) => Err(TransitionError::untouched(self, error)),
        }
    }
}

/// There is no third way: nothing is spent, so an answer that was lost costs nothing.
async fn ask<P: Provider>(client: &Client<P>) -> Result<Box<Issued>, Error> {
    let sent_at = client.host().now();
    let answer = client.transport().send(wire::obtain(client)).await.map_err(wire::unanswered)?;
    match wire::hear(client, wire::Asked::Obtain, answer, sent_at) {
        Heard::Issued(issued) => Ok(issued),
        Heard::Dead(error) | Heard::Untouched(error) | Heard::Unclear(error) => {
            if let Some(pause) = error.retry_after() {
                client.budget().close_for(pause);
            }
            Err(error)
        }
    }
}

type ObtainResult<P, S> = Result<Session<P, ClientCredentials, Authorized>, TransitionError<P, ClientCredentials, S>>;

/// The future of `obtain`.
#[must_use = "nothing is sent until it is awaited"]
pub struct Obtain<P: Provider, S: State>(BoxFuture<ObtainResult<P, S>>);

impl<P: Provider, S: State> Future for Obtain<P, S> {
    type Output = ObtainResult<P, S>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl<P: Provider, S: State> fmt::Debug for Obtain<P, S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Obtain(..)")
    }
}
