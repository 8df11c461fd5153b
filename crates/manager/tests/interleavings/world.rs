//! What stands around the files under test: locks and tasks of the scheduler's, and a renewal that counts.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use mailgrant_core::{
    AnyClient, Bearer, BoxFuture, Client, Credentials, Endpoints, Expiry, Host, SystemHost, testing::MockTransport,
};
use mailgrant_getresponse::GetResponse;
use mailgrant_storage::{AccountKey, Version};
use shuttle::sync::atomic::{AtomicU64, Ordering};

use crate::{
    current::Current,
    flight,
    slot::{Landed, Slot, Want},
};

/// In the place of `src/sync.rs`.
pub(crate) mod sync {
    pub(crate) use shuttle::sync::{Mutex, MutexGuard};
}

/// In the place of `src/manager.rs`.
pub(crate) mod manager {
    pub(crate) use super::Inner;
}

/// In the place of `src/builder.rs`.
pub(crate) mod builder {
    pub(crate) const FLOOR: std::time::Duration = std::time::Duration::from_secs(30);
}

/// In the place of `src/login.rs`.
pub(crate) mod login {
    pub(crate) fn shutting_down() -> mailgrant_core::Error {
        mailgrant_core::Error::new(mailgrant_core::ErrorKind::TryLater, "shutting_down", "shutting down")
    }
}

/// In the place of `src/renewal.rs`.
pub(crate) mod renewal {
    use std::sync::Arc;

    use shuttle::{future, sync::atomic::Ordering};

    use super::Inner;
    use crate::flight::Strip;

    /// A look at what there is, and a renewal if it will not do.
    pub(crate) async fn run(inner: &Inner, strip: &Strip) {
        let generation = strip.slot.generation();
        let stored = inner.stored.load(Ordering::SeqCst);
        future::yield_now().await;
        let here = (stored > 0).then(|| Arc::new(inner.current(stored)));
        let here = here.filter(|current| strip.want().is_met_by(current, inner.host.monotonic()));
        let current = here.unwrap_or_else(|| Arc::new(inner.current(inner.stored.fetch_add(1, Ordering::SeqCst) + 1)));
        future::yield_now().await;
        strip.land_on(generation, current);
    }
}

pub(crate) struct Inner {
    pub(crate) tasks: crate::tasks::Tasks,
    pub(crate) host: Arc<dyn Host>,
    bearer: Bearer,
    /// The version that is stored; each renewal makes the next.
    pub(crate) stored: AtomicU64,
}

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) inner: Arc<Inner>,
    pub(crate) slot: Arc<Slot>,
}

impl World {
    pub(crate) fn new() -> Self {
        let endpoints = Endpoints::parse("http://127.0.0.1:1/a", "http://127.0.0.1:1/t", "http://127.0.0.1:1").unwrap();
        let (app, transport) = (Credentials::new("id", "secret"), Arc::new(MockTransport::new()));
        let client = Client::builder(GetResponse::at(endpoints), app, transport).build().unwrap();
        let record = client.adopt("token".to_owned().into(), None).unwrap().into_record();
        let bearer = AnyClient::bearer(&client, &record, Expiry::Unknown, 1).unwrap();
        let inner =
            Inner { tasks: crate::tasks::Tasks::new(), host: Arc::new(Scheduled), bearer, stored: AtomicU64::new(0) };
        let key = AccountKey::new("tenant", "getresponse", "main").unwrap();
        Self { inner: Arc::new(inner), slot: Arc::new(Slot::new(key)) }
    }

    /// As `Account::token` does it.
    pub(crate) async fn token(&self) -> Version {
        if let Some(current) = &*self.slot.current.load() {
            return current.version;
        }
        self.join(Want::default()).await.unwrap().version
    }

    /// As `Account::reject` does it.
    pub(crate) async fn other_than(&self, rejected: Version) -> Version {
        if let Some(current) = self.slot.current.load_full()
            && current.version != rejected
        {
            return current.version;
        }
        let want = Want { rejected: Some(rejected), ..Want::default() };
        loop {
            let current = self.join(want).await.unwrap();
            if current.version != rejected {
                return current.version;
            }
        }
    }

    pub(crate) async fn join(&self, want: Want) -> Landed {
        let flight = flight::join(&self.inner, &self.slot, want);
        let mut landed = flight.landed;
        let landing = landed.wait_for(Option::is_some).await.expect("a flight lands before it is over").clone();
        let landing = landing.expect("it was waited for");
        if flight.want != want {
            landed.changed().await.ok();
        }
        landing
    }
}

impl Inner {
    pub(crate) fn renewals(&self) -> u64 {
        self.stored.load(Ordering::SeqCst)
    }

    pub(crate) fn current(&self, version: u64) -> Current {
        let version = Version::from_stored(version).unwrap();
        Current::new(self.bearer.clone(), version, Duration::ZERO, None, Duration::ZERO, Duration::ZERO)
    }

    /// A token that nobody is to see.
    pub(crate) fn another(&self) -> Arc<Current> {
        Arc::new(self.current(99))
    }
}

/// A host whose tasks are the scheduler's.
struct Scheduled;

impl Host for Scheduled {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> BoxFuture<()> {
        Box::pin(std::future::pending())
    }

    fn random(&self, buffer: &mut [u8]) {
        SystemHost.random(buffer);
    }

    fn spawn(&self, task: BoxFuture<()>) {
        drop(shuttle::future::spawn(task));
    }
}
