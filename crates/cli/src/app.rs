//! App: what an account's app is, as remembered with the account.

use std::sync::Arc;

use mailgrant_core::{
    AuthorizationCode, Client, ClientIdentity, Credentials, Endpoints, Error, Provider, ReqwestTransport, Transport,
    secrecy::{ExposeSecret, SecretString},
};
use mailgrant_getresponse::GetResponse;
use serde::{Deserialize, Serialize, Serializer};

/// The provider that accounts are of.
pub(crate) const PROVIDER: &str = GetResponse::NAME;

pub(crate) type SharedTransport = Arc<dyn Transport>;

/// What connecting needs to know of an app. It is written into a sealed note alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct App {
    pub(crate) client_id: String,
    #[serde(serialize_with = "opened")]
    pub(crate) client_secret: SecretString,
    /// `None` for GetResponse's own.
    pub(crate) endpoints: Option<Urls>,
    pub(crate) redirect_uri: String,
    pub(crate) send_redirect_uri: bool,
    pub(crate) pkce: bool,
}

/// Endpoints in place of GetResponse's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Urls {
    pub(crate) authorize: String,
    pub(crate) token: String,
    pub(crate) api: String,
}

impl App {
    pub(crate) fn provider(&self) -> Result<GetResponse, Error> {
        let provider = match &self.endpoints {
            None => GetResponse::retail(),
            Some(urls) => GetResponse::at(Endpoints::parse(&urls.authorize, &urls.token, &urls.api)?),
        };
        Ok(if self.pkce { provider.with_pkce() } else { provider })
    }

    #[expect(clippy::disallowed_methods, reason = "door: the remembered secret, into the client that uses it")]
    pub(crate) fn client(&self, transport: &SharedTransport) -> Result<Client<GetResponse>, Error> {
        let credentials = Credentials::new(&self.client_id, self.client_secret.expose_secret());
        Client::builder(self.provider()?, credentials, transport.clone()).build()
    }

    pub(crate) fn grant(&self) -> Result<AuthorizationCode, Error> {
        let returning = AuthorizationCode::returning_to(&self.redirect_uri)?;
        Ok(if self.send_redirect_uri { returning } else { AuthorizationCode::registered() })
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
fn opened<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}
