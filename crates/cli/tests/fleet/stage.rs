//! The stage: an emulator of a strict provider, a store on PostgreSQL, one account that expires when told.

use std::{collections::BTreeSet, ops::Range, path::PathBuf, time::Duration};

use mailgrant_core::{Host, SystemHost};
use mailgrant_emulator::Rotation;

use crate::{
    asker::Asker,
    database::Database,
    rig::{Login, Rig, callback, get},
};

pub(crate) struct Stage {
    pub(crate) rig: Rig,
    pub(crate) database: Database,
    key: PathBuf,
    /// How often the account has expired.
    expiries: u64,
}

/// Longer than the test lasts.
const LIFE: Duration = Duration::from_secs(24 * 3600);

/// Between two looks at what is waited for.
const PAUSE: Duration = Duration::from_millis(20);

/// Looks before it is waited in vain: half a minute.
const LOOKS: u32 = 1500;

impl Stage {
    /// With the account connected.
    pub(crate) async fn new() -> Self {
        let rig = Rig::with(|settings| {
            settings.access_lifetime = LIFE.as_secs();
            settings.rotation = Rotation::Strict;
        })
        .await;
        let stage = Self { key: rig.home.path().join("keys/k"), rig, database: Database::fresh().await, expiries: 0 };
        let done = stage.rig.run(["--store", &stage.database.url(), "--key-file", stage.key(), "keys", "add"]);
        assert_eq!(done.code, 0, "{done:?}");
        let mut connect = stage.rig.connect(&[]);
        connect.env("MAILGRANT_STORE", stage.database.url()).env("MAILGRANT_KEY_FILE", &stage.key);
        let login = Login::start(connect);
        assert_eq!(get(&callback(&login.url)).status, 200);
        let done = login.end();
        assert_eq!(done.code, 0, "{done:?}");
        stage
    }

    /// The account's token is over, here and at the provider.
    pub(crate) async fn expire(&mut self) {
        self.rig.emulator.advance(LIFE);
        self.database.advance(LIFE).await;
        self.expiries += 1;
    }

    pub(crate) fn ask(&self, askers: Range<usize>) -> Vec<Asker> {
        askers
            .map(|_| {
                let mut command = self.rig.command(["token", "main"]);
                command.env("MAILGRANT_STORE", self.database.url_of_askers()).env("MAILGRANT_KEY_FILE", &self.key);
                Asker::start(command)
            })
            .collect()
    }

    /// Each of them is served, with one token, which is the only one that was had since the account expired.
    pub(crate) fn expect_one_refresh(&self, askers: Vec<Asker>) -> String {
        let token = Self::served(askers);
        let counters = self.rig.emulator.counters();
        let spent_twice = (counters.reused_refresh_tokens, counters.refusals, counters.family_revocations);
        assert_eq!((counters.refreshes, spent_twice), (self.expiries, (0, 0, 0)));
        token
    }

    pub(crate) fn served(askers: Vec<Asker>) -> String {
        let done: Vec<_> = askers.into_iter().map(Asker::end).collect();
        assert!(done.iter().all(|done| done.code == 0), "{done:?}");
        let tokens: BTreeSet<_> = done.iter().map(|done| &done.stdout).collect();
        assert_eq!(tokens.len(), 1, "{done:?}");
        done[0].stdout.clone()
    }

    /// Nobody has refreshed since the account expired.
    pub(crate) fn expect_none_yet(&self) {
        assert_eq!(self.rig.emulator.counters().refreshes, self.expiries - 1);
    }

    pub(crate) async fn until(&mut self, what: &str, mut holds: impl AsyncFnMut(&mut Self) -> bool) {
        for _ in 0..LOOKS {
            SystemHost.sleep(PAUSE).await;
            if holds(self).await {
                return;
            }
        }
        panic!("it was waited in vain: {what}");
    }

    /// How many events of this kind there were.
    pub(crate) fn events(&self, kind: &str) -> u64 {
        let done = self.rig.run(["--store", &self.database.url(), "events"]);
        assert_eq!(done.code, 0, "{done:?}");
        let of_kind = |line: &&str| line.split_whitespace().any(|word| word == kind);
        done.stdout.lines().filter(of_kind).count().try_into().unwrap()
    }

    pub(crate) async fn end(self) {
        self.database.remove().await;
        self.rig.emulator.shutdown().await;
    }

    fn key(&self) -> &str {
        self.key.to_str().unwrap()
    }
}
