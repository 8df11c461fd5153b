//! Account: a handle on one account that is kept alive.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use mailgrant_core::{Bearer, Error, ErrorKind, TokenSource};
use mailgrant_storage::{AccountKey, Version};

use crate::{
    Manager,
    current::{Current, Phase},
    flight,
    look::life_too_short,
    manager::Inner,
    rejected,
    slot::{Slot, Want},
};

/// A handle on one account: cheap to clone, good to keep. Making one does no I/O.
#[derive(Clone, Debug)]
pub struct Account {
    inner: Arc<Inner>,
    slot: Arc<Slot>,
}

impl Account {
    pub(crate) fn new(inner: Arc<Inner>, slot: Arc<Slot>) -> Self {
        Self { inner, slot }
    }

    /// Whose.
    #[must_use]
    pub fn key(&self) -> &AccountKey {
        &self.slot.key
    }

    /// A token that is good now: from memory, else from the row, else from one renewal for all who wait.
    ///
    /// Ahead of its end a token is renewed while callers keep getting it; near its end they wait, for as long
    /// as the manager's patience. Dropping this future loses nothing.
    ///
    /// ```
    /// # use {mailgrant_core::*, mailgrant_manager::*, mailgrant_storage::*};
    /// # use mailgrant_core::http::Method;
    /// # async fn example(account: Account, client: &dyn AnyClient) -> Result<(), Error> {
    /// match account.token().await {
    ///     Ok(bearer) => println!("{}", client.send(bearer.request(Method::GET, "/accounts")?).await?.status()),
    ///     Err(error) if error.kind() == ErrorKind::AskUser => println!("connect {} again", account.key()),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::AskUser`]: the account is not connected (any more): send the customer through a login.
    /// [`ErrorKind::TryLater`]: no token can be had now. [`ErrorKind::Configuration`]: no account is to blame.
    pub async fn token(&self) -> Result<Bearer, Error> {
        self.token_for(Duration::ZERO).await
    }

    /// As [`token`](Self::token), and good for at least `needed` from now on, where its end is known: for work that
    /// cannot change its token in the middle.
    ///
    /// ```
    /// # use {mailgrant_core::*, mailgrant_manager::*, mailgrant_storage::*, std::time::Duration};
    /// # async fn example(account: Account) -> Result<(), Error> {
    /// let bearer = account.token_for(Duration::from_secs(600)).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`token`](Self::token); [`ErrorKind::Configuration`] with code `life_too_short` if `needed` is more than four
    /// fifths of the life that the account's tokens have: nearly every call would be a renewal.
    pub async fn token_for(&self, needed: Duration) -> Result<Bearer, Error> {
        let whole = self.inner.settings.patience;
        let mut patience = whole;
        self.slot.note_asked();
        if let Some(current) = &*self.slot.current.load() {
            let now = self.inner.host.monotonic();
            if !current.affords(needed) {
                return Err(life_too_short());
            }
            let lasts = needed.is_zero() || current.left(now).is_none_or(|left| left >= needed);
            match current.phase(now) {
                _ if !lasts => {}
                Phase::Good => return Ok(current.bearer.clone()),
                Phase::Stale | Phase::Due => {
                    flight::start(&self.inner, &self.slot);
                    return Ok(current.bearer.clone());
                }
                // Whoever waits is not to wait until the token that there is has ended too.
                Phase::Scarce => patience = current.left(now).map_or(patience, |left| patience.min(left / 2)),
                Phase::Over => {}
            }
        }
        let want = Want { valid_for: needed, ..Want::default() };
        loop {
            match self.wait(want, patience).await {
                Ok(current) => return Ok(current.bearer.clone()),
                // A renewal that failed costs nobody a token that is still good.
                Err(error) => match &*self.slot.current.load() {
                    Some(current) if self.is_still_good(current, want) => return Ok(current.bearer.clone()),
                    // It has ended all the same, so there is nothing to be had by waiting for less.
                    _ if patience < whole && error.code() == "busy" => patience = whole,
                    _ => return Err(error),
                },
            }
        }
    }

    fn is_still_good(&self, current: &Current, want: Want) -> bool {
        let now = self.inner.host.monotonic();
        current.phase(now) != Phase::Over && want.is_met_by(current, now)
    }

    /// The token, if there is one in memory that needs no waiting for. Starts no renewal.
    ///
    /// ```
    /// # use {mailgrant_core::*, mailgrant_manager::*, mailgrant_storage::*};
    /// # async fn example(account: Account) -> Result<(), Error> {
    /// let bearer = match account.try_token() {
    ///     Some(bearer) => bearer,
    ///     None => account.token().await?, // may wait
    /// };
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn try_token(&self) -> Option<Bearer> {
        let current = self.slot.current.load();
        let current = current.as_ref()?;
        matches!(current.phase(self.inner.host.monotonic()), Phase::Good | Phase::Stale | Phase::Due)
            .then(|| current.bearer.clone())
    }

    /// Says that the API rejected `bearer`; a token to try once more with.
    ///
    /// Only the rejection of the newest token renews anything; one renewal serves all who come with it. If a token that
    /// came of a rejection is itself rejected within 30 seconds, and before its end, that is the provider's answer, not a
    /// bad token. Where nothing can be renewed, the account is refused from then on: its customer has to be asked.
    ///
    /// ```
    /// # use {mailgrant_core::*, mailgrant_manager::*, mailgrant_storage::*};
    /// # use mailgrant_core::http::Method;
    /// # async fn example(account: Account, client: &dyn AnyClient) -> Result<(), Error> {
    /// let bearer = account.token().await?;
    /// let mut answer = client.send(bearer.request(Method::GET, "/accounts")?).await?;
    /// if bearer.is_rejected_by(&answer) {
    ///     let another = account.reject(&bearer).await?;
    ///     answer = client.send(another.request(Method::GET, "/accounts")?).await?; // whatever it says now
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`token`](Self::token); [`ErrorKind::TryLater`] with code `rejected_again` if the token was renewed because of a rejection just now.
    pub async fn reject(&self, bearer: &Bearer) -> Result<Bearer, Error> {
        let Some(version) = bearer.version().and_then(Version::from_stored) else {
            return Err(Error::new(
                ErrorKind::Configuration,
                "bearer_foreign",
                "this bearer does not come from a manager",
            ));
        };
        let now = self.inner.host.monotonic();
        if let Some(current) = &*self.slot.current.load() {
            // Another version, or another account's token: what is in memory is not what was rejected.
            let other = current.version != version || current.bearer.header() != bearer.header();
            if other && current.phase(now) != Phase::Over {
                return Ok(current.bearer.clone());
            }
        }
        let renewed = self.renewed_from(version, false).await;
        if renewed.as_ref().is_err_and(|error| error.code() == "not_renewable") {
            let (inner, key) = (self.inner.clone(), self.slot.key.clone());
            let manager = Manager { inner: self.inner.clone() };
            // What the caller hears is true however this ends.
            let _ = manager.own(async move { rejected::end(&inner, &key, version).await }).await;
        }
        renewed
    }

    /// Renews the token now, whatever its life and whatever failed a moment ago: for an operator, after a repair. A
    /// pause that the provider asked for is kept all the same.
    ///
    /// ```
    /// # use {mailgrant_core::*, mailgrant_manager::*, mailgrant_storage::*};
    /// # async fn example(manager: Manager, key: AccountKey) -> Result<(), Error> {
    /// let bearer = manager.account(&key).refresh().await?;
    /// println!("renewed: {:?}", bearer.expires_at());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`token`](Self::token).
    pub async fn refresh(&self) -> Result<Bearer, Error> {
        match self.inner.vault.store().load(&self.slot.key).await? {
            Some(row) => self.renewed_from(row.version, true).await,
            None => self.token().await,
        }
    }

    async fn renewed_from(&self, version: Version, by_hand: bool) -> Result<Bearer, Error> {
        let want = Want { rejected: Some(version), by_hand, ..Want::default() };
        let current = self.wait(want, self.inner.settings.patience).await?;
        Ok(current.bearer.clone())
    }

    async fn wait(&self, want: Want, patience: Duration) -> Result<Arc<Current>, Error> {
        let now = self.inner.host.monotonic();
        if let Some(error) = self.slot.failed_just_now(now).filter(|_| !want.by_hand) {
            return Err(error);
        }
        let sleep = self.inner.host.sleep(patience);
        let landed = async {
            loop {
                let flight = flight::join(&self.inner, &self.slot, want);
                let mut landed = flight.landed;
                let result = match landed.wait_for(Option::is_some).await {
                    Ok(landed) => landed.clone().unwrap_or_else(|| Err(stopped())),
                    Err(_) => Err(stopped()),
                };
                match result {
                    // A flight that was under way for other reasons may land on a token that will not do.
                    Ok(current) if flight.want != want && !want.is_met_by(&current, self.inner.host.monotonic()) => {
                        landed.changed().await.ok();
                    }
                    // Nor is another's failure to find one of a kind the failure to find any.
                    Err(error) if flight.want != want && is_of_the_want(&error) => {
                        landed.changed().await.ok();
                    }
                    Ok(current)
                        if !want.valid_for.is_zero() && !want.is_met_by(&current, self.inner.host.monotonic()) =>
                    {
                        return Err(life_too_short());
                    }
                    Ok(current) if current.outlived(self.inner.host.monotonic()) => return Err(ended()),
                    result => return result,
                }
            }
        };
        tokio::select! {
            biased;
            result = landed => result,
            () = sleep => Err(busy(patience)),
        }
    }
}

#[async_trait]
impl TokenSource for Account {
    async fn token(&self) -> Result<Bearer, Error> {
        self.token().await
    }

    async fn reject(&self, bearer: &Bearer) -> Result<Bearer, Error> {
        self.reject(bearer).await
    }
}

/// Whether an error speaks of the kind of token that was wanted.
pub(crate) fn is_of_the_want(error: &Error) -> bool {
    matches!(error.code(), "life_too_short" | "rejected_again" | "not_renewable")
}

fn stopped() -> Error {
    Error::new(
        ErrorKind::TryLater,
        "renewal_stopped",
        "the renewal was stopped with its runtime: its attempt is stored; try again",
    )
}

fn ended() -> Error {
    Error::new(
        ErrorKind::TryLater,
        "token_ended",
        "the newest token has ended already: the store was away for longer than its life; try again",
    )
}

fn busy(patience: Duration) -> Error {
    Error::new(
        ErrorKind::TryLater,
        "busy",
        "the renewal takes longer than the caller's patience; it goes on: try again",
    )
    .after(patience / 10)
}
