//! A provider of every dialect that issues marked tokens, with the clients that deal with it.

use std::{
    fmt::Write,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use mailgrant_acceptance::REDIRECT_URI;
use mailgrant_core::{Client, Credentials, Endpoint, Endpoints, Provider, ReqwestTransport, Transport};
use mailgrant_getresponse::{GetResponse, PanelDomain, Region};
use mailgrant_verticalresponse::{VerticalResponse, VerticalResponseDelegated};
use serde_json::json;

use crate::{
    canary::{self, Kind},
    host::MarkedHost,
    server::{Heard, Server, http},
};

/// A server, the host of its clients, the transport between them.
pub(crate) struct Shop {
    pub(crate) server: Server,
    pub(crate) host: MarkedHost,
    pub(crate) transport: Arc<dyn Transport>,
    fails: Arc<AtomicBool>,
}

impl Shop {
    pub(crate) fn open() -> Self {
        Self::failing(|_| unreachable!("it never fails"))
    }

    /// Once it is told to fail, it answers what `failure` makes of a request.
    pub(crate) fn failing(failure: impl Fn(&Heard) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let fails = Arc::<AtomicBool>::default();
        let now = fails.clone();
        let server =
            Server::start(move |heard| if now.load(Ordering::SeqCst) { failure(heard) } else { answer(heard) });
        // One for all: it keeps no connections, and the platform's certificates are read but once.
        static TRANSPORT: OnceLock<ReqwestTransport> = OnceLock::new();
        let transport = TRANSPORT.get_or_init(|| ReqwestTransport::builder().build().unwrap()).clone();
        Self { server, host: MarkedHost::default(), transport: Arc::new(transport), fails }
    }

    /// The same over another transport.
    pub(crate) fn over(self, transport: Arc<dyn Transport>) -> Self {
        Self { transport, ..self }
    }

    /// The same, which tells somebody else of its failing.
    pub(crate) fn telling(self, fails: Arc<AtomicBool>) -> Self {
        Self { fails, ..self }
    }

    pub(crate) fn fail(&self) {
        self.fails.store(true, Ordering::SeqCst);
    }

    /// It is in order again.
    pub(crate) fn mend(&self) {
        self.fails.store(false, Ordering::SeqCst);
    }

    pub(crate) fn endpoints(&self) -> Endpoints {
        self.endpoints_at(&self.server.url)
    }

    /// Where tokens are asked for at another address.
    pub(crate) fn endpoints_at(&self, token: &str) -> Endpoints {
        let url = &self.server.url;
        Endpoints::parse(&format!("{url}/authorize"), &format!("{token}/token"), &format!("{url}/api")).unwrap()
    }

    pub(crate) fn client<P: Provider>(&self, provider: P) -> Client<P> {
        let credentials = Credentials::new("client-id", canary::secret(Kind::ClientSecret));
        let builder = Client::builder(provider, credentials, self.transport.clone());
        builder.host(Arc::new(self.host.clone())).build().unwrap()
    }

    pub(crate) fn getresponse(&self) -> GetResponse {
        GetResponse::at(self.endpoints())
    }

    pub(crate) fn max(&self) -> GetResponse {
        let panel = PanelDomain::parse("custom-domain.getresponse360.com").unwrap();
        GetResponse::max(&panel, Region::Com).served_at(self.endpoints())
    }

    pub(crate) fn classic(&self) -> VerticalResponse {
        VerticalResponse::at(self.endpoints())
    }

    pub(crate) fn delegated(&self) -> VerticalResponseDelegated {
        let revoke = Endpoint::parse(&format!("{}/revoke", self.server.url)).unwrap();
        VerticalResponseDelegated::at(self.endpoints(), Some(revoke))
    }
}

/// What a provider in good health answers, escaped as PHP does it.
pub(crate) fn answer(heard: &Heard) -> Vec<u8> {
    let body = if heard.asked().contains(" /token") {
        let (access, refresh) = (canary::secret(Kind::Access), canary::secret(Kind::Refresh));
        json!({"access_token": access, "expires_in": 3600, "refresh_token": refresh, "scope": null, "user_id": "7"})
    } else {
        json!({"accountId": "a1"})
    };
    http("200 OK", "Content-Type: application/json\r\n", &body.to_string().replace('/', "\\/"))
}

/// The `state` in an authorization URL, or in the redirect URI within it, if there is one.
pub(crate) fn state_in(url: &str) -> Option<&str> {
    let (_, state) = url.split_once("state=").or_else(|| url.split_once("state%3D"))?;
    state.get(..43)
}

/// What the browser comes back with.
pub(crate) fn with_code(url: &str) -> String {
    let state = state_in(url).map(|state| format!("&state={state}")).unwrap_or_default();
    format!("{REDIRECT_URI}?code={}{state}", canary::secret(Kind::Code))
}

/// What the browser comes back with, of the implicit grant.
pub(crate) fn with_token(url: &str) -> String {
    let mut token = String::new();
    for byte in canary::secret(Kind::Access).bytes() {
        match byte {
            b'a'..=b'z' | b'2'..=b'7' => token.push(char::from(byte)),
            other => write!(token, "%{other:02X}").unwrap(),
        }
    }
    let state = state_in(url).unwrap();
    format!("{REDIRECT_URI}#access_token={token}&token_type=bearer&expires_in=3600&state={state}")
}

/// In the address that a browser is sent to is its login's state, nothing else.
#[track_caller]
pub(crate) fn assert_for_a_browser(url: &str) {
    let rest = state_in(url).map_or_else(|| url.to_owned(), |state| url.replacen(state, "", 1));
    canary::assert_none("an authorization URL", &rest);
}
