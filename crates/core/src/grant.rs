//! Grant: how an authorization is come by.

use std::fmt::Debug;

use crate::{Error, Provider, Renewal, sealed::Sealed};

mod authorization_code;
mod refresh;

pub use self::{
    authorization_code::{AuthorizationCode, AuthorizeUrl, Exchange},
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
    note = "the documentation of `{P}` lists the grants that it offers"
)]
pub trait OfferedBy<P: Provider>: Grant {
    /// How a session of this grant goes on once its token has ended.
    type Renewal: Renewal;
}

/// Which grant, as data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GrantKind {
    /// [`AuthorizationCode`].
    AuthorizationCode,
}

impl GrantKind {
    pub(crate) const ALL: [Self; 1] = [Self::AuthorizationCode];

    /// A stable word, as stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
        }
    }
}

impl Sealed for AuthorizationCode {}
