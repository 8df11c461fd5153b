//! The verbs of the authorization code grant (RFC 6749 §4.1).

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use super::consent;
use crate::{
    Authorized, BoxFuture, Callback, CodeReceived, Error, Grant, GrantKind, Provider, Session, TransitionError,
    Unauthorized,
    callback::Verdict,
    machine::{CodeReceivedState, UnauthorizedState},
    wire::{self, Heard},
};

/// The customer says yes on the provider's page, which sends a code back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationCode {
    redirect_uri: Option<Box<str>>,
}

impl AuthorizationCode {
    /// Back to the redirect URI that was registered with the app: none is sent, in either request.
    ///
    /// This is the form that GetResponse documents.
    #[must_use]
    pub const fn registered() -> Self {
        Self { redirect_uri: None }
    }

    /// Back to `redirect_uri`, which is sent, identically, in both requests (RFC 6749 §4.1.3).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if it is not an absolute URI without
    /// a fragment (RFC 6749 §3.1.2).
    pub fn returning_to(redirect_uri: impl AsRef<str>) -> Result<Self, Error> {
        Ok(Self { redirect_uri: Some(consent::redirect_uri(redirect_uri.as_ref())?) })
    }
}

impl Grant for AuthorizationCode {
    const KIND: GrantKind = GrantKind::AuthorizationCode;

    fn redirect_uri(&self) -> Option<&str> {
        self.redirect_uri.as_deref()
    }

    fn restored(redirect_uri: Option<&str>) -> Result<Self, Error> {
        redirect_uri.map_or(Ok(Self::registered()), Self::returning_to)
    }
}

impl<P: Provider> Session<P, AuthorizationCode, Unauthorized> {
    /// Takes what the browser brought back.
    ///
    /// ```
    /// # use mailgrant_core::*;
    /// # async fn example<P: Provider>(login: Session<P, AuthorizationCode, Unauthorized>,
    /// #     callback: Callback, store: impl Fn(TokenRecord)) -> Result<(), Error>
    /// # where AuthorizationCode: OfferedBy<P> {
    /// match login.receive(callback) {
    ///     Ok(login) => store(login.exchange().await?.into_record()),
    ///     Err(TransitionError::Refused { session, .. }) => println!("begin again: {}", session.authorize_url()),
    ///     Err(TransitionError::Untouched { error, .. }) => println!("of no use to this login: {error}"),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Nothing is sent in any case. [`TransitionError::Refused`] if the customer said no;
    /// [`TransitionError::Untouched`] if the callback is not this login's, or cannot be understood.
    pub fn receive(
        self,
        callback: Callback,
    ) -> Result<Session<P, AuthorizationCode, CodeReceived>, TransitionError<P, AuthorizationCode, Unauthorized>> {
        match callback.judge_code(
            self.machine().login().expected(),
            self.client().profile(),
            self.grant().redirect_uri(),
        ) {
            Ok(code) => {
                let now = self.client().host().now();
                Ok(self.step(|machine| machine.code_arrived(code, now)))
            }
            Err(Verdict::Denied(error)) => {
                let next = self.draw_login();
                Err(TransitionError::refused(self.step(|machine| machine.denied(next)), error))
            }
            Err(Verdict::Unusable(error)) => Err(TransitionError::untouched(self, error)),
        }
    }
}

impl<P: Provider> Session<P, AuthorizationCode, CodeReceived> {
    /// Spends the code: one request, never repeated by itself.
    ///
    /// ```
    /// # use mailgrant_core::*;
    /// # async fn example<P: Provider>(login: Session<P, AuthorizationCode, CodeReceived>) -> Result<(), Error> {
    /// let session = match login.exchange().await {
    ///     // Unreachable, unwell, or an answer that was lost: once more at most.
    ///     Err(TransitionError::Untouched { session, error }) if error.kind() == ErrorKind::TryLater => {
    ///         session.exchange().await?
    ///     }
    ///     answered => answered?,
    /// };
    /// # Ok(()) }
    /// ```
    pub fn exchange(self) -> Exchange<P> {
        Exchange(Box::pin(exchange(self)))
    }
}

type ExchangeResult<P> =
    Result<Session<P, AuthorizationCode, Authorized>, TransitionError<P, AuthorizationCode, CodeReceived>>;

async fn exchange<P: Provider>(session: Session<P, AuthorizationCode, CodeReceived>) -> ExchangeResult<P> {
    let client = session.client().clone();
    let sent_at = client.host().now();
    let code_life = client.profile().code_life;
    let age = sent_at.duration_since(session.machine().received_at()).unwrap_or_default();
    let refused = |session: Session<P, AuthorizationCode, CodeReceived>, error| {
        let next = session.draw_login();
        TransitionError::refused(session.step(|machine| machine.code_refused(next)), error)
    };
    if age >= code_life {
        let error = Error::ask_user(
            "code_expired",
            format!(
                "the authorization code is older than the {} seconds it is good for, nothing was sent: begin the login again",
                code_life.as_secs()
            ),
        );
        return Err(refused(session, error));
    }
    let request = match wire::exchange(&client, session.grant(), session.machine().code(), session.machine().login()) {
        Ok(request) => request,
        Err(error) => return Err(refused(session, error)),
    };
    let answer = match client.transport().send(request).await {
        Ok(answer) => answer,
        Err(error) => return Err(TransitionError::untouched(session, wire::unanswered(error))),
    };
    match wire::hear(&client, wire::Asked::Exchange, answer, sent_at) {
        Heard::Issued(issued) => Ok(session.step(|machine| machine.exchanged(*issued))),
        Heard::Dead(error) => Err(refused(session, error)),
        Heard::Untouched(error) | Heard::Unclear(error) => Err(TransitionError::untouched(session, error)),
    }
}

/// The future of [`Session::exchange`].
#[must_use = "nothing is sent until it is awaited"]
pub struct Exchange<P: Provider>(BoxFuture<ExchangeResult<P>>);

impl<P: Provider> Future for Exchange<P> {
    type Output = ExchangeResult<P>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl<P: Provider> fmt::Debug for Exchange<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Exchange(..)")
    }
}
