//! Customers: each comes again and again, and uses what it is given.

use std::time::Duration;

use crate::{
    chance::Chance,
    depot::key,
    world::{Served, World},
};

impl World {
    /// One customer for each of the first `count` accounts, who comes about every `pause`, each time to another host.
    pub(crate) fn customers(&self, count: usize, pause: Duration) -> Served {
        let served = Served::default();
        for account in 0..count {
            let home = account % self.managers.len();
            let handle = self.managers[home].account(&key(account));
            let (executor, provider, served) = (self.executor.clone(), self.provider.clone(), served.clone());
            let mut chance = Chance::of(11, u64::try_from(account).unwrap());
            self.on(home + 1, async move {
                loop {
                    executor
                        .sleep(pause.mul_f64(0.5 + f64::from(u16::try_from(chance.below(1000)).unwrap()) / 1000.0))
                        .await;
                    match handle.token().await {
                        Ok(bearer) if provider.takes(&text(&bearer)) => served.well(),
                        Ok(_) => served.badly(),
                        Err(_) => served.not_at_all(),
                    }
                }
            });
        }
        served
    }
}

/// The token in a bearer.
pub(crate) fn text(bearer: &mailgrant_core::Bearer) -> String {
    bearer.header().to_str().unwrap().strip_prefix("Bearer ").unwrap().to_owned()
}
