//! What each verb does to one login on its way.

use std::time::Duration;

use crate::{
    AccountKey, EventKind, Sealed, Sharing, StoreError, Taken,
    rules::{Moment, Note, Step},
};

/// How long the remains of a login are kept after its life, so that a late callback hears why it is late.
pub(crate) const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

/// A login as a backend keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) key: AccountKey,
    /// `None` once it was given out.
    pub(crate) sealed: Option<Sealed>,
    pub(crate) expires_at: Moment,
}

/// Putting a login again that has not been given out is a caller who did not hear the answer: the first stands. One
/// that was given out is never made available again. Of those that share a lookup, the newest is the one that is open.
pub(crate) fn put(
    login: &mut Option<Login>,
    key: &AccountKey,
    sealed: &Sealed,
    sharing: Sharing,
    ttl: Duration,
    now: Moment,
) -> Step<Result<(), StoreError>> {
    match (&login, sharing) {
        (Some(Login { sealed: Some(_), .. }), Sharing::Own) => return (Ok(()), None),
        (Some(_), Sharing::Own) => return (Err(StoreError::Conflict(None)), None),
        (None, _) | (_, Sharing::Shared) => {}
    }
    *login = Some(Login { key: key.clone(), sealed: Some(sealed.clone()), expires_at: now.saturating_add(ttl) });
    (Ok(()), Some(Note::beside_rows(EventKind::LoginBegun)))
}

pub(crate) fn take(login: &mut Option<Login>, now: Moment) -> Step<Taken> {
    let Some(login) = login else {
        return (Taken::Unknown, None);
    };
    if login.sealed.is_some() && login.expires_at <= now {
        return (Taken::Expired, None);
    }
    match login.sealed.take() {
        Some(sealed) => (Taken::Pending(sealed), Some(Note::beside_rows(EventKind::LoginReturned))),
        None => (Taken::Spent, None),
    }
}
