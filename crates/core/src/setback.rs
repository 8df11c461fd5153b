//! What a transition that failed hands back: the session, with what the failure means for it.

use std::{error::Error as StdError, fmt};

use crate::{Error, Expired, Grant, Provider, Session, State, Unauthorized, Uncertain};

/// A transition that failed. Nothing is lost: the session is inside.
///
/// It converts into [`Error`], for callers who only want `?`.
///
/// ```
/// # use mailgrant_core::*;
/// # fn example<P: Provider, G: OfferedBy<P> + ByConsent>(setback: TransitionError<P, G, Unauthorized>) {
/// let login = match setback {
///     TransitionError::Refused { session, .. } | TransitionError::Untouched { session, .. } => session,
/// };
/// println!("open {}", login.authorize_url());
/// # }
/// ```
#[expect(clippy::exhaustive_enums, reason = "a caller is to handle every arm")]
pub enum TransitionError<P: Provider, G: Grant, S: State> {
    /// The provider, or the customer, said no: the session is back at its beginning, with a fresh login.
    Refused {
        /// Ready for another trip through the consent page.
        session: Box<Session<P, G, Unauthorized>>,
        /// Why.
        error: Error,
    },
    /// The session is as it was: nothing was sent, nothing came of it, or (a lost exchange) all that can be
    /// done is to try once more or to begin again.
    Untouched {
        /// As it was.
        session: Box<Session<P, G, S>>,
        /// Why.
        error: Error,
    },
}

impl<P: Provider, G: Grant, S: State> TransitionError<P, G, S> {
    pub(crate) fn refused(session: Session<P, G, Unauthorized>, error: Error) -> Self {
        Self::Refused { session: Box::new(session), error }
    }

    pub(crate) fn untouched(session: Session<P, G, S>, error: Error) -> Self {
        Self::Untouched { session: Box::new(session), error }
    }

    /// Why it failed.
    #[must_use]
    pub fn error(&self) -> &Error {
        match self {
            Self::Refused { error, .. } | Self::Untouched { error, .. } => error,
        }
    }
}

/// A refresh that failed. Nothing is lost: the session is inside.
///
/// It converts into [`Error`], for callers who only want `?`.
///
/// ```
/// # use mailgrant_core::*;
/// # fn example<P: Provider>(setback: RefreshError<P, AuthorizationCode>) where AuthorizationCode: OfferedBy<P> {
/// let record = match setback {
///     RefreshError::Untouched { session, .. } => session.into_record(),
///     RefreshError::Uncertain { session, .. } => session.into_record(),
///     RefreshError::Refused { session, .. } => return println!("open {}", session.authorize_url()),
/// };
/// # }
/// ```
#[expect(clippy::exhaustive_enums, reason = "a caller is to handle every arm")]
pub enum RefreshError<P: Provider, G: Grant> {
    /// The provider said no to the refresh token: the customer has to be asked again.
    Refused {
        /// Ready for another trip through the consent page.
        session: Box<Session<P, G, Unauthorized>>,
        /// Why.
        error: Error,
    },
    /// Nothing was sent, or the answer says that nothing came of it: try later.
    Untouched {
        /// As it was.
        session: Box<Session<P, G, Expired>>,
        /// Why.
        error: Error,
    },
    /// It was sent and no answer came that could be understood: the refresh token may be spent.
    Uncertain {
        /// Has no `refresh`: trying again is a [`replay`](Session::replay), and a decision.
        session: Box<Session<P, G, Uncertain>>,
        /// Why.
        error: Error,
    },
}

impl<P: Provider, G: Grant> RefreshError<P, G> {
    pub(crate) fn refused(session: Session<P, G, Unauthorized>, error: Error) -> Self {
        Self::Refused { session: Box::new(session), error }
    }

    pub(crate) fn untouched(session: Session<P, G, Expired>, error: Error) -> Self {
        Self::Untouched { session: Box::new(session), error }
    }

    pub(crate) fn uncertain(session: Session<P, G, Uncertain>, error: Error) -> Self {
        Self::Uncertain { session: Box::new(session), error }
    }

    /// Why it failed.
    #[must_use]
    pub fn error(&self) -> &Error {
        match self {
            Self::Refused { error, .. } | Self::Untouched { error, .. } | Self::Uncertain { error, .. } => error,
        }
    }
}

impl<P: Provider, G: Grant, S: State> From<TransitionError<P, G, S>> for Error {
    fn from(setback: TransitionError<P, G, S>) -> Self {
        match setback {
            TransitionError::Refused { error, .. } | TransitionError::Untouched { error, .. } => error,
        }
    }
}

impl<P: Provider, G: Grant> From<RefreshError<P, G>> for Error {
    fn from(setback: RefreshError<P, G>) -> Self {
        match setback {
            RefreshError::Refused { error, .. }
            | RefreshError::Untouched { error, .. }
            | RefreshError::Uncertain { error, .. } => error,
        }
    }
}

impl<P: Provider, G: Grant, S: State> fmt::Debug for TransitionError<P, G, S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arm = match self {
            Self::Refused { .. } => "Refused",
            Self::Untouched { .. } => "Untouched",
        };
        formatter.debug_struct(arm).field("error", self.error()).finish_non_exhaustive()
    }
}

impl<P: Provider, G: Grant> fmt::Debug for RefreshError<P, G> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arm = match self {
            Self::Refused { .. } => "Refused",
            Self::Untouched { .. } => "Untouched",
            Self::Uncertain { .. } => "Uncertain",
        };
        formatter.debug_struct(arm).field("error", self.error()).finish_non_exhaustive()
    }
}

impl<P: Provider, G: Grant, S: State> fmt::Display for TransitionError<P, G, S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error().fmt(formatter)
    }
}

impl<P: Provider, G: Grant> fmt::Display for RefreshError<P, G> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error().fmt(formatter)
    }
}

impl<P: Provider, G: Grant, S: State> StdError for TransitionError<P, G, S> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error().source()
    }
}

impl<P: Provider, G: Grant> StdError for RefreshError<P, G> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error().source()
    }
}
