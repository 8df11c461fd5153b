//! ProviderName: whose account it is, as the command line names it.

use clap::ValueEnum;
use mailgrant_core::Provider;
use mailgrant_getresponse::GetResponse;
use mailgrant_verticalresponse::VerticalResponse;

/// A provider that accounts are of. Both generations of VerticalResponse are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum ProviderName {
    Getresponse,
    Verticalresponse,
}

impl ProviderName {
    pub(crate) const ALL: [Self; 2] = [Self::Getresponse, Self::Verticalresponse];

    /// The name that its accounts are kept under, which is also the command line's.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Getresponse => GetResponse::NAME,
            Self::Verticalresponse => VerticalResponse::NAME,
        }
    }

    /// The provider that goes by this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.name() == name)
    }

    /// As the provider writes itself.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Getresponse => "GetResponse",
            Self::Verticalresponse => "VerticalResponse",
        }
    }

    /// A path that every account can be asked for.
    pub(crate) fn path_to_try(self) -> &'static str {
        match self {
            Self::Getresponse => "/accounts",
            Self::Verticalresponse => "/contacts",
        }
    }
}
