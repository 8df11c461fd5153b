//! A world: an emulator of a strict provider, a store on a server, accounts that are connected.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use mailgrant_acceptance::{client, consent, emulator};
use mailgrant_core::{AuthorizationCode, Binding, Callback, Client};
use mailgrant_emulator::{Counters, Emulator, Fault, Rotation, Settings, Target, Times};
use mailgrant_getresponse::GetResponse;
use mailgrant_manager::Manager;
use mailgrant_storage::{AccountKey, Event, Vault};

use crate::{
    desk::Desk,
    place::{Place, Server},
    tap::Tap,
    words::Post,
};

pub(crate) struct World {
    pub(crate) emulator: Emulator,
    pub(crate) accounts: usize,
    pub(crate) life: Duration,
    place: Place,
    /// It connects accounts, and renews none.
    manager: Manager,
}

/// So many customers consent at once.
const AT_ONCE: usize = 20;

impl World {
    /// Accounts whose tokens live for so many seconds.
    pub(crate) async fn new(server: Server, accounts: usize, life: u64) -> Self {
        let mut settings = Settings::default();
        settings.access_lifetime = life;
        settings.rotation = Rotation::Strict;
        let emulator = emulator(settings).await.unwrap();
        let place = Place::fresh(server);
        let tap = Tap { store: place.store().await, desk: Arc::new(Desk::default()) };
        let client = client(&emulator).unwrap();
        let manager = Manager::builder(Vault::new(tap, Place::ring())).client(client.clone()).build();
        let numbers: Vec<usize> = (0..accounts).collect();
        for numbers in numbers.chunks(AT_ONCE) {
            join_all(numbers.iter().map(|number| connect(&manager, &client, *number))).await;
        }
        Self { emulator, accounts, life: Duration::from_secs(life), place, manager }
    }

    /// The provider takes so long to answer, so that there is something to interrupt.
    pub(crate) fn slow(&self, delay: Duration) {
        self.emulator.fault(Fault::Delay(delay), Target::Token, Times::Always);
    }

    pub(crate) fn post(&self, seed: u64) -> Post {
        let endpoints = [self.emulator.authorize_url(), self.emulator.token_url(), self.emulator.api_url()];
        Post { place: self.place.clone(), endpoints, accounts: self.accounts, seed }
    }

    pub(crate) fn counters(&self) -> Counters {
        self.emulator.counters()
    }

    /// All that happened behind the event `after`.
    pub(crate) async fn events(&self, mut after: u64) -> Vec<Event> {
        let mut all = Vec::new();
        loop {
            let page = self.manager.events(after, 1000).await.unwrap();
            let Some(last) = page.last() else { return all };
            after = last.id;
            all.extend(page);
        }
    }

    pub(crate) async fn end(self) {
        self.place.remove().await;
        self.emulator.shutdown().await;
    }
}

pub(crate) fn key(number: usize) -> AccountKey {
    AccountKey::new("fleet", "getresponse", &number.to_string()).unwrap()
}

pub(crate) fn number_of(key: &AccountKey) -> usize {
    key.account().parse().unwrap()
}

async fn connect(manager: &Manager, client: &Client<GetResponse>, number: usize) {
    let binding = Binding::browser(format!("cookie {number}")).unwrap();
    let url = manager.begin(&key(number), client, AuthorizationCode::registered(), &binding).await.unwrap();
    let callback = consent(&String::from(url)).await.unwrap();
    manager.complete(Callback::parse(&callback).unwrap(), &binding).await.unwrap();
}
