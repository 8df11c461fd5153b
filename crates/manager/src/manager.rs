//! Manager: the accounts of a service.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use mailgrant_core::{AnyClient, Error, Host, TokenRecord};
use mailgrant_storage::{AccountKey, Event, Filter, Row, Timing, Vault, Version};

use crate::{
    Account, AccountStatus, Disconnected, Follow, ManagerBuilder,
    builder::{LEASE, Settings},
    clients::Clients,
    current::Current,
    disconnect,
    gate::Gates,
    in_hand::InHand,
    schedule::{self, Schedule},
    slot::Slot,
    tasks::Tasks,
    upkeep,
};

/// The accounts of a service, of every provider, environment and app that it uses. Clones share everything.
#[derive(Clone, Debug)]
pub struct Manager {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) vault: Vault,
    pub(crate) clients: Clients,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) settings: Settings,
    pub(crate) tasks: Tasks,
    pub(crate) gates: Gates,
    pub(crate) in_hand: InHand,
    /// Upkeep was started.
    tended: AtomicBool,
    slots: Mutex<HashMap<AccountKey, Arc<Slot>>>,
}

/// Slots in memory before those that nobody holds are dropped.
const SLOTS: usize = 100_000;

impl Manager {
    /// A manager over a vault.
    pub fn builder(vault: Vault) -> ManagerBuilder {
        ManagerBuilder::new(vault)
    }

    pub(crate) fn new(vault: Vault, clients: Clients, host: Arc<dyn Host>, settings: Settings) -> Self {
        let (tasks, gates, in_hand) = (Tasks::new(), Gates::default(), InHand::default());
        let (tended, slots) = (AtomicBool::new(false), Mutex::default());
        Self { inner: Arc::new(Inner { vault, clients, host, settings, tasks, gates, in_hand, tended, slots }) }
    }

    /// Renews in the background, from now on, what is due although nobody asks: tokens that were asked for since their
    /// last renewal, ahead of their end; and refresh tokens that nobody uses, before they end of that.
    ///
    /// One task for all accounts, on the manager's host. It ends with a [`shutdown`](Self::shutdown), or with the last
    /// handle on this manager. Every process may have it: each account that is due goes to one of them.
    ///
    /// ```
    /// # use {mailgrant_manager::*, mailgrant_storage::*};
    /// # fn example(vault: Vault) {
    /// let manager = Manager::builder(vault).build();
    /// manager.start_upkeep();
    /// # }
    /// ```
    pub fn start_upkeep(&self) {
        if !self.inner.tended.swap(true, Ordering::Relaxed) {
            self.inner.host.spawn(Box::pin(upkeep::run(Arc::downgrade(&self.inner))));
        }
    }

    /// A handle on the account under `key`, connected or not. Does no I/O.
    ///
    /// ```
    /// # use {mailgrant_core::*, mailgrant_manager::*, mailgrant_storage::*};
    /// # fn example(manager: &Manager) -> Result<(), Error> {
    /// let account = manager.account(&AccountKey::new("tenant-1", "getresponse", "main")?);
    /// assert_eq!(account.key().tenant(), "tenant-1");
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn account(&self, key: &AccountKey) -> Account {
        Account::new(self.inner.clone(), self.inner.slot(key))
    }

    /// Gives the account up: it is a tombstone at once, the provider is told where it can be, and its secrets are
    /// erased here. Nothing but a new login brings it back.
    ///
    /// `None` if there was nothing under `key`. Another process that has the token in memory hears of it within a
    /// minute.
    ///
    /// ```
    /// # use {mailgrant_core::*, mailgrant_manager::*, mailgrant_storage::*};
    /// # async fn example(manager: Manager, key: AccountKey) -> Result<(), Error> {
    /// match manager.disconnect(&key).await?.map(|given_up| given_up.revocation) {
    ///     Some(Ok(Revocation::Told)) => println!("given back"),
    ///     Some(Ok(_)) => println!("ask the customer to remove the app in the provider's panel"),
    ///     Some(Err(error)) => println!("given up here; disconnect again to tell the provider: {error}"),
    ///     None => println!("there was none"),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TryLater`](mailgrant_core::ErrorKind::TryLater) if the store cannot be reached.
    pub async fn disconnect(&self, key: &AccountKey) -> Result<Option<Disconnected>, Error> {
        let (inner, key) = (self.inner.clone(), key.clone());
        self.own(async move { disconnect::disconnect(&inner, &key, false).await }).await
    }

    /// As [`disconnect`](Self::disconnect), without telling the provider: for a grant that nobody can give back any more.
    ///
    /// ```
    /// # use {mailgrant_core::*, mailgrant_manager::*, mailgrant_storage::*};
    /// # async fn example(manager: Manager, key: AccountKey) -> Result<(), Error> {
    /// if let Some(gone) = manager.disconnect(&key).await?
    ///     && gone.revocation.is_err_and(|error| error.kind() == ErrorKind::Configuration)
    /// {
    ///     manager.forget(&key).await?; // its app was deleted at the provider: there is nobody to tell
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TryLater`](mailgrant_core::ErrorKind::TryLater) if the store cannot be reached.
    pub async fn forget(&self, key: &AccountKey) -> Result<Option<Disconnected>, Error> {
        let (inner, key) = (self.inner.clone(), key.clone());
        self.own(async move { disconnect::disconnect(&inner, &key, true).await }).await
    }

    /// How the account under `key` stands; `None` if there never was one.
    ///
    /// ```
    /// # use {mailgrant_core::*, mailgrant_manager::*, mailgrant_storage::*};
    /// # async fn example(manager: Manager, key: AccountKey) -> Result<(), Error> {
    /// match manager.status(&key).await?.map(|account| account.status) {
    ///     Some(Status::Active) => println!("connected"),
    ///     Some(Status::Refused { cause }) => println!("connect it again ({cause})"),
    ///     _ => println!("not connected"),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TryLater`](mailgrant_core::ErrorKind::TryLater) if the store cannot be reached.
    pub async fn status(&self, key: &AccountKey) -> Result<Option<AccountStatus>, Error> {
        let row = self.inner.vault.store().load(key).await?;
        Ok(row.map(|row| AccountStatus::of(key.clone(), row)))
    }

    /// Up to `limit` accounts that pass `filter`, in order of key, behind `after`.
    ///
    /// ```
    /// # use {mailgrant_core::*, mailgrant_manager::*, mailgrant_storage::*};
    /// # async fn example(manager: Manager) -> Result<(), Error> {
    /// let refused = Filter { status: Some(StatusKind::Refused), ..Filter::default() };
    /// let mut after = None;
    /// loop {
    ///     let page = manager.list(&refused, after.as_ref(), 100).await?;
    ///     let Some(last) = page.last() else { break };
    ///     after = Some(last.key.clone());
    ///     page.iter().for_each(|account| println!("connect {} again", account.key));
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TryLater`](mailgrant_core::ErrorKind::TryLater) if the store cannot be reached.
    pub async fn list(
        &self,
        filter: &Filter,
        after: Option<&AccountKey>,
        limit: usize,
    ) -> Result<Vec<AccountStatus>, Error> {
        let rows = self.inner.vault.store().list(filter, after, limit).await?;
        Ok(rows.into_iter().map(|(key, row)| AccountStatus::of(key, row)).collect())
    }

    /// Up to `limit` of the store's events behind the id `after` (0 for all), in order. Each was recorded in the
    /// same step as its change; keep the last id that was dealt with.
    ///
    /// ```
    /// # use {mailgrant_core::*, mailgrant_manager::*, mailgrant_storage::*};
    /// # async fn example(manager: Manager, mut dealt_with: u64) -> Result<(), Error> {
    /// for event in manager.events(dealt_with, 100).await? {
    ///     println!("{} {}", event.key, event.kind.name());
    ///     dealt_with = event.id;
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TryLater`](mailgrant_core::ErrorKind::TryLater) if the store cannot be reached.
    pub async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>, Error> {
        Ok(self.inner.vault.store().events(after, limit).await?)
    }

    /// The store's events behind the id `after` (0 for all) as they come, each at least once and in order, whichever
    /// process caused them.
    ///
    /// ```
    /// # use {mailgrant_core::*, mailgrant_manager::*, mailgrant_storage::*};
    /// # async fn example(manager: Manager, dealt_with: u64) -> Result<(), Error> {
    /// let mut events = manager.follow(dealt_with);
    /// loop {
    ///     let event = events.next().await?;
    ///     if event.kind == EventKind::Refused {
    ///         println!("ask the customer of {} again", event.key);
    ///     }
    ///     // ... and keep `event.id`
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn follow(&self, after: u64) -> Follow {
        Follow::new(self.inner.clone(), after)
    }

    /// Begins no more renewals and waits for those under way, for as long as a lease lasts. Whether all ended.
    ///
    /// ```
    /// # use {mailgrant_core::*, mailgrant_manager::*, mailgrant_storage::*};
    /// # async fn example(manager: Manager) {
    /// if !manager.shutdown().await {
    ///     eprintln!("a renewal hangs: its attempt is stored, and another process takes it over");
    /// }
    /// # }
    /// ```
    pub async fn shutdown(&self) -> bool {
        tokio::select! {
            biased;
            () = self.inner.tasks.close() => true,
            () = self.inner.host.sleep(LEASE) => false,
        }
    }
}

impl Inner {
    pub(crate) fn slot(&self, key: &AccountKey) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(key) {
            return slot.clone();
        }
        if slots.len() >= SLOTS {
            slots.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        let slot = Arc::new(Slot::new(key.clone()));
        slots.insert(key.clone(), slot.clone());
        slot
    }

    /// The slot under `key`, if there is one.
    pub(crate) fn slot_in_memory(&self, key: &AccountKey) -> Option<Arc<Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// What a row holds, in memory; `now` was taken before it was loaded.
    pub(crate) fn current(
        &self,
        client: &dyn AnyClient,
        record: &TokenRecord,
        row: &Row,
        now: Duration,
    ) -> Result<Current, Error> {
        let timing = Timing { expires_in: row.expires_in, due_in: row.due_in, upkeep_in: row.upkeep_in };
        self.current_of(client, record, row.version, now, timing)
    }

    /// A record's token, in memory.
    pub(crate) fn current_of(
        &self,
        client: &dyn AnyClient,
        record: &TokenRecord,
        version: Version,
        now: Duration,
        timing: Timing,
    ) -> Result<Current, Error> {
        let bearer = client.bearer(record, record.expires_at(), version.get())?;
        let left = timing.expires_in.map(|left| (left, timing.due_in.unwrap_or(left)));
        let whole = schedule::life(record).unwrap_or_default();
        Ok(Current::new(bearer, version, now, left, whole, self.settings.margin))
    }

    /// When the record's token is to be renewed, drawn now.
    pub(crate) fn schedule(&self, client: &dyn AnyClient, record: &TokenRecord, active: bool) -> Schedule {
        Schedule::draw(record, client.profile().idle_limit, active, &*self.host)
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Manager")
            .field("vault", &self.vault)
            .field("clients", &self.clients)
            .finish_non_exhaustive()
    }
}
