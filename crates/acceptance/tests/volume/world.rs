//! A world of many accounts: hosts that run the real manager, a store that scales, a provider with moods.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use mailgrant_core::{AuthorizationCode, Callback, Client, Credentials, TokenRecord};
use mailgrant_manager::Manager;
use mailgrant_storage::Vault;

use crate::{
    aviary::Aviary,
    chance::Chance,
    depot::{self, Depot},
    executor::{Executor, Node, OUTSIDE},
    host::SimulatedHost,
    provider::Provider,
    slim::First,
};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const HOUR: Duration = Duration::from_secs(3600);
pub(crate) const DAY: Duration = Duration::from_secs(24 * 3600);

pub(crate) struct World {
    pub(crate) executor: Executor,
    pub(crate) provider: Provider,
    pub(crate) depot: Depot,
    /// One for each host.
    pub(crate) managers: Vec<Manager>,
    pub(crate) accounts: usize,
}

/// What customers came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Served(Arc<[AtomicUsize; 3]>);

impl World {
    pub(crate) fn new(hosts: usize, accounts: usize, first: impl Fn(usize) -> First) -> Self {
        let executor = Executor::new(1, hosts, false);
        let provider = Provider::new(executor.clone(), accounts, HOUR);
        let outside = Arc::new(SimulatedHost::new(executor.clone(), OUTSIDE, Chance::of(1, 1)));
        let sample = sample(&executor, &provider);
        provider.books().requests.clear();
        let depot = Depot::new(executor.clone(), outside, &sample, HOUR, accounts, first);
        let managers = (1..=hosts).map(|node| manager(&executor, &provider, &depot, node)).collect();
        Self { executor, provider, depot, managers, accounts }
    }

    /// Accounts whose tokens were issued evenly over the hour before the beginning.
    pub(crate) fn evenly(hosts: usize, accounts: usize) -> Self {
        let life = i64::try_from(HOUR.as_millis()).unwrap();
        Self::new(hosts, accounts, |account| {
            let ago = life * 78 / 100 * i64::try_from(account).unwrap() / i64::try_from(accounts).unwrap();
            let upkeep_at = u64::try_from(life * 785 / 1000 - ago).unwrap();
            First { issued_at: -ago, upkeep_at }
        })
    }

    /// Every host renews what is due although nobody asks.
    pub(crate) fn start_upkeep(&self) {
        self.managers.iter().for_each(Manager::start_upkeep);
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, duration: Duration) {
        let until = self.executor.now() + duration;
        while self.executor.step(until) || self.executor.now() < until {}
    }

    /// A task on a host.
    pub(crate) fn on(&self, node: Node, task: impl Future<Output = ()> + Send + 'static) {
        self.executor.spawn(node, Box::pin(task));
    }

    /// What a future comes to, with time passing meanwhile.
    pub(crate) fn wait_for<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> T {
        wait_for(&self.executor, future)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.executor.clear();
    }
}

impl Served {
    pub(crate) fn well(&self) {
        self.0[0].fetch_add(1, Ordering::Relaxed);
    }

    /// With something that the API does not take.
    pub(crate) fn badly(&self) {
        self.0[1].fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn not_at_all(&self) {
        self.0[2].fetch_add(1, Ordering::Relaxed);
    }

    /// Well, badly, not at all.
    pub(crate) fn so_far(&self) -> [usize; 3] {
        [0, 1, 2].map(|place| self.0[place].load(Ordering::Relaxed))
    }
}

fn wait_for<T: Send + 'static>(executor: &Executor, future: impl Future<Output = T> + Send + 'static) -> T {
    let (tell, mut told) = tokio::sync::oneshot::channel();
    executor.spawn(OUTSIDE, Box::pin(async move { drop(tell.send(future.await)) }));
    loop {
        if let Ok(value) = told.try_recv() {
            return value;
        }
        assert!(executor.step(executor.now() + HOUR), "it hangs");
    }
}

fn client(executor: &Executor, provider: &Provider, node: Node) -> (Client<Aviary>, Arc<SimulatedHost>) {
    let host = Arc::new(SimulatedHost::new(executor.clone(), node, Chance::of(7, u64::try_from(node).unwrap())));
    let aviary = Aviary::new(20 * SECOND, Duration::ZERO, false);
    let client = Client::builder(aviary, Credentials::new("id", "secret"), Arc::new(provider.clone()));
    (client.host(host.clone()).build().unwrap(), host)
}

fn manager(executor: &Executor, provider: &Provider, depot: &Depot, node: Node) -> Manager {
    let (client, host) = client(executor, provider, node);
    Manager::builder(Vault::new(depot.clone(), depot::ring())).client(client).host(host).build()
}

/// A record as a login makes it.
fn sample(executor: &Executor, provider: &Provider) -> TokenRecord {
    let (client, _) = client(executor, provider, OUTSIDE);
    wait_for(executor, async move {
        let login = client.begin(AuthorizationCode::registered());
        let url = String::from(login.authorize_url());
        let state = url.split('&').find_map(|pair| pair.strip_prefix("state=")).unwrap();
        let callback = Callback::parse(&format!("code=c0&state={state}")).unwrap();
        login.receive(callback).unwrap().exchange().await.unwrap().into_record()
    })
}
