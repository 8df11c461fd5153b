//! Everything that the story connects: accounts of two providers, through five apps in four environments.

use std::{error::Error as StdError, sync::Arc};

use mailgrant_core::{Client, Credentials, Endpoint, Endpoints, Error, Host, Provider, ReqwestTransport, Transport};
use mailgrant_emulator::{Addresses, App, Emulator};
use mailgrant_getresponse::{GetResponse, PanelDomain, Region};
use mailgrant_manager::ManagerBuilder;
use mailgrant_verticalresponse::{VerticalResponse, VerticalResponseDelegated};
use secrecy::SecretString;

use super::connection::Connection;

/// The app of the first chapter. The other ones are named after it.
pub(super) const CLIENT_ID: &str = "mailgrant-demo";

/// The panel of a MAX customer.
pub(super) const PANEL: &str = "custom-domain.getresponse360.com";

pub(super) struct Accounts {
    pub(super) main: Connection<GetResponse>,
    pub(super) form: Connection<GetResponse>,
    pub(super) json: Connection<GetResponse>,
    pub(super) implicit: Connection<GetResponse>,
    pub(super) adopted: Connection<GetResponse>,
    pub(super) max: Connection<GetResponse>,
    pub(super) classic: Connection<VerticalResponse>,
    pub(super) delegated: Connection<VerticalResponseDelegated>,
    /// The apps' own.
    pub(super) client_secrets: Vec<SecretString>,
}

impl Accounts {
    /// Registers the apps with the emulator.
    pub(super) fn open(
        emulator: &Emulator,
        redirect_uri: &str,
        host: &Arc<dyn Host>,
    ) -> Result<Self, Box<dyn StdError>> {
        let mut apps = Apps {
            emulator,
            redirect_uri,
            host: host.clone(),
            transport: Arc::new(ReqwestTransport::builder().build()?),
            client_secrets: Vec::new(),
        };
        let own = Endpoints::parse(&emulator.authorize_url(), &emulator.token_url(), &emulator.api_url())?;
        let at_max = GetResponse::max(&PanelDomain::parse(PANEL)?, Region::Com).served_at(own.clone());
        let retail = apps.client("", None, GetResponse::at(own.clone()))?;
        let json = apps.client("-json", None, GetResponse::at(own).with_json_body())?;
        let max = apps.client("-max", Some(PANEL), at_max)?;
        let (classic, delegated) = (emulator.verticalresponse(), emulator.verticalresponse_delegated());
        let classic = apps.client("-vr1", None, VerticalResponse::at(endpoints(&classic)?))?;
        let revoke = delegated.revoke_url.as_deref().map(Endpoint::parse).transpose()?;
        let delegated = apps.client("-vr2", None, VerticalResponseDelegated::at(endpoints(&delegated)?, revoke))?;

        let getresponse = |name, client| Connection::new(name, client, ("/accounts", "accountId"));
        Ok(Self {
            main: getresponse("main", &retail)?,
            form: getresponse("form", &retail)?,
            json: getresponse("json", &json)?,
            implicit: getresponse("implicit", &retail)?,
            adopted: getresponse("adopted", &retail)?,
            max: getresponse("max", &max)?,
            classic: Connection::new("first", &classic, ("/contacts", "items"))?,
            delegated: Connection::new("second", &delegated, ("/contacts", "items"))?,
            client_secrets: apps.client_secrets,
        })
    }

    /// One manager serves them all.
    pub(super) fn served_by(&self, builder: ManagerBuilder) -> ManagerBuilder {
        let builder = builder.client(self.main.client.clone()).client(self.json.client.clone());
        let builder = builder.client(self.max.client.clone());
        builder.client(self.classic.client.clone()).client(self.delegated.client.clone())
    }
}

/// The apps as they are registered, one after the other.
struct Apps<'a> {
    emulator: &'a Emulator,
    redirect_uri: &'a str,
    host: Arc<dyn Host>,
    transport: Arc<dyn Transport>,
    client_secrets: Vec<SecretString>,
}

impl Apps<'_> {
    fn client<P: Provider>(&mut self, suffix: &str, panel: Option<&str>, provider: P) -> Result<Client<P>, Error> {
        let id = format!("{CLIENT_ID}{suffix}");
        let secret = draw_secret(&*self.host);
        let app = App::new(&id, &secret).redirect_uri(self.redirect_uri).name("The mailgrant demo");
        self.emulator.add_app(match panel {
            Some(panel) => app.max(panel),
            None => app,
        });
        let credentials = Credentials::new(&id, secret.as_str());
        self.client_secrets.push(secret.into());
        Client::builder(provider, credentials, self.transport.clone()).host(self.host.clone()).build()
    }
}

fn endpoints(addresses: &Addresses) -> Result<Endpoints, Error> {
    Endpoints::parse(&addresses.authorize_url, &addresses.token_url, &addresses.api_url)
}

/// 160 bits in hexadecimal, which is what GetResponse's own look like.
fn draw_secret(host: &dyn Host) -> String {
    let mut bytes = [0; 20];
    host.random(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
