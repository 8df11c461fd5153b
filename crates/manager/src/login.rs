//! Login: the whole of it for any web framework.

use std::sync::Arc;

use mailgrant_core::{
    AuthorizationCode, AuthorizeUrl, Binding, Callback, Client, Error, ErrorKind, OfferedBy, Provider,
};
use mailgrant_storage::AccountKey;
use tokio::sync::oneshot;

use crate::{Account, Manager, manager::Inner, save};

impl Manager {
    /// Begins the login that connects (or reconnects) the account under `key`: where to send the browser.
    ///
    /// `binding` is made from the request that began it, and again from the one that [completes](Self::complete)
    /// it: whoever has another one cannot finish this login. What was under `key` stays until then.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if the key is of another provider, or the client is not registered;
    /// [`ErrorKind::TryLater`] if the store cannot be reached.
    pub async fn begin<P: Provider>(
        &self,
        key: &AccountKey,
        client: &Client<P>,
        grant: AuthorizationCode,
        binding: &Binding,
    ) -> Result<AuthorizeUrl, Error>
    where
        AuthorizationCode: OfferedBy<P>,
    {
        expect_provider(key, P::NAME)?;
        self.inner.clients.find(client.identity())?;
        let login = client.begin(grant);
        let url = login.authorize_url();
        let pending = login.into_pending();
        self.inner.vault.put_pending(key, &pending, binding, self.inner.settings.pending_life).await?;
        Ok(url)
    }

    /// Finishes a login: the account is connected once this returns.
    ///
    /// The code is spent and its tokens are stored on a task of the manager's: dropping this future loses nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::AskUser`] if the login has to be begun again; its code says why: `state_missing`,
    /// `login_unknown`, `login_used`, `login_expired`, `access_denied`, `code_missing`, `code_refused`, and others.
    /// Nothing is sent unless a login that waits for this callback, and this binding, was found.
    pub async fn complete(&self, callback: Callback, binding: &Binding) -> Result<Account, Error> {
        let lookup = callback.lookup(binding)?;
        let Some(running) = self.inner.tasks.begin() else { return Err(shutting_down()) };
        let (answer, answered) = oneshot::channel();
        let inner = self.inner.clone();
        self.inner.host.spawn(Box::pin(async move {
            let result = complete(&inner, callback, lookup).await;
            drop(running);
            // Whoever asked may have left.
            let _ = answer.send(result);
        }));
        let key = answered.await.unwrap_or_else(|_| Err(shutting_down()))?;
        Ok(self.account(&key))
    }
}

async fn complete(inner: &Arc<Inner>, callback: Callback, lookup: mailgrant_core::Lookup) -> Result<AccountKey, Error> {
    let (key, pending) = inner.vault.take_pending(&lookup).await?;
    let client = inner.clients.find(pending.identity())?;
    let record = client.complete(pending, callback).await?;
    save::connect(inner, &key, &record).await?;
    Ok(key)
}

pub(crate) fn expect_provider(key: &AccountKey, provider: &str) -> Result<(), Error> {
    if key.provider() == provider {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Configuration,
        "provider_mismatch",
        format!("the account key is of provider `{}`, the client of `{provider}`", key.provider()),
    ))
}

pub(crate) fn shutting_down() -> Error {
    Error::new(
        ErrorKind::TryLater,
        "shutting_down",
        "the manager is shutting down: ask another process, or this one once it is up again",
    )
}
