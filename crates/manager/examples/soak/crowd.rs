//! The accounts that are in use: connected at a pace, asked for again and again.

use std::{error::Error, sync::Arc, time::Duration};

use mailgrant_core::{
    AuthorizationCode, Callback, Client, ClientIdentity, Credentials, Endpoints, Host, Request, ReqwestTransport,
    SystemHost, Transport, bytes::Bytes, http,
};
use mailgrant_emulator::Emulator;
use mailgrant_getresponse::GetResponse;
use mailgrant_manager::{Account, Manager};
use mailgrant_storage::{AccountKey, KeyRing, Vault, postgres::PostgresStore};

pub(crate) const ID: &str = "soak";
pub(crate) const SECRET: &str = "soak-secret";

/// All of them are asked for once in this time.
const ROUND: Duration = Duration::from_secs(20);

pub(crate) struct Crowd {
    client: Client<GetResponse>,
    transport: Arc<ReqwestTransport>,
    manager: Manager,
    accounts: Vec<Account>,
}

impl Crowd {
    pub(crate) fn new(emulator: &Emulator, store: PostgresStore, accounts: usize) -> Result<Self, Box<dyn Error>> {
        let endpoints = Endpoints::parse(&emulator.authorize_url(), &emulator.token_url(), &emulator.api_url())?;
        let transport = Arc::new(ReqwestTransport::builder().build()?);
        let app = Credentials::new(ID, SECRET);
        let client = Client::builder(GetResponse::at(endpoints), app, transport.clone()).build()?;
        let manager = Manager::builder(Vault::new(store, KeyRing::ephemeral())).client(client.clone()).build();
        let key = |number| AccountKey::new("soak", "getresponse", &format!("account-{number}"));
        let accounts = (0..accounts).map(|number| Ok(manager.account(&key(number)?)));
        let accounts = accounts.collect::<Result<_, mailgrant_core::Error>>()?;
        Ok(Self { client, transport, manager, accounts })
    }

    pub(crate) fn identity(&self) -> &ClientIdentity {
        self.client.identity()
    }

    /// So many a second, so that as many are due a second.
    pub(crate) async fn connect(&self, rate: u32) -> Result<(), Box<dyn Error>> {
        let began = SystemHost.monotonic();
        self.manager.start_upkeep();
        for (number, account) in (0..).zip(&self.accounts) {
            let due = began + Duration::from_secs(1) * number / rate;
            crate::pause(due.saturating_sub(SystemHost.monotonic())).await;
            self.connect_one(account).await?;
        }
        Ok(())
    }

    /// A login whose browser says yes by itself.
    async fn connect_one(&self, account: &Account) -> Result<(), Box<dyn Error>> {
        let login = self.client.begin(AuthorizationCode::registered());
        let request = http::Request::get(login.authorize_url().as_str()).body(Bytes::new())?;
        let answer = self.transport.send(Request::new(request, Duration::from_secs(30), 65_536)).await?;
        let location = answer.headers().get(http::header::LOCATION).ok_or("the consent page led nowhere")?;
        let (_, query) = location.to_str()?.split_once('?').ok_or("the callback has no query")?;
        let session = login.receive(Callback::parse(query)?).map_err(|failed| failed.error().clone())?;
        let session = session.exchange().await.map_err(|failed| failed.error().clone())?;
        self.manager.keep(account.key(), session).await?;
        Ok(())
    }

    /// Every account is used now and then, so that its token is renewed ahead of its end.
    pub(crate) async fn ask_for(&self, span: Duration) {
        let until = SystemHost.monotonic() + span;
        let between = ROUND / u32::try_from(self.accounts.len()).unwrap_or(u32::MAX) * 100;
        for hundred in self.accounts.chunks(100).cycle() {
            let now = SystemHost.monotonic();
            if now >= until {
                return;
            }
            for account in hundred {
                // What went wrong is in the counters.
                let _ = account.token().await;
            }
            crate::pause((now + between).min(until).saturating_sub(SystemHost.monotonic())).await;
        }
    }

    pub(crate) async fn end(&self) {
        self.manager.shutdown().await;
    }
}
