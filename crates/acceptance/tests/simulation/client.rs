//! The client that a manager is given: the real one, unless it is sabotaged.

use std::sync::Arc;

use async_trait::async_trait;
use mailgrant_core::{
    AnyClient, Bearer, Binding, Callback, Client, ClientIdentity, Error, Expiry, Lookup, Outcome, Pace,
    PendingAuthorization, Permit, Profile, RefreshBudget, Revocation, TokenRecord,
    bytes::Bytes,
    http::{self, Response},
};

use crate::{
    aviary::Aviary,
    sabotage::{NEVER, Sabotage},
};

pub(crate) struct WatchedClient {
    client: Client<Aviary>,
    /// The budget that the manager asks.
    budget: RefreshBudget,
    sabotage: Sabotage,
}

impl WatchedClient {
    pub(crate) fn over(client: Client<Aviary>, sabotage: Sabotage) -> Arc<dyn AnyClient> {
        let budget = match sabotage {
            Sabotage::ClientAsksTheBudgetLate => {
                RefreshBudget::new(Pace::new(1000, 1000).parallel(1000), client.host().clone())
            }
            _ => client.budget().clone(),
        };
        Arc::new(Self { client, budget, sabotage })
    }

    fn any(&self) -> &dyn AnyClient {
        &self.client
    }
}

#[async_trait]
impl AnyClient for WatchedClient {
    fn identity(&self) -> &ClientIdentity {
        self.client.identity()
    }

    fn profile(&self) -> &Profile {
        self.client.profile()
    }

    fn budget(&self) -> &RefreshBudget {
        &self.budget
    }

    fn lookup(&self, callback: &Callback, binding: &Binding) -> Result<Lookup, Error> {
        self.client.lookup(callback, binding)
    }

    async fn complete(&self, pending: PendingAuthorization, callback: Callback) -> Result<TokenRecord, Error> {
        self.any().complete(pending, callback).await
    }

    async fn refresh(&self, permit: Permit, record: &TokenRecord) -> Outcome {
        let permit = match self.sabotage {
            Sabotage::ClientIgnoresTheDeadline => permit.until(self.client.host().monotonic() + NEVER),
            _ => permit,
        };
        // Held until the answer is there.
        let _leave = match self.sabotage {
            Sabotage::ClientAsksTheBudgetLate => match self.client.budget().permit() {
                Ok(leave) => Some(leave),
                Err(error) => return Outcome::Untouched(error),
            },
            _ => None,
        };
        self.any().refresh(permit, record).await
    }

    async fn account_id(&self, record: &TokenRecord) -> Result<Option<String>, Error> {
        self.client.account_id(record).await
    }

    async fn revoke(&self, record: &TokenRecord) -> Result<Revocation, Error> {
        self.client.revoke(record).await
    }

    fn bearer(&self, record: &TokenRecord, expiry: Expiry, version: u64) -> Result<Bearer, Error> {
        self.any().bearer(record, expiry, version)
    }

    async fn send(&self, request: http::Request<Bytes>) -> Result<Response<Bytes>, Error> {
        self.client.send(request).await
    }
}
