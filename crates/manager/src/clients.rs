//! The clients whose accounts a manager serves, by what they are.

use std::{collections::HashMap, fmt, sync::Arc};

use mailgrant_core::{AnyClient, ClientIdentity, Error, ErrorKind};

#[derive(Default)]
pub(crate) struct Clients(HashMap<ClientIdentity, Arc<dyn AnyClient>>);

impl Clients {
    pub(crate) fn add(&mut self, client: Arc<dyn AnyClient>) {
        self.0.insert(client.identity().clone(), client);
    }

    pub(crate) fn find(&self, identity: &ClientIdentity) -> Result<Arc<dyn AnyClient>, Error> {
        self.0.get(identity).cloned().ok_or_else(|| {
            Error::new(
                ErrorKind::Configuration,
                "client_unknown",
                format!(
                    "this manager has no client for app `{}` at {} ({}): register it with `Manager::builder(..).client(..)`",
                    identity.client_id, identity.provider, identity.environment
                ),
            )
        })
    }
}

impl fmt::Debug for Clients {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}
