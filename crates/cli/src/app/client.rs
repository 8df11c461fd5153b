//! AppClient: an app's client, whichever provider it is of.

use std::sync::Arc;

use mailgrant_core::{
    AnyClient, AuthorizeUrl, Binding, Client, ClientIdentity, Credentials, Error, Profile, Provider,
    secrecy::ExposeSecret,
};
use mailgrant_getresponse::GetResponse;
use mailgrant_manager::{Manager, ManagerBuilder};
use mailgrant_storage::AccountKey;
use mailgrant_verticalresponse::{VerticalResponse, VerticalResponseDelegated};

use super::{App, GrantName, SharedTransport};
use crate::environment::Environment;

/// In place of the secret of an app that has none here. It is never sent: only what is adopted does without one.
const UNSENT: &str = "never sent";

/// A provider at an environment, in the type that its grants are of.
pub(crate) enum Spoken {
    GetResponse(GetResponse),
    Classic(VerticalResponse),
    Delegated(VerticalResponseDelegated),
}

/// A client of one of them. What does not begin a grant is done through [`any`](Self::any).
#[derive(Clone)]
pub(crate) enum AppClient {
    GetResponse(Client<GetResponse>),
    Classic(Client<VerticalResponse>),
    Delegated(Client<VerticalResponseDelegated>),
}

impl App {
    /// How its provider is spoken to.
    pub(crate) fn spoken(&self) -> Result<Spoken, Error> {
        Ok(match &self.environment {
            Environment::GetResponse(server) => {
                let mut provider = server.provider()?;
                if self.pkce {
                    provider = provider.with_pkce();
                }
                Spoken::GetResponse(if self.json_body { provider.with_json_body() } else { provider })
            }
            Environment::VerticalResponse(server) => server.spoken(self.pkce)?,
        })
    }

    pub(crate) fn client(&self, transport: &SharedTransport) -> Result<AppClient, Error> {
        Ok(match self.spoken()? {
            Spoken::GetResponse(provider) => AppClient::GetResponse(self.client_of(provider, transport)?),
            Spoken::Classic(provider) => AppClient::Classic(self.client_of(provider, transport)?),
            Spoken::Delegated(provider) => AppClient::Delegated(self.client_of(provider, transport)?),
        })
    }

    #[expect(clippy::disallowed_methods, reason = "door: the remembered secret, into the client that uses it")]
    fn client_of<P: Provider>(&self, provider: P, transport: &SharedTransport) -> Result<Client<P>, Error> {
        let secret = self.client_secret.as_ref().map_or(UNSENT, |secret| secret.expose_secret());
        let credentials = Credentials::new(&self.client_id, secret);
        Client::builder(provider, credentials, transport.clone()).build()
    }
}

impl Spoken {
    pub(crate) fn profile(&self) -> &Profile {
        match self {
            Self::GetResponse(provider) => provider.profile(),
            Self::Classic(provider) => provider.profile(),
            Self::Delegated(provider) => provider.profile(),
        }
    }
}

impl AppClient {
    /// Which app it is, where.
    pub(crate) fn identity(&self) -> &ClientIdentity {
        match self {
            Self::GetResponse(client) => client.identity(),
            Self::Classic(client) => client.identity(),
            Self::Delegated(client) => client.identity(),
        }
    }

    /// The same client, its provider forgotten.
    pub(crate) fn any(self) -> Arc<dyn AnyClient> {
        match self {
            Self::GetResponse(client) => Arc::new(client),
            Self::Classic(client) => Arc::new(client),
            Self::Delegated(client) => Arc::new(client),
        }
    }

    /// The manager serves its accounts, and its logins can come back.
    pub(crate) fn register(&self, builder: ManagerBuilder) -> ManagerBuilder {
        match self.clone() {
            Self::GetResponse(client) => builder.client(client),
            Self::Classic(client) => builder.client(client),
            Self::Delegated(client) => builder.client(client),
        }
    }

    /// Begins the login that the app's account is connected by: where to send the browser.
    pub(crate) async fn begin(
        &self,
        manager: &Manager,
        key: &AccountKey,
        app: &App,
        binding: &Binding,
    ) -> Result<AuthorizeUrl, Error> {
        match self {
            Self::GetResponse(client) if app.grant == GrantName::Implicit => {
                manager.begin(key, client, app.implicit()?, binding).await
            }
            Self::GetResponse(client) => manager.begin(key, client, app.authorization_code()?, binding).await,
            Self::Classic(client) => manager.begin(key, client, app.authorization_code()?, binding).await,
            Self::Delegated(client) => manager.begin(key, client, app.authorization_code()?, binding).await,
        }
    }

    /// The client, if it is of the provider that offers grants without a browser.
    pub(crate) fn getresponse(self) -> Result<Client<GetResponse>, Error> {
        match self {
            Self::GetResponse(client) => Ok(client),
            // The command line refuses this before an app is made of it.
            Self::Classic(_) | Self::Delegated(_) => Err(Error::new(
                mailgrant_core::ErrorKind::Configuration,
                "grant_mismatch",
                "VerticalResponse offers the authorization code grant alone: connect the account with it",
            )),
        }
    }
}
