//! Environment: where an app's server is, as remembered with the account.

pub(crate) mod getresponse;
pub(crate) mod verticalresponse;

use mailgrant_core::{Endpoints, Error};
use serde::{Deserialize, Serialize};

pub(crate) use self::verticalresponse::{BindingName, Generation};
use crate::{
    args::{EnvironmentArgs, VerticalResponseArgs},
    provider::ProviderName,
};

/// Which provider an app is of, and where its server is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Environment {
    // The first one that fits is read, and this one alone has a generation.
    VerticalResponse(verticalresponse::Server),
    GetResponse(getresponse::Server),
}

/// Endpoints in place of a provider's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Urls {
    authorize: String,
    token: String,
    api: String,
}

impl Environment {
    /// The environment on the command line. What was remembered fills in for what is not given, the server as a whole.
    pub(crate) fn resolve(
        provider: ProviderName,
        args: &EnvironmentArgs,
        vertical: &VerticalResponseArgs,
        remembered: Option<&Self>,
    ) -> Result<Self, Error> {
        Ok(match provider {
            ProviderName::Getresponse => Self::GetResponse(getresponse::Server::resolve(
                args,
                remembered.and_then(|environment| environment.as_getresponse()),
            )?),
            ProviderName::Verticalresponse => Self::VerticalResponse(verticalresponse::Server::resolve(
                args,
                vertical,
                remembered.and_then(|environment| environment.as_verticalresponse()),
            )?),
        })
    }

    pub(crate) fn as_getresponse(&self) -> Option<&getresponse::Server> {
        match self {
            Self::GetResponse(server) => Some(server),
            Self::VerticalResponse(_) => None,
        }
    }

    pub(crate) fn as_verticalresponse(&self) -> Option<&verticalresponse::Server> {
        match self {
            Self::VerticalResponse(server) => Some(server),
            Self::GetResponse(_) => None,
        }
    }

    pub(crate) fn provider(&self) -> ProviderName {
        match self {
            Self::GetResponse(_) => ProviderName::Getresponse,
            Self::VerticalResponse(_) => ProviderName::Verticalresponse,
        }
    }

    pub(crate) fn generation(&self) -> Option<Generation> {
        self.as_verticalresponse().map(verticalresponse::Server::generation)
    }

    /// Whether both are the same server, so that a secret of one goes nowhere else at the other.
    pub(crate) fn is_served_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::GetResponse(one), Self::GetResponse(other)) => one.is_served_as(other),
            (Self::VerticalResponse(one), Self::VerticalResponse(other)) => one.is_served_as(other),
            _ => false,
        }
    }

    /// Where an app is registered and what its registration shows, in words.
    pub(crate) fn registration(&self) -> String {
        match self {
            Self::GetResponse(server) => server.registration(),
            Self::VerticalResponse(server) => server.registration(),
        }
    }

    /// The redirect URL's part in the registration, in words.
    pub(crate) fn redirect(&self, redirect_uri: &str) -> String {
        match self {
            Self::GetResponse(_) => format!("The redirect URL registered there must be {redirect_uri}"),
            Self::VerticalResponse(server) => server.redirect(redirect_uri),
        }
    }

    /// Where the account's owner can remove the app, in words.
    pub(crate) fn panel(&self) -> String {
        match self {
            Self::GetResponse(server) => format!("GetResponse's panel, {}", server.panel()),
            Self::VerticalResponse(_) => "VerticalResponse's panel".to_owned(),
        }
    }

    /// `retail`, `max` or `production`; `custom` for endpoints of one's own.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::GetResponse(server) => server.kind(),
            Self::VerticalResponse(server) => server.kind(),
        }
    }
}

impl Default for Environment {
    fn default() -> Self {
        Self::GetResponse(getresponse::Server::default())
    }
}

/// The kind and the generation of a stored grant's environment, which is known by its name alone.
pub(crate) fn kind_of(provider: Option<ProviderName>, name: &str) -> (&'static str, Option<Generation>) {
    match provider {
        Some(ProviderName::Getresponse) => (getresponse::kind_of(name), None),
        Some(ProviderName::Verticalresponse) => verticalresponse::kind_of(name),
        None => ("custom", None),
    }
}

impl Urls {
    fn given(args: &EnvironmentArgs) -> Option<Self> {
        Some(Self {
            authorize: args.authorize_url.clone()?,
            token: args.token_url.clone()?,
            api: args.api_url.clone()?,
        })
    }

    fn parse(&self) -> Result<Endpoints, Error> {
        Endpoints::parse(&self.authorize, &self.token, &self.api)
    }

    fn are(&self, own: &Endpoints) -> bool {
        self.authorize == own.authorize.as_str() && self.token == own.token.as_str() && self.api == own.api.as_str()
    }

    fn registration(&self) -> String {
        format!("The app must be registered at the server of {}.", self.authorize)
    }
}
