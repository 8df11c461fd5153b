//! Two stores in one place, in two processes, that take turns.
//!
//! The other process is this test again: the binary is run with its name and with the place in its environment. Calls
//! go in by its stdin, answers come back by its stdout in the order in which they are ready.

mod call;

use std::{
    collections::HashMap,
    env,
    ffi::{OsStr, OsString},
    io::{BufRead, BufReader, Write, stdin},
    panic::AssertUnwindSafe,
    process::{self, Child, ChildStdin, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use async_trait::async_trait;
use futures_util::FutureExt;
use mailgrant_core::{Host, Lookup, SystemHost};
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;

use self::call::{Call, read};
use crate::{
    AccountKey, AttemptId, Claim, Due, Entry, Event, Filter, Passage, Purpose, Row, Sealed, Secret, Settled,
    Settlement, Sharing, Store, StoreError, Taken, Version,
};

const PLACE: &str = "MAILGRANT_TEST_PLACE";
/// What the other process says first. Before it, the test harness has its say.
const READY: &str = "ready";

/// Where the store is to be opened, if this is the other process.
pub(crate) fn place() -> Option<OsString> {
    env::var_os(PLACE)
}

/// Answers, until nobody can ask any more.
pub(crate) fn serve(store: impl Store) -> ! {
    let store = Arc::new(store);
    println!("\n{READY}");
    for line in stdin().lines() {
        let line = line.unwrap();
        let store = Arc::clone(&store);
        SystemHost.spawn(Box::pin(async move {
            let (number, call) = line.split_once(' ').unwrap();
            let answer = AssertUnwindSafe(read::<Call>(call).ask(&*store)).catch_unwind().await;
            // Whoever asked would wait for ever.
            println!("{number} {}", answer.unwrap_or_else(|_| process::exit(1)));
        }));
    }
    process::exit(0)
}

/// Each verb comes to the one whose turn it is.
pub(crate) struct Apart<S> {
    pub(crate) here: S,
    there: Child,
    calls: Mutex<ChildStdin>,
    waiting: Arc<Mutex<HashMap<usize, oneshot::Sender<String>>>>,
    turn: AtomicUsize,
}

impl<S: Store> Apart<S> {
    /// `here`, with another in `place` that this test opens and [`serve`]s in another process.
    pub(crate) fn new(here: S, place: impl AsRef<OsStr>) -> Self {
        let this = thread::current().name().unwrap().to_owned();
        let mut there = Command::new(env::current_exe().unwrap())
            .args(["--exact", &this, "--nocapture", "--test-threads=1"])
            .env(PLACE, place)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let calls = there.stdin.take().unwrap();
        let mut lines = BufReader::new(there.stdout.take().unwrap()).lines().map(Result::unwrap);
        assert!(lines.any(|line| line == READY), "the other process opens its store");
        let waiting = Arc::new(Mutex::new(HashMap::<_, oneshot::Sender<_>>::new()));
        let heard = Arc::clone(&waiting);
        thread::spawn(move || {
            for line in lines {
                let (number, answer) = line.split_once(' ').unwrap();
                let waiter = heard.lock().unwrap().remove(&number.parse().unwrap()).unwrap();
                drop(waiter.send(answer.to_owned()));
            }
            heard.lock().unwrap().clear();
        });
        Self { here, there, calls: Mutex::new(calls), waiting, turn: AtomicUsize::new(0) }
    }

    /// Both are asked, and answer, in the same words.
    async fn ask<T: DeserializeOwned>(&self, call: Call) -> Result<T, StoreError> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        if turn.is_multiple_of(2) {
            return call::answer(&call.ask(&self.here).await);
        }
        let (waiter, answer) = oneshot::channel();
        self.waiting.lock().unwrap().insert(turn, waiter);
        writeln!(self.calls.lock().unwrap(), "{turn} {}", call::text(&call)).unwrap();
        call::answer(&answer.await.expect("the other process lives"))
    }
}

impl<S> Drop for Apart<S> {
    fn drop(&mut self) {
        self.there.kill().unwrap();
        self.there.wait().unwrap();
    }
}

#[async_trait]
impl<S: Store> Store for Apart<S> {
    async fn load(&self, key: &AccountKey) -> Result<Option<Row>, StoreError> {
        self.ask(Call::Load(key.clone())).await
    }

    async fn put(&self, key: &AccountKey, expected: Option<Version>, entry: &Entry) -> Result<Version, StoreError> {
        self.ask(Call::Put(key.clone(), expected, entry.clone())).await
    }

    async fn claim(
        &self,
        key: &AccountKey,
        attempt: &AttemptId,
        lease: Duration,
        seen: Version,
        purpose: Purpose,
    ) -> Result<Claim, StoreError> {
        self.ask(Call::Claim(key.clone(), *attempt, lease, seen, purpose)).await
    }

    async fn claim_due(
        &self,
        client_key: &str,
        environment: &str,
        within: Duration,
        attempts: &[AttemptId],
        lease: Duration,
    ) -> Result<Vec<Due>, StoreError> {
        self.ask(Call::ClaimDue(client_key.into(), environment.into(), within, attempts.into(), lease)).await
    }

    async fn settle(
        &self,
        key: &AccountKey,
        claimed: Version,
        attempt: &AttemptId,
        settlement: &Settlement,
    ) -> Result<Settled, StoreError> {
        self.ask(Call::Settle(key.clone(), claimed, *attempt, settlement.clone())).await
    }

    async fn hasten(&self, key: &AccountKey, seen: Version, upkeep_in: Duration) -> Result<(), StoreError> {
        self.ask(Call::Hasten(key.clone(), seen, upkeep_in)).await
    }

    async fn remove(&self, key: &AccountKey, seen: Version, secret: Secret) -> Result<Version, StoreError> {
        self.ask(Call::Remove(key.clone(), seen, secret)).await
    }

    async fn reseal(&self, key: &AccountKey, seen: Version, sealed: &Sealed) -> Result<(), StoreError> {
        self.ask(Call::Reseal(key.clone(), seen, sealed.clone())).await
    }

    async fn put_pending(
        &self,
        key: &AccountKey,
        lookup: &Lookup,
        sealed: &Sealed,
        sharing: Sharing,
        ttl: Duration,
    ) -> Result<(), StoreError> {
        self.ask(Call::PutPending(key.clone(), *lookup.as_bytes(), sealed.clone(), sharing, ttl)).await
    }

    async fn take_pending(&self, lookup: &Lookup) -> Result<Taken, StoreError> {
        self.ask(Call::TakePending(*lookup.as_bytes())).await
    }

    async fn list(
        &self,
        filter: &Filter,
        after: Option<&AccountKey>,
        limit: usize,
    ) -> Result<Vec<(AccountKey, Row)>, StoreError> {
        self.ask(Call::List(filter.clone(), after.cloned(), limit)).await
    }

    async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        self.ask(Call::Events(after, limit)).await
    }

    async fn prune(&self, through: u64) -> Result<u64, StoreError> {
        self.ask(Call::Prune(through)).await
    }

    async fn pass_gate(&self, gate: &str, hold: Duration) -> Result<Passage, StoreError> {
        self.ask(Call::PassGate(gate.into(), hold)).await
    }

    async fn close_gate(&self, gate: &str, key: &AccountKey, pause: Duration, cause: &str) -> Result<(), StoreError> {
        self.ask(Call::CloseGate(gate.into(), key.clone(), pause, cause.into())).await
    }

    async fn open_gate(&self, gate: &str, key: &AccountKey) -> Result<(), StoreError> {
        self.ask(Call::OpenGate(gate.into(), key.clone())).await
    }
}
