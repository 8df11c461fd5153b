//! The refresh (RFC 6749 §6) of whatever grant can be refreshed.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use crate::{
    Authorized, BoxFuture, Error, Expired, Grant, OfferedBy, Permit, Provider, RefreshError, Sent, Session, State,
    TransitionError, Uncertain,
    issued::Issued,
    machine::{ExpiredState, UncertainState},
    renewal::ByRefresh,
    wire::{self, Heard},
};

impl<P: Provider, G: Grant> Session<P, G, Expired> {
    /// Spends the refresh token: one request, never repeated by itself. The client's
    /// [`RefreshBudget`](crate::RefreshBudget) is asked first.
    ///
    /// **A dropped future may lose the grant**: the provider may have rotated the refresh token by then. The
    /// manager (`mailgrant-manager`) refreshes on a task that nobody can drop, and stores the answer.
    ///
    /// ```
    /// # use mailgrant_core::*;
    /// # async fn example<P: Provider>(session: Session<P, AuthorizationCode, Expired>, store: impl Fn(TokenRecord))
    /// # where AuthorizationCode: OfferedBy<P, Renewal = renewal::Refresh> {
    /// match session.refresh().await {
    ///     Ok(session) => store(session.into_record()), // at once: the old refresh token may be dead
    ///     Err(RefreshError::Refused { session, .. }) => println!("ask again: {}", session.authorize_url()),
    ///     Err(RefreshError::Untouched { error, .. }) => println!("later: {:?}", error.retry_after()),
    ///     Err(RefreshError::Uncertain { session, .. }) => store(session.into_record()), // with the doubt in it
    /// }
    /// # }
    /// ```
    pub fn refresh(self) -> Refresh<P, G>
    where
        G: OfferedBy<P>,
        G::Renewal: ByRefresh,
    {
        Refresh(Box::pin(async move {
            match self.client().budget().permit() {
                Ok(permit) => self.refresh_with(permit).await,
                Err(error) => Err(RefreshError::untouched(self, error)),
            }
        }))
    }

    pub(crate) async fn refresh_with(self, permit: Permit) -> RefreshResult<P, G> {
        match spend(&self, self.machine().issued(), permit).await {
            Spent::Issued(issued) => Ok(self.step(|machine| machine.refreshed(*issued))),
            Spent::Refused(error) => {
                let next = self.draw_login();
                Err(RefreshError::refused(self.step(|machine| machine.refresh_refused(next)), error))
            }
            Spent::Untouched(error) => Err(RefreshError::untouched(self, error)),
            Spent::Uncertain(error) => Err(RefreshError::uncertain(self.step(ExpiredState::answer_lost), error)),
        }
    }
}

impl<P: Provider, G: Grant> Session<P, G, Uncertain> {
    /// Sends the refresh token again, knowing that it may be spent.
    ///
    /// Usually the best that is left: if the answer was lost, nobody holds the successor. A provider that
    /// takes a second use for theft revokes the grant. While the old access token still works
    /// ([`TokenRecord::expires_at`](crate::TokenRecord::expires_at) of the session's record), waiting costs nothing.
    ///
    /// ```
    /// # use mailgrant_core::*;
    /// # async fn example<P: Provider>(client: Client<P>, record: TokenRecord, store: impl Fn(TokenRecord))
    /// # -> Result<(), Error>
    /// # where AuthorizationCode: OfferedBy<P, Renewal = renewal::Refresh> {
    /// let over = record.expires_at().is_past(client.host().now());
    /// match client.restore::<AuthorizationCode>(record)? {
    ///     Standing::Unknown(session) if over => store(session.replay().await?.into_record()),
    ///     Standing::Unknown(_) => println!("the old token still works: nothing is lost by waiting"),
    ///     standing => println!("{standing:?}"),
    /// }
    /// # Ok(()) }
    /// ```
    pub fn replay(self) -> Replay<P, G>
    where
        G: OfferedBy<P>,
        G::Renewal: ByRefresh,
    {
        Replay(Box::pin(async move {
            let permit = match self.client().budget().permit() {
                Ok(permit) => permit,
                Err(error) => return Err(TransitionError::untouched(self, error)),
            };
            match spend(&self, self.machine().issued(), permit).await {
                Spent::Issued(issued) => Ok(self.step(|machine| machine.replayed(*issued))),
                Spent::Refused(error) => {
                    let next = self.draw_login();
                    Err(TransitionError::refused(self.step(|machine| machine.replay_refused(next)), error))
                }
                Spent::Untouched(error) | Spent::Uncertain(error) => Err(TransitionError::untouched(self, error)),
            }
        }))
    }
}

enum Spent {
    Issued(Box<Issued>),
    Refused(Error),
    Untouched(Error),
    Uncertain(Error),
}

async fn spend<P: Provider, G: Grant, S: State>(session: &Session<P, G, S>, old: &Issued, permit: Permit) -> Spent {
    let client = session.client();
    let Some(refresh) = &old.refresh else {
        return Spent::Refused(Error::ask_user(
            "no_refresh_token",
            "the provider gave no refresh token with this grant: send the customer through the consent page again",
        ));
    };
    let mut request = wire::refresh(client, refresh);
    if let Some(deadline) = permit.deadline() {
        let left = deadline.saturating_sub(client.host().monotonic());
        if left.is_zero() {
            return Spent::Untouched(Error::try_later(
                "deadline_passed",
                "the time in which this refresh could safely be sent is over; nothing was sent",
            ));
        }
        request.within = request.within.min(left);
        // Both clocks are asked, since either may stand still while a machine sleeps.
        let (host, wall) = (client.host().clone(), client.host().now() + left);
        request = request.guarded_by(move || host.monotonic() < deadline && host.now() < wall);
    }
    let sent_at = client.host().now();
    let answer = match client.transport().send(request).await {
        Ok(answer) => answer,
        Err(error) => {
            return match error.sent() {
                Sent::No => Spent::Untouched(wire::unanswered(error)),
                Sent::Perhaps => Spent::Uncertain(wire::unanswered(error)),
            };
        }
    };
    let heard = wire::hear(client, wire::Asked::Refresh, answer, sent_at);
    if let Heard::Untouched(error) | Heard::Unclear(error) = &heard
        && let Some(pause) = error.retry_after()
    {
        client.budget().close_for(pause);
    }
    match heard {
        Heard::Issued(issued) => Spent::Issued(Box::new(issued.succeeding(old))),
        Heard::Dead(error) => Spent::Refused(error),
        Heard::Untouched(error) => Spent::Untouched(error),
        Heard::Unclear(error) => Spent::Uncertain(error),
    }
}

type RefreshResult<P, G> = Result<Session<P, G, Authorized>, RefreshError<P, G>>;

/// The future of [`Session::refresh`].
#[must_use = "nothing is sent until it is awaited"]
pub struct Refresh<P: Provider, G: Grant>(BoxFuture<RefreshResult<P, G>>);

type ReplayResult<P, G> = Result<Session<P, G, Authorized>, TransitionError<P, G, Uncertain>>;

/// The future of [`Session::replay`].
#[must_use = "nothing is sent until it is awaited"]
pub struct Replay<P: Provider, G: Grant>(BoxFuture<ReplayResult<P, G>>);

macro_rules! futures {
    ($($name:ident -> $output:ident)*) => {$(
        impl<P: Provider, G: Grant> Future for $name<P, G> {
            type Output = $output<P, G>;

            fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
                self.0.as_mut().poll(context)
            }
        }

        impl<P: Provider, G: Grant> fmt::Debug for $name<P, G> {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )*};
}

futures! { Refresh -> RefreshResult  Replay -> ReplayResult }
