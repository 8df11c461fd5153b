//! The world of a test: an emulator, a store that can fail, a host whose clock can be put forward.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use mailgrant_core::{
    AuthorizationCode, Binding, BoxFuture, Callback, Client, ClientBuilder, Credentials, Endpoints, Error, Host,
    Lookup, ReqwestTransport, SystemHost,
};
use mailgrant_emulator::{App, Emulator};
use mailgrant_getresponse::GetResponse;
use mailgrant_manager::{Account, Manager};
use mailgrant_storage::{
    AccountKey, AttemptId, Claim, Due, Entry, Event, EventKind, Filter, KeyRing, Passage, Purpose, Row, Sealed, Secret,
    Settled, Settlement, Sharing, Store, StoreError, Taken, Vault, Version,
};

use crate::backend::Backend;

pub(crate) const SECRET: &str = "s: +%&é";

/// The system's host, put forward.
#[derive(Clone, Default)]
pub(crate) struct ShiftedHost(Arc<Mutex<Duration>>);

impl ShiftedHost {
    fn shift(&self) -> Duration {
        *self.0.lock().unwrap()
    }
}

impl Host for ShiftedHost {
    fn now(&self) -> SystemTime {
        SystemHost.now() + self.shift()
    }
    fn monotonic(&self) -> Duration {
        SystemHost.monotonic() + self.shift()
    }
    /// Whoever sleeps wakes when the clock is put forward, too.
    fn sleep(&self, duration: Duration) -> BoxFuture<()> {
        let (host, until) = (self.clone(), self.monotonic() + duration);
        Box::pin(async move {
            while let Some(left) = until.checked_sub(host.monotonic()).filter(|left| !left.is_zero()) {
                SystemHost.sleep(left.min(Duration::from_millis(2))).await;
            }
        })
    }
    fn random(&self, buffer: &mut [u8]) {
        SystemHost.random(buffer);
    }
    fn spawn(&self, task: BoxFuture<()>) {
        SystemHost.spawn(task);
    }
}

pub(crate) struct World {
    pub(crate) emulator: Emulator,
    pub(crate) host: ShiftedHost,
    pub(crate) store: FaultyStore,
    pub(crate) client: Client<GetResponse>,
    pub(crate) manager: Manager,
    pub(crate) key: AccountKey,
    ring: String,
    backend: Backend,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with_secret(SECRET).await
    }

    pub(crate) async fn with_secret(secret: &str) -> Self {
        let app = App::new("client id:1", SECRET).redirect_uri("http://127.0.0.1:1/callback");
        let emulator = Emulator::builder().app(app).start().await.unwrap();
        emulator.settings(|settings| settings.account = Some("customer@example.com".into()));
        let host = ShiftedHost::default();
        let backend = Backend::fresh(&host).await;
        let store = FaultyStore::over(backend.store.clone());
        let endpoints =
            Endpoints::parse(&emulator.authorize_url(), &emulator.token_url(), &emulator.api_url()).unwrap();
        let client = builder(GetResponse::at(endpoints), secret).host(Arc::new(host.clone())).build().unwrap();
        let ring = format!("k {}", "A".repeat(43) + "=");
        let key = AccountKey::new("tenant", "getresponse", "main").unwrap();
        let manager = manager(&store, &ring, &client, &host);
        Self { emulator, host, store, client, manager, key, ring, backend }
    }

    /// Another process on the same store: nothing in memory yet.
    pub(crate) fn another_manager(&self) -> Manager {
        manager(&self.store, &self.ring, &self.client, &self.host)
    }

    /// Lets time pass, here and at the provider.
    pub(crate) async fn advance(&self, by: Duration) {
        // The host first: nothing is due anywhere before its clock has moved, so no renewal sees it jump.
        *self.host.0.lock().unwrap() += by;
        self.backend.advance(by).await;
        self.emulator.advance(by);
    }

    /// Begins a login and plays the browser: the query that comes back.
    pub(crate) async fn consent(&self, binding: &Binding) -> String {
        let url = self.manager.begin(&self.key, &self.client, AuthorizationCode::registered(), binding).await.unwrap();
        self.browse(url.as_str()).await
    }

    pub(crate) async fn browse(&self, url: &str) -> String {
        use mailgrant_core::{Request, Transport, bytes::Bytes, http};
        let request = http::Request::get(url).body(Bytes::new()).unwrap();
        let transport = ReqwestTransport::builder().build().unwrap();
        let answer = transport.send(Request::new(request, Duration::from_secs(30), 65536)).await.unwrap();
        let location = answer.headers()[http::header::LOCATION].to_str().unwrap();
        location.split_once('?').unwrap().1.to_owned()
    }

    /// An account that is connected, with its token in memory.
    pub(crate) async fn connected(&self) -> Account {
        let query = self.consent(&Binding::terminal()).await;
        let account = self.manager.complete(Callback::parse(&query).unwrap(), &Binding::terminal()).await.unwrap();
        account.token().await.unwrap();
        account
    }

    /// Calls the API with the account's token: the status, and whether the token was rejected.
    pub(crate) async fn call(&self, account: &Account) -> Result<(u16, mailgrant_core::Bearer), Error> {
        let bearer = account.token().await?;
        let answer = self.client.send(bearer.request(mailgrant_core::http::Method::GET, "/accounts")?).await?;
        Ok((answer.status().as_u16(), bearer))
    }

    /// Another process whose app has its own budget, and this secret.
    pub(crate) fn manager_with_secret(&self, secret: &str) -> Manager {
        let provider = self.client.provider().clone();
        let client = builder(provider, secret).host(Arc::new(self.host.clone())).build().unwrap();
        manager(&self.store, &self.ring, &client, &self.host)
    }

    pub(crate) fn refreshes(&self) -> u64 {
        self.emulator.counters().refreshes
    }

    pub(crate) async fn row(&self) -> Row {
        self.store.load(&self.key).await.unwrap().unwrap()
    }

    pub(crate) async fn kinds(&self) -> Vec<EventKind> {
        self.manager.events(0, 1000).await.unwrap().into_iter().map(|event| event.kind).collect()
    }
}

fn builder(provider: GetResponse, secret: &str) -> ClientBuilder<GetResponse> {
    let transport = ReqwestTransport::builder().build().unwrap();
    Client::builder(provider, Credentials::new("client id:1", secret), Arc::new(transport))
}

fn manager(store: &FaultyStore, ring: &str, client: &Client<GetResponse>, host: &ShiftedHost) -> Manager {
    let vault = Vault::new(store.clone(), KeyRing::parse(ring).unwrap());
    Manager::builder(vault).client(client.clone()).host(Arc::new(host.clone())).build()
}

/// A store whose verbs fail as often as they are told to.
#[derive(Clone)]
pub(crate) struct FaultyStore {
    store: Arc<dyn Store>,
    failing: Arc<Failing>,
}

#[derive(Default)]
pub(crate) struct Failing {
    pub(crate) claims: AtomicUsize,
    pub(crate) settles: AtomicUsize,
    pub(crate) loads: AtomicUsize,
    pub(crate) events: AtomicUsize,
    pub(crate) answers_to_puts: AtomicUsize,
}

impl FaultyStore {
    fn over(store: Arc<dyn Store>) -> Self {
        Self { store, failing: Arc::default() }
    }

    pub(crate) fn failing(&self) -> &Failing {
        &self.failing
    }
}

fn fails(left: &AtomicUsize) -> Result<(), StoreError> {
    match left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)) {
        Ok(_) => Err(StoreError::unavailable("the test says so")),
        Err(_) => Ok(()),
    }
}

#[async_trait]
impl Store for FaultyStore {
    async fn load(&self, key: &AccountKey) -> Result<Option<Row>, StoreError> {
        fails(&self.failing.loads)?;
        self.store.load(key).await
    }
    async fn put(&self, key: &AccountKey, expected: Option<Version>, entry: &Entry) -> Result<Version, StoreError> {
        let put = self.store.put(key, expected, entry).await;
        // Done, and nobody hears of it.
        fails(&self.failing.answers_to_puts)?;
        put
    }
    async fn claim(
        &self,
        key: &AccountKey,
        attempt: &AttemptId,
        lease: Duration,
        seen: Version,
        purpose: Purpose,
    ) -> Result<Claim, StoreError> {
        fails(&self.failing.claims)?;
        self.store.claim(key, attempt, lease, seen, purpose).await
    }
    async fn claim_due(
        &self,
        client_key: &str,
        environment: &str,
        within: Duration,
        attempts: &[AttemptId],
        lease: Duration,
    ) -> Result<Vec<Due>, StoreError> {
        self.store.claim_due(client_key, environment, within, attempts, lease).await
    }
    async fn settle(
        &self,
        key: &AccountKey,
        claimed: Version,
        attempt: &AttemptId,
        settlement: &Settlement,
    ) -> Result<Settled, StoreError> {
        fails(&self.failing.settles)?;
        self.store.settle(key, claimed, attempt, settlement).await
    }
    async fn hasten(&self, key: &AccountKey, seen: Version, upkeep_in: Duration) -> Result<(), StoreError> {
        self.store.hasten(key, seen, upkeep_in).await
    }

    async fn remove(&self, key: &AccountKey, seen: Version, secret: Secret) -> Result<Version, StoreError> {
        self.store.remove(key, seen, secret).await
    }
    async fn reseal(&self, key: &AccountKey, seen: Version, sealed: &Sealed) -> Result<(), StoreError> {
        self.store.reseal(key, seen, sealed).await
    }
    async fn put_pending(
        &self,
        key: &AccountKey,
        lookup: &Lookup,
        sealed: &Sealed,
        sharing: Sharing,
        ttl: Duration,
    ) -> Result<(), StoreError> {
        self.store.put_pending(key, lookup, sealed, sharing, ttl).await
    }
    async fn take_pending(&self, lookup: &Lookup) -> Result<Taken, StoreError> {
        self.store.take_pending(lookup).await
    }
    async fn list(
        &self,
        filter: &Filter,
        after: Option<&AccountKey>,
        limit: usize,
    ) -> Result<Vec<(AccountKey, Row)>, StoreError> {
        self.store.list(filter, after, limit).await
    }
    async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        fails(&self.failing.events)?;
        self.store.events(after, limit).await
    }
    async fn prune(&self, through: u64) -> Result<u64, StoreError> {
        self.store.prune(through).await
    }
    async fn pass_gate(&self, gate: &str, hold: Duration) -> Result<Passage, StoreError> {
        self.store.pass_gate(gate, hold).await
    }
    async fn close_gate(&self, gate: &str, key: &AccountKey, pause: Duration, cause: &str) -> Result<(), StoreError> {
        self.store.close_gate(gate, key, pause, cause).await
    }
    async fn open_gate(&self, gate: &str, key: &AccountKey) -> Result<(), StoreError> {
        self.store.open_gate(gate, key).await
    }
}

/// Polls a future once, as a caller does who leaves afterwards.
pub(crate) async fn poll_once<F: Future + Unpin>(future: &mut F) -> std::task::Poll<F::Output> {
    std::future::poll_fn(|context| std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(context))).await
}
