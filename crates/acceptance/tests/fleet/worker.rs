//! A worker: one process of a fleet, with the real manager, upkeep, and callers who ask for tokens at random.

use std::{
    io::stdin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use mailgrant_acceptance::client_of;
use mailgrant_core::{Endpoints, Host, SystemHost};
use mailgrant_getresponse::GetResponse;
use mailgrant_manager::Manager;
use mailgrant_storage::Vault;
use tokio::{sync::mpsc, task::JoinSet};

use crate::{
    caller::Callers,
    chance::Chance,
    desk::Desk,
    place::Place,
    tap::Tap,
    words::{Order, Post, Told, Word},
};

/// Between two callers.
const PAUSE: Duration = Duration::from_millis(25);

/// So many in a thousand callers use the token that they have asked for.
const USING: u64 = 250;

struct Worker {
    callers: Arc<Callers>,
    desk: Arc<Desk>,
    accounts: usize,
    chance: Chance,
    asking: bool,
    calls: JoinSet<()>,
    served: Arc<AtomicU64>,
}

/// Works until it is told to end, or until whoever started it is gone.
pub(crate) async fn live(post: Post) {
    end_with_parent();
    let mut orders = orders();
    let mut worker = Worker::start(post).await;
    Word::Ready.say();
    let mut next = SystemHost.sleep(PAUSE);
    loop {
        tokio::select! {
            order = orders.recv() => match order.expect("the reader ends last") {
                Order::End => break,
                order => worker.obey(order).await,
            },
            Some(call) = worker.calls.join_next() => call.unwrap(),
            () = &mut next => {
                if worker.asking {
                    let (number, uses) = (worker.chance.below(worker.accounts), worker.chance.hits(USING));
                    let callers = worker.callers.clone();
                    worker.start_call(number, async move { callers.call(number, uses).await });
                }
                next = SystemHost.sleep(PAUSE);
            }
        }
    }
    Word::Ended(worker.callers.manager.shutdown().await).say();
}

impl Worker {
    async fn start(post: Post) -> Self {
        let desk = Arc::new(Desk::default());
        let tap = Tap { store: post.place.store().await, desk: desk.clone() };
        let [authorize, token, api] = &post.endpoints;
        let client = client_of(GetResponse::at(Endpoints::parse(authorize, token, api).unwrap())).unwrap();
        let manager = Manager::builder(Vault::new(tap, Place::ring())).client(client.clone()).build();
        manager.start_upkeep();
        Self {
            callers: Arc::new(Callers { manager, client, owners: Default::default() }),
            desk,
            accounts: post.accounts,
            chance: Chance::of(post.seed, 1),
            asking: false,
            calls: JoinSet::new(),
            served: Arc::default(),
        }
    }

    async fn obey(&mut self, order: Order) {
        match order {
            Order::Ask => self.asking = true,
            Order::Hold(point) => self.desk.hold(point),
            Order::Go => self.desk.go(),
            Order::Rest => {
                self.asking = false;
                self.all_answered().await;
                Word::Rests(self.served.load(Ordering::Relaxed)).say();
            }
            Order::Round => {
                for number in 0..self.accounts {
                    let callers = self.callers.clone();
                    self.start_call(number, async move { callers.call_until_served(number).await });
                }
                self.all_answered().await;
                Word::Rounded.say();
            }
            Order::End => unreachable!("it ends the loop"),
        }
    }

    fn start_call(&mut self, number: usize, call: impl Future<Output = Result<(), Told>> + Send + 'static) {
        let served = self.served.clone();
        self.calls.spawn(async move {
            match call.await {
                Ok(()) => drop(served.fetch_add(1, Ordering::Relaxed)),
                Err(told) => Word::Told(number, told).say(),
            }
        });
    }

    async fn all_answered(&mut self) {
        while let Some(call) = self.calls.join_next().await {
            call.unwrap();
        }
    }
}

/// What comes on stdin; at its end, so ends the process.
fn orders() -> mpsc::UnboundedReceiver<Order> {
    let (sender, receiver) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in stdin().lines() {
            let order = serde_json::from_str(&line.unwrap()).unwrap();
            if sender.send(order).is_err() {
                return;
            }
        }
        std::process::exit(1);
    });
    receiver
}

/// Even if it is frozen then.
fn end_with_parent() {
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL).unwrap();
}
