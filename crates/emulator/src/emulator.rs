//! The handle of a running emulator.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::addresses::Addresses;
use crate::app::App;
use crate::counters::Counters;
use crate::fault::{Fault, Target, Times};
use crate::ledger::Ledger;
use crate::seen::Seen;
use crate::server;
use crate::settings::Settings;
use crate::world::World;

/// How long a shutdown waits for requests in work.
const PATIENCE: Duration = Duration::from_secs(1);

/// A running emulator. Dropping it stops it at once.
#[derive(Debug)]
pub struct Emulator {
    world: Arc<World>,
    stop: watch::Sender<bool>,
    // A set aborts its tasks when it is dropped.
    tasks: JoinSet<()>,
}

impl Emulator {
    /// An emulator with the documented behaviour, a free port, no apps.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// `http://127.0.0.1:PORT`
    #[must_use]
    pub fn url(&self) -> String {
        self.world.url()
    }

    /// VerticalResponse, generation 1.
    #[must_use]
    pub fn verticalresponse(&self) -> Addresses {
        Addresses::classic(&self.url())
    }

    /// VerticalResponse, generation 2: its provider host with its gateway.
    #[must_use]
    pub fn verticalresponse_delegated(&self) -> Addresses {
        Addresses::delegated(&self.url())
    }

    /// Where the customer's browser goes first, at GetResponse.
    #[must_use]
    pub fn authorize_url(&self) -> String {
        format!("{}/oauth2_authorize.html", self.url())
    }

    /// Where codes are exchanged, refresh tokens spent, at GetResponse.
    #[must_use]
    pub fn token_url(&self) -> String {
        format!("{}/v3/token", self.url())
    }

    /// The base of GetResponse's API.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("{}/v3", self.url())
    }

    /// Moves the emulator's clock ahead.
    pub fn advance(&self, by: Duration) {
        self.world.clock.advance(by);
    }

    /// The numbers so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.world.lock().counters
    }

    /// What the last API request carried, whatever became of it.
    #[must_use]
    pub fn last_api_request(&self) -> Option<Seen> {
        self.world.lock().last_api_request.clone()
    }

    /// What the last request to a token endpoint carried, whatever became of it.
    #[must_use]
    pub fn last_token_request(&self) -> Option<Seen> {
        self.world.lock().last_token_request.clone()
    }

    /// What the last request to the revocation endpoint carried, whatever became of it.
    #[must_use]
    pub fn last_revoke_request(&self) -> Option<Seen> {
        self.world.lock().last_revoke_request.clone()
    }

    /// Arms a fault. Faults of one target strike in the order in which they were armed, one for
    /// each request (a delay joins in).
    ///
    /// # Panics
    ///
    /// The fault cannot happen at that target (see [`Fault::strikes`]): a test that armed it would
    /// prove nothing.
    #[track_caller]
    pub fn fault(&self, fault: Fault, target: Target, times: Times) {
        assert!(fault.strikes(target), "the fault `{fault}` cannot happen at `{target}`");
        self.world.lock().faults.arm(fault, target, times);
    }

    /// Disarms every fault.
    pub fn clear_faults(&self) {
        self.world.lock().faults.clear();
    }

    /// Changes the settings for all requests from now on; what was issued keeps its end.
    /// The closure must not call the emulator.
    pub fn settings<R>(&self, change: impl FnOnce(&mut Settings) -> R) -> R {
        change(&mut self.world.lock().settings)
    }

    /// Registers an app, in place of one with the same client id.
    pub fn add_app(&self, app: App) {
        self.world.lock().ledger.register(app);
    }

    /// Every access token issued so far, by whichever provider, is from now on unknown to the API,
    /// though not expired. Refresh tokens stay good. (At VerticalResponse's generation 2, where an
    /// access token is judged by its signature, this is a change of the signing key.)
    pub fn revoke_access_tokens(&self) {
        self.world.lock().ledger.revoke_access_tokens();
    }

    /// Every refresh token issued so far, by whichever provider, is dead: its next use is refused.
    /// Access tokens stay good.
    pub fn revoke_grants(&self) {
        self.world.lock().ledger.revoke_grants();
    }

    /// The customers remove every app in the providers' own pages. Refresh tokens are dead, access
    /// tokens too, except those of VerticalResponse's generation 2, which nobody can call back.
    pub fn revoke_by_user(&self) {
        self.world.lock().ledger.revoke_by_user();
    }

    /// Stops accepting, lets requests in work finish for up to a second, then ends them.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        let finished = async { while self.tasks.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(PATIENCE, finished).await;
    }
}

/// What an emulator starts with.
#[derive(Debug, Default)]
pub struct Builder {
    port: u16,
    settings: Settings,
    apps: Vec<App>,
}

impl Builder {
    /// The port on `127.0.0.1`; 0, the default, takes a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The provider's behaviour.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Registers an app; several are allowed.
    #[must_use]
    pub fn app(mut self, app: App) -> Self {
        self.apps.push(app);
        self
    }

    /// Starts to listen. The emulator runs on the tokio runtime of the caller.
    ///
    /// # Errors
    ///
    /// The port is taken.
    pub async fn start(self) -> io::Result<Emulator> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await?;
        let port = listener.local_addr()?.port();
        let mut ledger = Ledger::default();
        for app in self.apps {
            ledger.register(app);
        }
        let world = Arc::new(World::new(port, self.settings, ledger));
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(server::serve(listener, Arc::clone(&world), stopped));
        Ok(Emulator { world, stop, tasks })
    }
}
