//! Login: the whole of it for any web framework.

use std::{fmt, future::Future};

use mailgrant_core::{
    AuthorizeUrl, Authorized, Binding, ByConsent, Callback, Client, Error, ErrorKind, OfferedBy, Provider, Session,
    Standing,
};
use mailgrant_storage::AccountKey;
use tokio::sync::oneshot;

use crate::{
    Account, Manager,
    connect::{Before, connect},
};

impl Manager {
    /// Begins the login that connects (or reconnects) the account under `key`: where to send the browser.
    ///
    /// `binding` is made from the request that began it, and again from the one that [completes](Self::complete)
    /// it: whoever has another one cannot finish this login. What was under `key` stays until then.
    ///
    /// ```
    /// # use {mailgrant_core::*, mailgrant_manager::*, mailgrant_storage::*};
    /// # use mailgrant_getresponse::GetResponse;
    /// # async fn example(manager: Manager, client: Client<GetResponse>, session_cookie: &str)
    /// # -> Result<String, Error> {
    /// let key = AccountKey::new("tenant-1", "getresponse", "main")?;
    /// let binding = Binding::browser(session_cookie)?;
    /// let url = manager.begin(&key, &client, AuthorizationCode::registered(), &binding).await?;
    /// Ok(url.into()) // answer 303 with it
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if the key is of another provider, or the client is not registered;
    /// [`ErrorKind::TryLater`] if the store cannot be reached.
    pub async fn begin<P: Provider, G: OfferedBy<P> + ByConsent>(
        &self,
        key: &AccountKey,
        client: &Client<P>,
        grant: G,
        binding: &Binding,
    ) -> Result<AuthorizeUrl, Error> {
        expect_provider(key, P::NAME)?;
        self.inner.clients.find(client.identity())?;
        if client.profile().redirect_uri_required && grant.redirect_uri().is_none() {
            return Err(Error::new(
                ErrorKind::Configuration,
                "redirect_uri_required",
                "this provider wants the redirect URI in both requests: begin with `AuthorizationCode::returning_to(..)`",
            ));
        }
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
    /// ```
    /// # use {mailgrant_core::*, mailgrant_manager::*, mailgrant_storage::*};
    /// # async fn example(manager: Manager, query: &str, session_cookie: &str) -> Result<(), Error> {
    /// match manager.complete(Callback::parse(query)?, &Binding::browser(session_cookie)?).await {
    ///     Ok(account) => println!("{} is connected", account.key()),
    ///     Err(error) if error.code() == "login_used" => println!("show the account's status"),
    ///     Err(error) if error.kind() == ErrorKind::AskUser => println!("begin the login again: {error}"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::AskUser`] if the login has to be begun again; its code says why: `state_missing`,
    /// `login_unknown`, `login_used`, `login_expired`, `access_denied`, `code_missing`, `code_refused`, and others.
    /// Nothing is sent unless a login that waits for this callback, and this binding, was found. Nothing is stored if
    /// the customer consented with another account of the provider than the one that is connected
    /// (`account_mismatch`), as far as the provider says whose a token is.
    pub async fn complete(&self, callback: Callback, binding: &Binding) -> Result<Account, Error> {
        let lookup = self.inner.clients.lookup(&callback, binding)?;
        let inner = self.inner.clone();
        let key = self.own(async move {
            let (key, pending) = inner.vault.take_pending(&lookup).await?;
            let client = inner.clients.find(pending.identity())?;
            let before = Before::look(&inner, &key).await?;
            let record = client.complete(pending, callback).await?;
            connect(&inner, &key, &*client, record, before).await?;
            Ok(key)
        });
        Ok(self.account(&key.await?))
    }

    /// Keeps the grant of a session made elsewhere, in place of what was under `key`.
    ///
    /// It is stored on a task of the manager's: dropping this future loses nothing.
    ///
    /// ```
    /// # use {mailgrant_core::*, mailgrant_manager::*, mailgrant_storage::*};
    /// # use mailgrant_getresponse::GetResponse;
    /// # async fn example(manager: Manager, key: AccountKey, client: Client<GetResponse>) -> Result<(), Error> {
    /// let session = client.begin(ClientCredentials).obtain().await?;
    /// match manager.keep(&key, session).await {
    ///     Ok(account) => println!("kept {}", account.key()),
    ///     Err(NotKept { session: Some(session), error, .. }) => println!("{error}; still here: {session:?}"),
    ///     Err(NotKept { error, .. }) => println!("stored once the store is there again: {error}"),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotKept`] with the session in it, if the key is of another provider, the session of a client that is not
    /// registered or of another account than what is under the key, or a shutdown has begun; without, if the store could
    /// not be reached in time: the session is stored once it can.
    pub async fn keep<P: Provider, G: OfferedBy<P>>(
        &self,
        key: &AccountKey,
        session: Session<P, G, Authorized>,
    ) -> Result<Account, NotKept<P, G>> {
        let fits = async {
            expect_provider(key, P::NAME)?;
            let client = self.inner.clients.find(session.client().identity())?;
            Ok((client, Before::look(&self.inner, key).await?))
        };
        let (client, before) = match fits.await {
            Ok(fits) => fits,
            Err(error) => return Err(NotKept { session: Some(Box::new(session)), error }),
        };
        let (typed, record) = (session.client().clone(), session.into_record());
        let (inner, owned, ours) = (self.inner.clone(), key.clone(), record.clone());
        let kept = self.own(async move { connect(&inner, &owned, &*client, ours, before).await }).await;
        kept.map(|()| self.account(key)).map_err(|error| {
            let stored_all_the_same = error.kind() == ErrorKind::TryLater && error.code() != "shutting_down";
            let session = match typed.restore(record) {
                Ok(Standing::Live(session)) if !stored_all_the_same => Some(Box::new(session)),
                _ => None,
            };
            NotKept { session, error }
        })
    }

    /// Runs `work` to its end on a task of the manager's, and waits for it as long as a caller's patience lasts.
    pub(crate) async fn own<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        let Some(running) = self.inner.tasks.begin() else { return Err(shutting_down()) };
        let (answer, answered) = oneshot::channel();
        self.inner.host.spawn(Box::pin(async move {
            let result = work.await;
            drop(running);
            // Whoever asked may have left.
            let _ = answer.send(result);
        }));
        tokio::select! {
            biased;
            result = answered => result.unwrap_or_else(|_| Err(shutting_down())),
            () = self.inner.host.sleep(self.inner.settings.patience) => Err(Error::new(
                ErrorKind::TryLater,
                "busy",
                "it takes longer than the caller's patience, and goes on: ask for the account's status in a while",
            )),
        }
    }
}

/// A session that was not kept.
#[derive(Debug)]
#[non_exhaustive]
pub struct NotKept<P: Provider, G: OfferedBy<P>> {
    /// As it was; `None` if it is being stored all the same.
    pub session: Option<Box<Session<P, G, Authorized>>>,
    /// Why.
    pub error: Error,
}

impl<P: Provider, G: OfferedBy<P>> From<NotKept<P, G>> for Error {
    fn from(not_kept: NotKept<P, G>) -> Self {
        not_kept.error
    }
}

impl<P: Provider, G: OfferedBy<P>> fmt::Display for NotKept<P, G> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(formatter)
    }
}

impl<P: Provider, G: OfferedBy<P>> std::error::Error for NotKept<P, G> {}

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
