//! App: what an account's app is, as remembered with the account.

use std::sync::Arc;

use clap::ValueEnum;
use mailgrant_core::{
    AuthorizationCode, Client, ClientIdentity, Credentials, Error, GrantKind, Implicit, Provider, ReqwestTransport,
    Transport,
    secrecy::{ExposeSecret, SecretString},
};
use mailgrant_getresponse::GetResponse;
use serde::{Deserialize, Serialize, Serializer};

use crate::environment::Environment;

/// The provider that accounts are of.
pub(crate) const PROVIDER: &str = GetResponse::NAME;

/// The id of an app that nobody named: what was adopted for it needs none.
pub(crate) const NAMELESS: &str = "adopted";

/// In place of the secret of an app that has none here. It is never sent: only what is adopted does without one.
const UNSENT: &str = "never sent";

pub(crate) type SharedTransport = Arc<dyn Transport>;

/// What connecting needs to know of an app. It is written into a sealed note alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct App {
    pub(crate) client_id: String,
    /// `None` where a token was adopted without it.
    #[serde(serialize_with = "opened")]
    pub(crate) client_secret: Option<SecretString>,
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
    pub(crate) fn provider(&self) -> Result<GetResponse, Error> {
        let mut provider = self.environment.provider()?;
        if self.pkce {
            provider = provider.with_pkce();
        }
        Ok(if self.json_body { provider.with_json_body() } else { provider })
    }

    #[expect(clippy::disallowed_methods, reason = "door: the remembered secret, into the client that uses it")]
    pub(crate) fn client(&self, transport: &SharedTransport) -> Result<Client<GetResponse>, Error> {
        let secret = self.client_secret.as_ref().map_or(UNSENT, |secret| secret.expose_secret());
        let credentials = Credentials::new(&self.client_id, secret);
        Client::builder(self.provider()?, credentials, transport.clone()).build()
    }

    pub(crate) fn authorization_code(&self) -> Result<AuthorizationCode, Error> {
        let returning = AuthorizationCode::returning_to(&self.redirect_uri)?;
        Ok(if self.send_redirect_uri { returning } else { AuthorizationCode::registered() })
    }

    pub(crate) fn implicit(&self) -> Result<Implicit, Error> {
        Implicit::returning_to(&self.redirect_uri)
    }

    /// Whether grants of this identity are this app's.
    pub(crate) fn is(&self, identity: &ClientIdentity) -> bool {
        identity.provider == PROVIDER
            && identity.client_id == self.client_id
            && self.provider().is_ok_and(|provider| provider.profile().environment == identity.environment)
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
