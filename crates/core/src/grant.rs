//! Grant: how an authorization is come by.

use std::fmt::Debug;

use crate::{Error, Provider, Renewal, sealed::Sealed};

mod adopted;
mod authorization_code;
mod client_credentials;
mod consent;
mod implicit;
mod refresh;

pub use self::{
    adopted::Adopted,
    authorization_code::{AuthorizationCode, Exchange},
    client_credentials::{ClientCredentials, Obtain},
    consent::AuthorizeUrl,
    implicit::Implicit,
    refresh::{Refresh, Replay},
};

/// A way to an authorization. The value holds its parameters. The grants are the standard's, so the
/// trait is sealed; which of them a provider offers is said by [`OfferedBy`].
pub trait Grant: Sealed + Clone + Debug + Send + Sync + 'static {
    /// The same, as data.
    const KIND: GrantKind;

    #[doc(hidden)]
    fn redirect_uri(&self) -> Option<&str>;

    #[doc(hidden)]
    fn restored(redirect_uri: Option<&str>) -> Result<Self, Error>;
}

/// Says that provider `P` offers this grant, and how it goes on: one line for each that it offers.
#[diagnostic::on_unimplemented(
    message = "`{P}` does not offer the grant `{Self}`",
    label = "`{P}` has no such flow",
    note = "every provider's crate page lists its grants: where customers consent, begin with `AuthorizationCode`",
    note = "what was stored is restored, or resumed, with the grant and the client that it was begun with"
)]
pub trait OfferedBy<P: Provider>: Grant {
    /// How a session of this grant goes on once its token has ended.
    type Renewal: Renewal;
}

/// The grants that lead through a consent page: [`AuthorizationCode`] and [`Implicit`].
#[diagnostic::on_unimplemented(
    message = "the grant `{Self}` has no consent page",
    label = "there is no customer to be sent anywhere",
    note = "`ClientCredentials` is obtained with `.obtain()`, at first or once it has expired: `.check()`, or `.expire()` if the provider rejected it",
    note = "an adopted token is replaced by adopting another: `client.adopt(..)`"
)]
pub trait ByConsent: ByProvider {
    /// What the authorization endpoint is asked for: RFC 6749 §3.1.1.
    const RESPONSE_TYPE: &'static str;
}

/// The grants whose tokens this library came by itself: all but [`Adopted`].
#[diagnostic::on_unimplemented(
    message = "a session of the grant `{Self}` is neither begun nor expired",
    label = "its token is made elsewhere",
    note = "a token made elsewhere comes in by `client.adopt(..)`: the first one, and each that replaces it"
)]
pub trait ByProvider: Grant {}

/// Which grant, as data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GrantKind {
    /// [`AuthorizationCode`].
    AuthorizationCode,
    /// [`ClientCredentials`].
    ClientCredentials,
    /// [`Implicit`].
    Implicit,
    /// [`Adopted`].
    Adopted,
}

impl GrantKind {
    pub(crate) const ALL: [Self; 4] = [Self::AuthorizationCode, Self::ClientCredentials, Self::Implicit, Self::Adopted];

    /// A stable word, as stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::ClientCredentials => "client_credentials",
            Self::Implicit => "implicit",
            Self::Adopted => "adopted",
        }
    }
}

impl Sealed for AuthorizationCode {}
impl Sealed for ClientCredentials {}
impl Sealed for Implicit {}
impl Sealed for Adopted {}

impl ByConsent for AuthorizationCode {
    const RESPONSE_TYPE: &'static str = "code";
}

impl ByConsent for Implicit {
    const RESPONSE_TYPE: &'static str = "token";
}

impl ByProvider for AuthorizationCode {}
impl ByProvider for ClientCredentials {}
impl ByProvider for Implicit {}
