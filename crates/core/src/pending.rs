//! PendingAuthorization: a login on its way, made to be put aside.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::{
    Binding, ClientIdentity, CsrfState, Error, Grant, GrantKind, Lookup, Provider, RecordFormat, RenewalKind,
    SecretBytes, Session, Unauthorized, Verifier, at_rest,
    login::{Login, Mark},
    machine::UnauthorizedState,
};

/// A login that waits for its callback: everything that finishing it needs, on this machine or another.
///
/// Store its [`encode`](Self::encode)d bytes, sealed, under its [`lookup`](Self::lookup); give them out once.
/// The vault of `mailgrant-storage` does that.
pub struct PendingAuthorization {
    pub(crate) identity: ClientIdentity,
    pub(crate) grant: GrantKind,
    pub(crate) renewal: RenewalKind,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) login: Login,
    begun_at: SystemTime,
}

impl PendingAuthorization {
    pub(crate) fn of<P: Provider, G: Grant>(session: Session<P, G, Unauthorized>) -> Self {
        Self {
            identity: session.client().identity().clone(),
            grant: G::KIND,
            renewal: session.renewal(),
            redirect_uri: session.grant().redirect_uri().map(Into::into),
            begun_at: session.client().host().now(),
            login: session.into_machine().put_aside(),
        }
    }

    /// Where it lies, for whoever is bound by `binding`.
    ///
    /// ```
    /// # use mailgrant_core::{Binding, Error, PendingAuthorization};
    /// # fn example(pending: PendingAuthorization, put: impl Fn(&[u8; 32], PendingAuthorization))
    /// # -> Result<(), Error> {
    /// let lookup = pending.lookup(&Binding::browser("cookie-1")?);
    /// put(lookup.as_bytes(), pending);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn lookup(&self, binding: &Binding) -> Lookup {
        binding.lookup(self.login.expected())
    }

    /// Whether its callback will bring something to recognise it by ([`Profile::binding`](crate::Profile::binding)). If
    /// not, it shares its lookup with every other login of its binding.
    #[must_use]
    pub fn is_marked(&self) -> bool {
        self.login.expected().is_some()
    }

    /// Whose client can finish it.
    #[must_use]
    pub fn identity(&self) -> &ClientIdentity {
        &self.identity
    }

    /// When it was begun, by the clock of the host that began it.
    #[must_use]
    pub fn begun_at(&self) -> SystemTime {
        self.begun_at
    }

    /// The bytes to be sealed.
    ///
    /// ```
    /// # use mailgrant_core::{PendingAuthorization, SecretBytes};
    /// # fn example(pending: PendingAuthorization, seal: impl Fn(SecretBytes) -> Vec<u8>) {
    /// let sealed = seal(pending.encode());
    /// # }
    /// ```
    #[must_use]
    pub fn encode(&self) -> SecretBytes {
        self.encode_as(RecordFormat::default())
    }

    /// The bytes to be sealed, in `format`.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "door: into bytes that are sealed next")]
    pub fn encode_as(&self, format: RecordFormat) -> SecretBytes {
        at_rest::encode(&Written {
            v: format.number(),
            identity: &self.identity,
            grant: self.grant.name(),
            renewal: self.renewal.name(),
            redirect_uri: self.redirect_uri.as_deref(),
            state: self.login.expected().map(ExposeSecret::expose_secret),
            state_in_redirect_uri: matches!(self.login.mark, Mark::Nonce(_)),
            verifier: self.login.verifier.as_ref().map(ExposeSecret::expose_secret),
            begun_at: at_millis(self.begun_at),
        })
    }

    /// Reads what [`encode`](Self::encode) wrote.
    ///
    /// ```
    /// # use mailgrant_core::{*, secrecy::ExposeSecret};
    /// # fn example<P: Provider>(client: Client<P>, opened: SecretBytes) -> Result<(), Error>
    /// # where AuthorizationCode: OfferedBy<P> {
    /// let pending = PendingAuthorization::decode(opened.expose_secret())?;
    /// let login = client.resume::<AuthorizationCode>(pending)?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the bytes are none of ours, or of a newer build.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let read: Read = at_rest::decode(bytes)?;
        Ok(Self {
            identity: read.identity,
            grant: named_grant(&read.grant)?,
            renewal: named_renewal(&read.renewal)?,
            redirect_uri: read.redirect_uri,
            login: Login {
                mark: match read.state.map(CsrfState::from_secret) {
                    Some(state) if read.state_in_redirect_uri => Mark::Nonce(state),
                    Some(state) => Mark::State(state),
                    None => Mark::Nothing,
                },
                verifier: read.verifier.map(Verifier::from_secret),
            },
            begun_at: from_millis(read.begun_at),
        })
    }
}

impl fmt::Debug for PendingAuthorization {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PendingAuthorization")
            .field("identity", &self.identity)
            .field("grant", &self.grant)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Written<'a> {
    v: u32,
    identity: &'a ClientIdentity,
    grant: &'a str,
    renewal: &'a str,
    redirect_uri: Option<&'a str>,
    state: Option<&'a str>,
    state_in_redirect_uri: bool,
    verifier: Option<&'a str>,
    begun_at: u64,
}

#[derive(Deserialize)]
struct Read {
    identity: ClientIdentity,
    grant: String,
    renewal: String,
    redirect_uri: Option<String>,
    state: Option<SecretString>,
    #[serde(default)]
    state_in_redirect_uri: bool,
    verifier: Option<SecretString>,
    begun_at: u64,
}

pub(crate) fn named_grant(name: &str) -> Result<GrantKind, Error> {
    GrantKind::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(unknown_word)
}

pub(crate) fn named_renewal(name: &str) -> Result<RenewalKind, Error> {
    RenewalKind::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(unknown_word)
}

fn unknown_word() -> Error {
    Error::configuration(
        "record_newer",
        "the record uses a word that this build does not know: update it; the record is left as it is",
    )
}

pub(crate) fn at_millis(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

pub(crate) fn from_millis(millis: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis)).unwrap_or(SystemTime::UNIX_EPOCH)
}
