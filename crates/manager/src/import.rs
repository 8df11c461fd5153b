//! Import: a grant that other code obtained becomes an account, if there is none.

use mailgrant_core::{AnyClient, Error, ErrorKind, TokenRecord};
use mailgrant_storage::{AccountKey, Kept, Row, Status, Version};

use crate::{Account, Manager, login::expect_provider, manager::Inner};

/// What the event of it says.
const REMARK: &str = "imported";

impl Manager {
    /// Takes in the record of a grant that [other code obtained](mailgrant_core::Client::import), if nothing is
    /// connected under `key`. Nothing is sent: it is renewed when that is due.
    ///
    /// Said again with the same tokens it does nothing, so that whoever was interrupted asks again. From the moment on
    /// at which it is asked for, nobody else may refresh the grant.
    ///
    /// ```
    /// # use {mailgrant_core::*, mailgrant_manager::*, mailgrant_storage::*};
    /// # async fn example(manager: Manager, key: AccountKey, record: TokenRecord) -> Result<(), Error> {
    /// match manager.import(&key, record).await {
    ///     Ok(account) => println!("{} is kept here", account.key()),
    ///     Err(error) if error.code() == "account_connected" => println!("something else is: {error}"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if an account is connected under the key that has other tokens
    /// (`account_connected`), a grant that was given up there is still to be given back (`revocation_owed`), the key is
    /// of another provider, or the record of a client that is not registered; [`ErrorKind::TryLater`] if the store
    /// cannot be reached.
    pub async fn import(&self, key: &AccountKey, record: TokenRecord) -> Result<Account, Error> {
        expect_provider(key, &record.identity().provider)?;
        let client = self.inner.clients.find(record.identity())?;
        let (inner, owned) = (self.inner.clone(), key.clone());
        self.own(async move { import(&inner, &owned, &*client, &record).await }).await?;
        Ok(self.account(key))
    }
}

async fn import(inner: &Inner, key: &AccountKey, client: &dyn AnyClient, record: &TokenRecord) -> Result<(), Error> {
    let schedule = inner.schedule(client, record, true);
    loop {
        let Some(over) = place(inner.vault.load(key).await?, record)? else { return Ok(()) };
        let since = inner.host.now().duration_since(record.obtained_at()).unwrap_or_default();
        match inner.vault.put(key, over, record, schedule.timing(since), Some(REMARK)).await {
            // Somebody was faster: what is there by now is looked at as what was there before.
            Err(error) if error.code() == "store_conflict" => {}
            put => {
                inner.slot(key).clear();
                return put.map(drop);
            }
        }
    }
}

/// What the record may go over; `None` if it is in.
fn place(kept: Option<Kept>, record: &TokenRecord) -> Result<Option<Option<Version>>, Error> {
    match kept {
        None => Ok(Some(None)),
        Some(Kept { row: Row { status: Status::Disconnected, sealed: Some(_), .. }, .. }) => Err(owed()),
        Some(Kept { row: Row { status: Status::Disconnected, version, .. }, .. }) => Ok(Some(Some(version))),
        Some(Kept { record: Some(stored), .. }) if is_same(&stored, record) => Ok(None),
        Some(_) => Err(connected()),
    }
}

fn is_same(stored: &TokenRecord, record: &TokenRecord) -> bool {
    stored.same_refresh_token(record) && stored.same_access_token(record)
}

fn connected() -> Error {
    Error::new(
        ErrorKind::Configuration,
        "account_connected",
        "an account is connected here under this key, with other tokens: nothing was stored; if the others are the good ones, disconnect it first",
    )
}

fn owed() -> Error {
    Error::new(
        ErrorKind::Configuration,
        "revocation_owed",
        "the account under this key was given up, and its grant is still to be given back: disconnect it once more first",
    )
}
