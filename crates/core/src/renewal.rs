//! Renewal: how a grant goes on once its token has ended.

use crate::sealed::Sealed;

/// How a grant goes on once its token has ended: one of [`Refresh`], [`Obtain`] and [`Never`].
pub trait Renewal: Sealed + Send + Sync + 'static {
    /// The same, as data.
    const KIND: RenewalKind;
}

/// A refresh token buys the next one: RFC 6749 §6.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Refresh;

/// The app asks again with its own credentials: RFC 6749 §4.4.3.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Obtain;

/// It does not: the customer has to be asked again.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Never;

/// How a grant goes on, as data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RenewalKind {
    /// As [`Refresh`].
    Refresh,
    /// As [`Obtain`].
    Obtain,
    /// As [`Never`].
    Never,
}

impl RenewalKind {
    pub(crate) const ALL: [Self; 3] = [Self::Refresh, Self::Obtain, Self::Never];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Refresh => "refresh",
            Self::Obtain => "obtain",
            Self::Never => "never",
        }
    }
}

/// The renewals that spend a refresh token: the bound of `refresh`.
#[diagnostic::on_unimplemented(
    message = "this grant is neither refreshed nor replayed: the provider's renewal for it is `{Self}`",
    label = "the provider gives no refresh token for this grant",
    note = "with `renewal::Never` the customer is asked again: `session.reauthorize()`, then `.authorize_url()`",
    note = "with `renewal::Obtain` the app asks again: `session.obtain()`",
    note = "an adopted token is replaced by adopting another: `client.adopt(..)`"
)]
pub trait ByRefresh: Renewal {}

impl ByRefresh for Refresh {}

/// The renewals that ask anew: the bound of `obtain`.
#[diagnostic::on_unimplemented(
    message = "this grant is not obtained: the provider's renewal for it is `{Self}`",
    label = "the app's own credentials buy no token here",
    note = "say `type Renewal = renewal::Obtain` where the provider offers `ClientCredentials`"
)]
pub trait ByObtaining: Renewal {}

impl ByObtaining for Obtain {}

macro_rules! renewals {
    ($($name:ident)*) => {$(
        impl Sealed for $name {}
        impl Renewal for $name {
            const KIND: RenewalKind = RenewalKind::$name;
        }
    )*};
}

renewals! { Refresh Obtain Never }
