//! What an answer means, as whoever asked is told.

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Means {
    /// Tokens came.
    Issued { life: Life, refresh: Next },
    /// The code or the refresh token is no good: the session is back at its beginning.
    Dead,
    /// Our app is set up wrongly; the grant is as it was.
    Ours,
    /// Not before so many seconds; the grant is as it was.
    Paced(u64),
    /// Try again, perhaps after so many seconds; the grant is as it was.
    Later(Option<u64>),
    /// Whether the refresh token is spent, nobody knows.
    Uncertain(Option<u64>),
    /// A code bought what cannot be used: the customer logs in again.
    Again,
    /// No promise is made about it.
    Open,
}

pub(crate) const LATER: Means = Means::Later(None);
pub(crate) const DOUBT: Means = Means::Uncertain(None);

/// How long an access token lives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Life {
    /// So many seconds.
    For(f64),
    /// For ever.
    Never,
    /// Until it is rejected.
    Unknown,
}

/// Which refresh token will be spent next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Next {
    Nothing,
    /// The one that a grant had before.
    First,
    /// The one that an answer brings.
    Second,
}
