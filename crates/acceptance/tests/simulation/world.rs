//! A world: hosts that run the real manager, one store, one provider, and chance.

use std::{
    future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use mailgrant_core::{Client, Credentials, RefreshBudget};
use mailgrant_manager::Manager;
use mailgrant_storage::{AccountKey, KeyRing, Vault, memory::MemoryStore};

use crate::{
    aviary::Aviary,
    book::{Book, Stroke},
    chance::Chance,
    client::WatchedClient,
    executor::{Executor, Node, OUTSIDE},
    host::SimulatedHost,
    sabotage::Sabotage,
    scenario::{Point, Scenario},
    store::SimulatedStore,
    transport::SimulatedTransport,
};

/// Clones share everything.
#[derive(Clone)]
pub(crate) struct World(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) executor: Executor,
    pub(crate) scenario: Scenario,
    pub(crate) sabotage: Sabotage,
    /// The store itself, without its misfortunes.
    pub(crate) store: MemoryStore,
    /// Opens what the store holds, for the oracle.
    pub(crate) opener: Vault,
    pub(crate) keys: Vec<AccountKey>,
    seed: u64,
    book: Mutex<Book>,
    processes: Mutex<Vec<Option<Process>>>,
}

/// What is in the memory of one host.
#[derive(Clone)]
pub(crate) struct Process {
    pub(crate) manager: Manager,
    pub(crate) client: Client<Aviary>,
}

impl std::ops::Deref for World {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// A sealing key that every host has.
fn ring() -> KeyRing {
    KeyRing::parse(&format!("k {}=", "A".repeat(43))).unwrap()
}

impl World {
    pub(crate) fn new(seed: u64, scenario: Scenario, sabotage: Sabotage, traced: bool) -> Self {
        let executor = Executor::new(seed, scenario.hosts, sabotage == Sabotage::TasksDieWithTheirCaller);
        let outside = |stream| Arc::new(SimulatedHost::new(executor.clone(), OUTSIDE, Chance::of(seed, stream)));
        let key = |number| AccountKey::new(&format!("tenant-{number}"), "aviary", "main").unwrap();
        let inner = Inner {
            store: MemoryStore::new(outside(3)),
            opener: Vault::new(MemoryStore::new(outside(4)), ring()),
            keys: (0..scenario.accounts).map(key).collect(),
            book: Mutex::new(Book::new(seed, &scenario, traced)),
            processes: Mutex::new(vec![None; scenario.hosts + 1]),
            executor,
            scenario,
            sabotage,
            seed,
        };
        Self(Arc::new(inner))
    }

    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        // A panic elsewhere is the violation; this is not to hide it.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn note(&self, what: impl FnOnce() -> String) {
        self.book().note(&self.executor, what);
    }

    pub(crate) fn account(&self, key: &AccountKey) -> usize {
        self.keys.iter().position(|known| known == key).expect("a key of this world")
    }

    pub(crate) fn process(&self, node: Node) -> Option<Process> {
        self.processes.lock().unwrap()[node].clone()
    }

    /// Starts a host, with nothing in memory.
    pub(crate) fn start(&self, node: Node) {
        if self.process(node).is_some() {
            return;
        }
        let life = self.executor.life(node);
        let stream = 100 + u64::try_from(node).expect("a few") * 1000 + u64::from(life);
        let host = Arc::new(SimulatedHost::new(self.executor.clone(), node, Chance::of(self.seed, stream)));
        let scenario = &self.scenario;
        let aviary = Aviary::new(scenario.token_timeout, scenario.known_grace(), scenario.revocable);
        let transport = SimulatedTransport::new(self.clone(), node);
        let client = Client::builder(aviary, Credentials::new("id", "secret"), Arc::new(transport))
            .host(host.clone())
            .budget(RefreshBudget::new(scenario.pace(), host.clone()))
            .build()
            .unwrap();
        let vault = Vault::new(SimulatedStore::new(self.clone(), node), ring());
        let watched = WatchedClient::over(client.clone(), self.sabotage);
        let manager = Manager::builder(vault).client(watched).host(host).build();
        self.processes.lock().unwrap()[node] = Some(Process { manager, client });
        self.note(|| format!("host {node} starts"));
    }

    /// A host is gone, with all that it had in memory.
    pub(crate) fn bury(&self, node: Node) {
        let process = self.processes.lock().unwrap()[node].take();
        drop(process);
        let abandoned = |call: &crate::oracle::Call| call.node == node;
        self.book().oracle.calls.retain(|_, call| !abandoned(call));
        self.note(|| format!("host {node} is gone"));
    }

    /// Passes a point of the protocol, or never leaves it.
    pub(crate) async fn pass(&self, node: Node, point: Point) {
        let stroke = self.book().stroke(&self.executor, &self.scenario, node, point);
        match stroke {
            Stroke::Nothing => {}
            Stroke::Crash => {
                self.executor.crash(node);
                future::pending().await
            }
            Stroke::Freeze(duration) => {
                self.executor.freeze(node, duration);
                // It is polled again once it thaws.
                self.executor.sleep(std::time::Duration::from_micros(1)).await;
            }
        }
    }

    /// Ends everything, so that nothing holds on to the world.
    pub(crate) fn end(&self) {
        self.executor.clear();
        let processes = std::mem::take(&mut *self.processes.lock().unwrap());
        drop(processes);
        self.executor.clear();
    }
}
