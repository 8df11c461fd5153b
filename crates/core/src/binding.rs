//! Binding: who may finish a login.

use std::fmt;

use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

use crate::{CsrfState, Error};

/// Who may finish a login: the browser session that began it.
///
/// A pending authorization lies under the hash of its `state` *and* its binding. Somebody who opens a
/// stranger's callback in another browser brings another binding, and so cannot even find the entry
/// (RFC 9700 §4.7: login CSRF). Make it from what the request itself carries, such as the session cookie,
/// at both ends of the login, and never from the callback's own parameters.
#[derive(Clone, PartialEq, Eq)]
pub struct Binding([u8; 32]);

impl Binding {
    /// The browser session with this identifier, such as the value of its session cookie.
    ///
    /// ```
    /// # use mailgrant_core::{Binding, Error};
    /// # fn main() -> Result<(), Error> {
    /// assert_eq!(Binding::browser("cookie-1")?, Binding::browser("cookie-1")?);
    /// assert_ne!(Binding::browser("cookie-1")?, Binding::browser("cookie-2")?);
    /// assert!(Binding::browser("").is_err());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if it is empty: all browsers without a cookie
    /// would share it.
    pub fn browser(session: impl AsRef<[u8]>) -> Result<Self, Error> {
        let session = session.as_ref();
        if session.is_empty() {
            return Err(Error::configuration(
                "binding_empty",
                "a login is bound to a browser session, and this identifier is empty: give the browser a session first",
            ));
        }
        Ok(Self(hash(&[b"browser", session])))
    }

    /// The same, and this account only: for sessions in which several logins may be open at once.
    ///
    /// ```
    /// # use mailgrant_core::{Binding, Error};
    /// # fn main() -> Result<(), Error> {
    /// let newsletter = Binding::browser("cookie-1")?.and_account("newsletter");
    /// assert_ne!(newsletter, Binding::browser("cookie-1")?.and_account("shop"));
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn and_account(self, account: impl AsRef<[u8]>) -> Self {
        Self(hash(&[b"account", &self.0, account.as_ref()]))
    }

    /// No browser session: the person at this terminal. **Not for a web application.** Logins that nothing marks
    /// ([`MarkedBy::BrowserOnly`](crate::MarkedBy)) share it over all terminals of one store: tell them apart by
    /// [`and_account`](Self::and_account).
    ///
    /// ```
    /// # use mailgrant_core::{Binding, PendingAuthorization};
    /// # fn example(pending: PendingAuthorization) {
    /// let lookup = pending.lookup(&Binding::terminal());
    /// # }
    /// ```
    #[must_use]
    pub fn terminal() -> Self {
        Self(hash(&[b"terminal"]))
    }

    /// Where a login marked with `state`, or with nothing, lies that is bound to this.
    #[expect(clippy::disallowed_methods, reason = "door: to find the login that the state marks")]
    pub(crate) fn lookup(&self, state: Option<&CsrfState>) -> Lookup {
        Lookup(match state {
            Some(state) => hash(&[b"state", state.expose_secret().as_bytes(), &self.0]),
            None => hash(&[b"browser only", &self.0]),
        })
    }
}

impl fmt::Debug for Binding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Binding(..)")
    }
}

/// Where a pending authorization lies: SHA-256 over its marker and its binding.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lookup([u8; 32]);

impl Lookup {
    /// The bytes, for a store to keep.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A lookup read back from where a store keeps it.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Lookup {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Lookup(..)")
    }
}

/// Each part preceded by its length, so that no two lists of parts hash alike.
fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemHost;

    #[test]
    fn another_browser_another_account_and_another_state_lie_elsewhere() {
        let state = CsrfState::draw(&SystemHost);
        let here = Binding::browser("session-1").unwrap().lookup(Some(&state));
        assert_eq!(here, Binding::browser("session-1").unwrap().lookup(Some(&state)));
        assert_ne!(here, Binding::browser("session-2").unwrap().lookup(Some(&state)));
        assert_ne!(here, Binding::terminal().lookup(Some(&state)));
        assert_ne!(here, Binding::browser("session-1").unwrap().and_account("a").lookup(Some(&state)));
        assert_ne!(here, Binding::browser("session-1").unwrap().lookup(Some(&CsrfState::draw(&SystemHost))));
        let unmarked = Binding::browser("session-1").unwrap().lookup(None);
        assert_ne!(unmarked, here);
        assert_ne!(unmarked, Binding::browser("session-2").unwrap().lookup(None));
    }

    #[test]
    fn no_session_is_no_binding() {
        assert_eq!(Binding::browser("").unwrap_err().code(), "binding_empty");
    }

    #[test]
    fn lengths_are_hashed() {
        assert_ne!(hash(&[b"ab", b"c"]), hash(&[b"a", b"bc"]));
    }
}
