//! Manager: the accounts of a service.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use mailgrant_core::{Error, Grant, Host, OfferedBy, Provider, Session};
use mailgrant_storage::{AccountKey, Event, Filter, Kept, Secret, Vault, Version};

use crate::{
    Account, AccountStatus, Disconnected, ManagerBuilder, Revocation,
    builder::{LEASE, Settings},
    clients::Clients,
    current::{Current, draw_due},
    login, save,
    slot::Slot,
    tasks::Tasks,
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
        let inner = Inner { vault, clients, host, settings, tasks: Tasks::new(), slots: Mutex::default() };
        Self { inner: Arc::new(inner) }
    }

    /// A handle on the account under `key`, connected or not. Does no I/O.
    #[must_use]
    pub fn account(&self, key: &AccountKey) -> Account {
        Account::new(self.inner.clone(), self.inner.slot(key))
    }

    /// Keeps the grant of a session made elsewhere, in place of what was under `key`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](mailgrant_core::ErrorKind::Configuration) if the key is of another provider or the
    /// session of a client that is not registered; [`ErrorKind::TryLater`](mailgrant_core::ErrorKind::TryLater) if the
    /// store cannot be reached.
    pub async fn keep<P: Provider, G: OfferedBy<P> + Grant>(
        &self,
        key: &AccountKey,
        session: Session<P, G, mailgrant_core::Authorized>,
    ) -> Result<Account, Error> {
        login::expect_provider(key, P::NAME)?;
        let record = session.into_record();
        self.inner.clients.find(record.identity())?;
        save::connect(&self.inner, key, &record).await?;
        Ok(self.account(key))
    }

    /// Gives the account up: its secrets are erased here, and nothing but a new login brings it back.
    ///
    /// `None` if there was nothing under `key`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TryLater`](mailgrant_core::ErrorKind::TryLater) if the store cannot be reached.
    pub async fn disconnect(&self, key: &AccountKey) -> Result<Option<Disconnected>, Error> {
        let Some(kept) = self.inner.vault.load(key).await? else { return Ok(None) };
        self.inner.vault.store().remove(key, Secret::EraseNow).await?;
        self.inner.slot(key).clear();
        let token_ends = kept.record.map_or(mailgrant_core::Expiry::Unknown, |record| record.expires_at());
        Ok(Some(Disconnected { revocation: Revocation::LocalOnly, token_ends }))
    }

    /// How the account under `key` stands; `None` if there never was one.
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
    /// # Errors
    ///
    /// [`ErrorKind::TryLater`](mailgrant_core::ErrorKind::TryLater) if the store cannot be reached.
    pub async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>, Error> {
        Ok(self.inner.vault.store().events(after, limit).await?)
    }

    /// Begins no more renewals and waits for those under way, for as long as a lease lasts. Whether all ended.
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

    /// What the row holds, in memory; `None` if there is no secret in it. `now` was taken before it was loaded.
    pub(crate) fn current(&self, kept: &Kept, now: Duration) -> Result<Option<Current>, Error> {
        let Some(record) = &kept.record else { return Ok(None) };
        let client = self.clients.find(record.identity())?;
        let version = kept.row.version;
        let bearer = client.bearer(record, record.expires_at(), version.get())?;
        let left = kept.row.expires_in.map(|left| (left, kept.row.due_in.unwrap_or(left)));
        let whole = record.expires_at().remaining(record.obtained_at()).unwrap_or_default();
        Ok(Some(Current::new(bearer, version, now, left, whole, self.settings.margin)))
    }

    pub(crate) async fn load_current(&self, slot: &Slot) -> Result<Option<Current>, Error> {
        let now = self.host.monotonic();
        match self.vault.load(&slot.key).await? {
            Some(kept) => self.current(&kept, now),
            None => Ok(None),
        }
    }

    /// The time until a renewal of this life is due, drawn now.
    pub(crate) fn due(&self, life: Duration) -> Duration {
        draw_due(life, &*self.host)
    }

    pub(crate) fn version_of(kept: Option<&Kept>) -> Option<Version> {
        kept.map(|kept| kept.row.version)
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
