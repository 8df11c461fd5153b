//! What each verb does to one login on its way.

use std::time::Duration;

use crate::{
    AccountKey, EventKind, Sealed, StoreError, Taken,
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

/// Of the logins that share a lookup, since nothing marks them, the newest is the one that is open. The same bytes
/// again are a caller who did not hear the answer.
pub(crate) fn put(
    login: &mut Option<Login>,
    key: &AccountKey,
    sealed: &Sealed,
    ttl: Duration,
    now: Moment,
) -> Step<Result<(), StoreError>> {
    if login.as_ref().is_some_and(|login| login.sealed.as_ref() == Some(sealed)) {
        return (Ok(()), None);
    }
    *login = Some(Login { key: key.clone(), sealed: Some(sealed.clone()), expires_at: now.saturating_add(ttl) });
    (Ok(()), Some(Note::of_login(EventKind::LoginBegun)))
}

pub(crate) fn take(login: &mut Option<Login>, now: Moment) -> Step<Taken> {
    let Some(login) = login else {
        return (Taken::Unknown, None);
    };
    if login.sealed.is_some() && login.expires_at <= now {
        return (Taken::Expired, None);
    }
    match login.sealed.take() {
        Some(sealed) => (Taken::Pending(sealed), Some(Note::of_login(EventKind::LoginReturned))),
        None => (Taken::Spent, None),
    }
}
