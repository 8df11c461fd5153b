//! What the promises are tried on, with the words to do it in.

use std::{
    fmt::Debug,
    future::poll_fn,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    time::Duration,
};

use futures_util::{FutureExt, task::AtomicWaker};
use mailgrant_core::{Host, Lookup, SystemHost};

use crate::{
    AccountKey, AttemptId, Claim, Due, Entry, Event, Filter, Purpose, Row, Sealed, Secret, Settled, Settlement, Status,
    Store, StoreError, Taken, Version,
};

/// Longer than any machine takes for a test, so that only [`Bench::pass`] ends it.
pub(super) const LEASE: Duration = Duration::from_secs(3600);
pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const ENVIRONMENT: &str = "retail";
pub(super) const CLIENT: &str = "getresponse/authorization_code/client-1";

/// A store, and a way to let time pass for it.
pub(super) struct Bench<S, A> {
    pub(super) store: Arc<S>,
    pub(super) advance: A,
}

/// The verbs, for those who expect an answer.
impl<S: Store, A: AsyncFn(&S, Duration)> Bench<S, A> {
    pub(super) async fn pass(&self, by: Duration) {
        (self.advance)(&self.store, by).await;
    }

    pub(super) async fn row(&self, key: &AccountKey) -> Row {
        self.store.load(key).await.unwrap().expect("a row")
    }

    /// A first secret under `key`.
    pub(super) async fn connect(&self, key: &AccountKey) -> Version {
        self.store.put(key, None, &entry(1)).await.unwrap()
    }

    pub(super) async fn claim(&self, key: &AccountKey, attempt: &AttemptId, seen: Version) -> Claim {
        self.store.claim(key, attempt, LEASE, seen, Purpose::Renew).await.unwrap()
    }

    pub(super) async fn replay(&self, key: &AccountKey, attempt: &AttemptId, seen: Version, over: AttemptId) -> Claim {
        self.store.claim(key, attempt, LEASE, seen, Purpose::Replay(over)).await.unwrap()
    }

    /// A new attempt that was granted.
    pub(super) async fn granted(&self, key: &AccountKey, seen: Version) -> AttemptId {
        let attempt = attempt();
        assert_eq!(self.claim(key, &attempt, seen).await, Claim::Granted);
        attempt
    }

    /// A new attempt that took over `over`.
    pub(super) async fn took_over(&self, key: &AccountKey, seen: Version, over: AttemptId) -> AttemptId {
        let attempt = attempt();
        assert_eq!(self.replay(key, &attempt, seen, over).await, Claim::Granted);
        attempt
    }

    pub(super) async fn due(&self, client_key: &str, within: Duration, limit: usize) -> Vec<Due> {
        let attempts: Vec<_> = (0..limit).map(|_| attempt()).collect();
        self.store.claim_due(client_key, ENVIRONMENT, within, &attempts, LEASE).await.unwrap()
    }

    pub(super) async fn settle(
        &self,
        key: &AccountKey,
        claimed: Version,
        attempt: &AttemptId,
        settlement: &Settlement,
    ) -> Settled {
        self.store.settle(key, claimed, attempt, settlement).await.unwrap()
    }

    pub(super) async fn remove(&self, key: &AccountKey, secret: Secret) -> Option<Version> {
        let seen = self.store.load(key).await.unwrap()?.version;
        Some(self.store.remove(key, seen, secret).await.unwrap())
    }

    pub(super) async fn take(&self, lookup: &Lookup) -> Taken {
        self.store.take_pending(lookup).await.unwrap()
    }

    pub(super) async fn list(&self, filter: &Filter, after: Option<&AccountKey>, limit: usize) -> Vec<AccountKey> {
        let rows = self.store.list(filter, after, limit).await.unwrap();
        rows.into_iter().map(|(key, _)| key).collect()
    }

    pub(super) async fn events(&self) -> Vec<Event> {
        self.store.events(0, usize::MAX).await.unwrap()
    }
}

pub(super) fn key(account: &str) -> AccountKey {
    AccountKey::new("tenant", "getresponse", account).unwrap()
}

pub(super) fn attempt() -> AttemptId {
    AttemptId::draw(&SystemHost)
}

/// An entry that differs from those with another mark.
pub(super) fn entry(mark: u8) -> Entry {
    Entry {
        sealed: sealed(mark),
        client_key: CLIENT.into(),
        environment: ENVIRONMENT.into(),
        expires_in: Some(SECOND * 86_400),
        due_in: Some(SECOND * 72_000),
        upkeep_in: Some(SECOND * 80_000),
        remark: None,
    }
}

pub(super) fn sealed(mark: u8) -> Sealed {
    Sealed { key_id: format!("key-{mark}"), bytes: vec![mark; 64] }
}

pub(super) fn lookup(mark: u8) -> Lookup {
    Lookup::from_bytes([mark; 32])
}

pub(super) fn renewed(mark: u8) -> Settlement {
    Settlement::Renewed(entry(mark))
}

pub(super) fn untouched(pause: Duration) -> Settlement {
    Settlement::Untouched { pause }
}

pub(super) fn uncertain(pause: Duration) -> Settlement {
    Settlement::Uncertain { pause }
}

pub(super) fn refused() -> Settlement {
    Settlement::Refused { cause: "grant_refused".into() }
}

pub(super) fn is_refused() -> Status {
    Status::Refused { cause: "grant_refused".into() }
}

/// The version that a caller was answered with in place of a write.
pub(super) fn conflict<T: Debug>(answer: Result<T, StoreError>) -> Option<Version> {
    match answer {
        Err(StoreError::Conflict(found)) => found,
        other => panic!("expected a conflict, heard {other:?}"),
    }
}

/// Whether `left` is `whole` less the little time that a test takes, or rounding.
#[track_caller]
pub(super) fn assert_near(left: Option<Duration>, whole: Duration) {
    let left = left.expect("a time that is left");
    assert!(left <= whole + SECOND && left + SECOND * 600 >= whole, "{left:?} is not nearly {whole:?}");
}

/// Whether `age` is `whole`, more the little time that a test takes, or rounding.
#[track_caller]
pub(super) fn assert_aged(age: Duration, whole: Duration) {
    assert!(age + SECOND >= whole && age <= whole + SECOND * 600, "{age:?} is not nearly {whole:?}");
}

/// What does not change as time passes.
pub(super) fn timeless(mut row: Row) -> Row {
    row.expires_in = row.expires_in.map(|_| Duration::ZERO);
    row.due_in = row.due_in.map(|_| Duration::ZERO);
    row.upkeep_in = row.upkeep_in.map(|_| Duration::ZERO);
    row.age = Duration::ZERO;
    row.resting = row.resting.map(|_| Duration::ZERO);
    row.attempt = row.attempt.map(|mut attempt| {
        attempt.age = Duration::ZERO;
        attempt.lease = attempt.lease.map(|_| Duration::ZERO);
        attempt
    });
    row
}

/// Runs all of them at the same time, each on a task of its own; their answers in no order.
pub(super) async fn at_once<T: Send + 'static>(
    tasks: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    struct Race<T> {
        running: AtomicUsize,
        finished: Mutex<Vec<std::thread::Result<T>>>,
        waiter: AtomicWaker,
    }
    let tasks: Vec<_> = tasks.into_iter().collect();
    let race = Arc::new(Race {
        running: AtomicUsize::new(tasks.len()),
        finished: Mutex::new(Vec::new()),
        waiter: AtomicWaker::new(),
    });
    for task in tasks {
        let race = Arc::clone(&race);
        SystemHost.spawn(Box::pin(async move {
            let answer = std::panic::AssertUnwindSafe(task).catch_unwind().await;
            race.finished.lock().unwrap().push(answer);
            race.running.fetch_sub(1, Ordering::SeqCst);
            race.waiter.wake();
        }));
    }
    poll_fn(|context| {
        race.waiter.register(context.waker());
        if race.running.load(Ordering::SeqCst) == 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    let finished = std::mem::take(&mut *race.finished.lock().unwrap());
    finished.into_iter().map(|answer| answer.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
}
