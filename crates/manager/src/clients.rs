//! The clients whose accounts a manager serves, by what they are.

use std::{collections::HashMap, fmt, sync::Arc};

use mailgrant_core::{AnyClient, Binding, Callback, ClientIdentity, Error, ErrorKind, Lookup};

#[derive(Default)]
pub(crate) struct Clients(HashMap<ClientIdentity, Arc<dyn AnyClient>>);

impl Clients {
    pub(crate) fn add(&mut self, client: Arc<dyn AnyClient>) {
        self.0.insert(client.identity().clone(), client);
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<dyn AnyClient>> {
        self.0.values()
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

    /// Where the login that a callback claims to finish lies. All clients that can tell say the same; one whose
    /// provider marks its callbacks cannot, if there is no mark.
    pub(crate) fn lookup(&self, callback: &Callback, binding: &Binding) -> Result<Lookup, Error> {
        let mut refusal = None;
        for client in self.0.values() {
            match client.lookup(callback, binding) {
                Ok(lookup) => return Ok(lookup),
                Err(error) => refusal = Some(error),
            }
        }
        Err(refusal.unwrap_or_else(|| {
            Error::new(
                ErrorKind::Configuration,
                "client_unknown",
                "this manager has no client: register those of your apps with `Manager::builder(..).client(..)`",
            )
        }))
    }
}

impl fmt::Debug for Clients {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}
