//! A server that is stopped at once under load, then started again.

use std::{
    process::Command,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use super::*;
use crate::{EventKind, Row};

const ACCOUNTS: usize = 40;

/// Says it again until it is heard, as a caller does.
struct Insistent {
    store: PostgresStore,
    unheard: AtomicUsize,
}

impl Insistent {
    async fn say<T>(&self, verb: impl AsyncFn(&PostgresStore) -> Result<T, StoreError>) -> Result<T, StoreError> {
        loop {
            match verb(&self.store).await {
                Err(StoreError::Unavailable(_)) => {
                    self.unheard.fetch_add(1, Ordering::Relaxed);
                    SystemHost.sleep(Duration::from_millis(20)).await;
                }
                answer => return answer,
            }
        }
    }

    /// A whole life under `key`, of renewals for as long as the trouble lasts; how many there were.
    async fn live(&self, key: &AccountKey, over: &AtomicBool) -> u64 {
        let mut seen = Version::FIRST;
        match self.say(async |store| store.put(key, None, &entry(b"sealed")).await).await {
            Ok(version) => assert_eq!(version, seen),
            // It was done, but not heard of.
            Err(error) => assert!(matches!(error, StoreError::Conflict(Some(Version::FIRST))), "{error:?}"),
        }
        let mut renewals = 0;
        while !over.load(Ordering::Relaxed) {
            let held = attempt();
            let claim = self.say(async |store| store.claim(key, &held, LEASE, seen, Purpose::Renew).await).await;
            assert_eq!(claim.unwrap(), Claim::Granted, "nobody else asks");
            let renewal = Settlement::Renewed(secret(seen.next()));
            let settled = self.say(async |store| store.settle(key, seen, &held, &renewal).await).await;
            assert_eq!(settled.unwrap(), Settled::Done(seen.next()));
            seen = seen.next();
            renewals += 1;
            let row = self.say(async |store| store.load(key).await).await.unwrap().unwrap();
            assert!(is_at(&row, seen), "what was answered is there: {row:?}");
            SystemHost.sleep(Duration::from_millis(10)).await;
        }
        renewals
    }
}

fn secret(version: Version) -> Entry {
    entry(format!("of version {}", version.get()).as_bytes())
}

fn is_at(row: &Row, version: Version) -> bool {
    row.version == version && row.attempt.is_none() && row.sealed.as_ref() == Some(&secret(version).sealed)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_stopped_and_started_under_load_loses_nothing() {
    let control = server("MAILGRANT_TROUBLED_POSTGRES_CONTROL");
    let store = PostgresStore::builder(&server("MAILGRANT_TROUBLED_POSTGRES")).unwrap().schema(schema());
    let store = Insistent { store: store.open().await.unwrap(), unheard: AtomicUsize::new(0) };
    let over = AtomicBool::new(false);
    let keys: Vec<_> = (0..ACCOUNTS).map(|number| key(&number.to_string())).collect();
    let trouble = async {
        for _ in 0..3 {
            SystemHost.sleep(Duration::from_millis(250)).await;
            for what in ["stop", "start"] {
                let control = control.clone();
                let status = tokio::task::spawn_blocking(move || Command::new(control).arg(what).status());
                assert!(status.await.unwrap().unwrap().success());
            }
        }
        SystemHost.sleep(Duration::from_millis(250)).await;
        over.store(true, Ordering::Relaxed);
    };
    let lives = futures_util::future::join_all(keys.iter().map(|key| store.live(key, &over)));
    let (lives, ()) = tokio::join!(lives, trouble);

    assert!(store.unheard.into_inner() > 0, "or nobody noticed");
    let store = store.store;
    let events = store.events(0, usize::MAX).await.unwrap();
    for (key, renewals) in keys.iter().zip(lives) {
        assert!(renewals > 0, "{key} was renewed");
        let count = |kind| events.iter().filter(|event| event.key == *key && event.kind == kind).count() as u64;
        let told = [EventKind::Connected, EventKind::Claimed, EventKind::Renewed].map(count);
        assert_eq!(told, [1, renewals, renewals], "each change once, with its event");
        let row = store.load(key).await.unwrap().unwrap();
        assert!(is_at(&row, Version::from_stored(renewals + 1).unwrap()), "{row:?}");
    }
}
