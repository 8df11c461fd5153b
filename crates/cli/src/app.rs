//! App: what an account's app is, as remembered with the account.

mod client;
mod import;

use std::sync::Arc;

use clap::ValueEnum;
use mailgrant_core::{
    AuthorizationCode, ClientIdentity, Error, GrantKind, Implicit, ReqwestTransport, Transport,
    secrecy::{ExposeSecret, SecretString},
};
use serde::{Deserialize, Serialize, Serializer};

pub(crate) use self::client::{AppClient, Spoken};
use crate::{environment::Environment, provider::ProviderName};

/// The id of an app that nobody named: what was adopted for it needs none.
pub(crate) const NAMELESS: &str = "adopted";

pub(crate) type SharedTransport = Arc<dyn Transport>;

/// What connecting needs to know of an app. It is written into a sealed note alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct App {
    pub(crate) client_id: String,
    /// `None` where a token was adopted without it.
    #[serde(serialize_with = "opened")]
    pub(crate) client_secret: Option<SecretString>,
    /// Which provider it is of, and all that this provider alone has.
    #[serde(flatten)]
    pub(crate) environment: Environment,
    pub(crate) redirect_uri: String,
    pub(crate) send_redirect_uri: bool,
    pub(crate) pkce: bool,
    #[serde(default)]
    pub(crate) json_body: bool,
    /// The grant that its account is connected by.
    #[serde(default)]
    pub(crate) grant: GrantName,
}

/// A grant, as it is named on the command line; in a note, by the word that it is stored under everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GrantName {
    #[default]
    AuthorizationCode,
    ClientCredentials,
    Implicit,
    #[value(skip)]
    Adopted,
}

impl GrantName {
    pub(crate) fn named(name: &str) -> Option<Self> {
        let all = [Self::AuthorizationCode, Self::ClientCredentials, Self::Implicit, Self::Adopted];
        all.into_iter().find(|grant| grant.kind().name() == name)
    }

    pub(crate) fn kind(self) -> GrantKind {
        match self {
            Self::AuthorizationCode => GrantKind::AuthorizationCode,
            Self::ClientCredentials => GrantKind::ClientCredentials,
            Self::Implicit => GrantKind::Implicit,
            Self::Adopted => GrantKind::Adopted,
        }
    }

    /// As it is said on the command line.
    pub(crate) fn word(self) -> String {
        self.kind().name().replace('_', "-")
    }
}

impl App {
    pub(crate) fn provider(&self) -> ProviderName {
        self.environment.provider()
    }

    pub(crate) fn authorization_code(&self) -> Result<AuthorizationCode, Error> {
        let returning = AuthorizationCode::returning_to(&self.redirect_uri)?;
        // VerticalResponse wants it in both requests.
        let sent = self.send_redirect_uri || self.provider() == ProviderName::Verticalresponse;
        Ok(if sent { returning } else { AuthorizationCode::registered() })
    }

    pub(crate) fn implicit(&self) -> Result<Implicit, Error> {
        Implicit::returning_to(&self.redirect_uri)
    }

    /// Whether grants of this identity are this app's.
    pub(crate) fn is(&self, identity: &ClientIdentity) -> bool {
        identity.provider == self.provider().name()
            && identity.client_id == self.client_id
            && self.spoken().is_ok_and(|spoken| spoken.profile().environment == identity.environment)
    }
}

/// What all clients of a command send through.
pub(crate) fn transport() -> Result<SharedTransport, Error> {
    Ok(Arc::new(ReqwestTransport::builder().build()?))
}

#[expect(clippy::disallowed_methods, reason = "door: into the bytes of a note, which are sealed next")]
fn opened<S: Serializer>(secret: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(|secret| secret.expose_secret()).serialize(serializer)
}
