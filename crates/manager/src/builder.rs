//! What a manager can be made with.

use std::{fmt, sync::Arc, time::Duration};

use mailgrant_core::{AnyClient, Host, SystemHost};
use mailgrant_storage::Vault;

use crate::{Manager, clients::Clients};

/// What a [`Manager`] can be made with.
///
/// ```
/// # use {mailgrant_core::*, mailgrant_getresponse::*, mailgrant_manager::Manager, mailgrant_storage::Vault};
/// # use std::time::Duration;
/// # fn example(vault: Vault, retail: Client<GetResponse>, panel: &PanelDomain) -> Result<(), Error> {
/// let max = retail.at(GetResponse::max(panel, Region::Com))?;
/// let manager = Manager::builder(vault)
///     .client(retail)
///     .client(max)
///     .patience(Duration::from_secs(10))
///     .build();
/// # Ok(()) }
/// ```
#[must_use = "nothing is made until `build`"]
pub struct ManagerBuilder {
    vault: Vault,
    clients: Clients,
    host: Arc<dyn Host>,
    settings: Settings,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) margin: Duration,
    pub(crate) patience: Duration,
    pub(crate) pending_life: Duration,
}

/// How long an attempt is claimed for. The request in it ends [`GUARD`] before that.
pub(crate) const LEASE: Duration = Duration::from_secs(30);

/// What is left of a lease when it is too late to send, or to wait for an answer any longer.
pub(crate) const GUARD: Duration = Duration::from_secs(5);

/// The least time between two renewals of one account that rejections of its token ask for.
pub(crate) const FLOOR: Duration = Duration::from_secs(30);

impl fmt::Debug for ManagerBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ManagerBuilder").field("clients", &self.clients).finish_non_exhaustive()
    }
}

impl ManagerBuilder {
    pub(crate) fn new(vault: Vault) -> Self {
        let settings = Settings {
            margin: Duration::from_secs(30),
            patience: Duration::from_secs(45),
            pending_life: Duration::from_secs(30 * 60),
        };
        Self { vault, clients: Clients::default(), host: SystemHost::shared(), settings }
    }

    /// Serves the accounts of this client: an app at an environment of a provider. Register every one whose
    /// accounts are in the store.
    pub fn client(mut self, client: impl Into<Arc<dyn AnyClient>>) -> Self {
        self.clients.add(client.into());
        self
    }

    /// Another host than the system's. It should be the one of the clients.
    pub fn host(mut self, host: Arc<dyn Host>) -> Self {
        self.host = host;
        self
    }

    /// How close to its end a token may come before callers wait for its renewal: 30 seconds, and never more than a
    /// fifth of its whole life. The renewal itself is due at 77 to 80 % of the life.
    pub fn margin(mut self, margin: Duration) -> Self {
        self.settings.margin = margin;
        self
    }

    /// How long a caller waits for a renewal: 45 seconds. The renewal goes on without them.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.settings.patience = patience;
        self
    }

    /// How long a login may take: 30 minutes, since people take time to log in.
    pub fn pending_life(mut self, life: Duration) -> Self {
        self.settings.pending_life = life;
        self
    }

    /// The manager.
    #[must_use]
    pub fn build(self) -> Manager {
        Manager::new(self.vault, self.clients, self.host, self.settings)
    }
}
