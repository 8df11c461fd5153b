//! Connect: a new consent takes the place of what was there when it came, if it is of the same account.

use mailgrant_core::{AnyClient, Error, ErrorKind, TokenRecord};
use mailgrant_storage::{AccountKey, Row, Status, Version};

use crate::{disconnect::told_by, manager::Inner, save::Pause};

/// What stood there before anything was spent for the new consent.
pub(crate) struct Before {
    version: Option<Version>,
    stored: Option<TokenRecord>,
}

impl Before {
    /// Looks, before anything is spent: what cannot be opened for now is not to be replaced without a comparison.
    pub(crate) async fn look(inner: &Inner, key: &AccountKey) -> Result<Self, Error> {
        let mut pause = Pause::first();
        for _ in 0..4 {
            match inner.vault.store().load(key).await {
                Ok(row) => return Self::of(inner, key, row).await,
                Err(_) => pause.sleep(inner).await,
            }
        }
        Self::of(inner, key, inner.vault.store().load(key).await?).await
    }

    async fn of(inner: &Inner, key: &AccountKey, row: Option<Row>) -> Result<Self, Error> {
        let Some(row) = row else { return Ok(Self { version: None, stored: None }) };
        let version = Some(row.version);
        let stored = if row.status == Status::Disconnected { None } else { opened(inner, key, row).await? };
        Ok(Self { version, stored })
    }
}

/// What is damaged can be replaced, since there is nothing to compare with; what this process cannot read is not.
async fn opened(inner: &Inner, key: &AccountKey, row: Row) -> Result<Option<TokenRecord>, Error> {
    match inner.vault.open(key, row).await {
        Ok(kept) => Ok(kept.record),
        Err(error) if is_damaged(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(crate) fn is_damaged(error: &Error) -> bool {
    matches!(error.code(), "seal_broken" | "record_unreadable")
}

/// Stores the record of a new consent, for as long as it takes.
pub(crate) async fn connect(
    inner: &Inner,
    key: &AccountKey,
    client: &dyn AnyClient,
    record: TokenRecord,
    before: Before,
) -> Result<(), Error> {
    let (record, unnamed) = named(inner, client, record, before.stored.as_ref()).await;
    let record = of_the_same(before.stored.as_ref(), record, unnamed.as_ref())?;
    let stored = put(inner, key, client, &record, before.version, unnamed.as_ref()).await;
    if stored.as_ref().is_err_and(|error| error.code() == "account_disconnected") && told_by(client) {
        // Nobody here will ever use it.
        let _ = client.revoke(&record).await;
    }
    stored.inspect(|()| inner.slot(key).clear())
}

/// Puts the record over what was there before it came. Whoever renewed that meanwhile is overtaken; whoever gave the
/// account up is not.
async fn put(
    inner: &Inner,
    key: &AccountKey,
    client: &dyn AnyClient,
    record: &TokenRecord,
    before: Option<Version>,
    unnamed: Option<&Error>,
) -> Result<(), Error> {
    let schedule = inner.schedule(client, record, true);
    let remark = match record.undocumented(client.profile()) {
        Some(fields) => Some(format!("undocumented: {fields}")),
        None => unnamed.map(|error| error.code().to_owned()),
    };
    let (mut over, mut may_be_done) = (before, false);
    let mut pause = Pause::first();
    loop {
        let since = inner.host.now().duration_since(record.obtained_at()).unwrap_or_default();
        let timing = schedule.timing(since);
        match inner.vault.put(key, over, record, timing, remark.as_deref()).await {
            Ok(_) => return Ok(()),
            // The same put again: it names what it replaces, so that it is done once.
            Err(error) if error.code() == "store_unavailable" => may_be_done = true,
            Err(error) if error.code() == "store_conflict" => {
                if let Ok(row) = inner.vault.store().load(key).await {
                    match meanwhile(inner, key, row, record, over, before, may_be_done).await? {
                        Meanwhile::Done => return Ok(()),
                        Meanwhile::Over(version) => (over, may_be_done) = (version, false),
                    }
                }
            }
            Err(error) => return Err(error),
        }
        pause.sleep(inner).await;
    }
}

enum Meanwhile {
    /// The record is in, or was, and what stands there came after it.
    Done,
    /// It is not: this is what it goes over now.
    Over(Option<Version>),
}

/// What became of a put that met another version than it named.
async fn meanwhile(
    inner: &Inner,
    key: &AccountKey,
    row: Option<Row>,
    record: &TokenRecord,
    over: Option<Version>,
    before: Option<Version>,
    may_be_done: bool,
) -> Result<Meanwhile, Error> {
    let Some(row) = row else { return Ok(Meanwhile::Over(None)) };
    let version = row.version;
    let buried = row.status == Status::Disconnected && before != Some(version);
    let stored = if buried { None } else { opened(inner, key, row).await? };
    if may_be_done {
        let ours = stored.as_ref().is_some_and(|stored| stored.same_access_token(record));
        if ours || (version != Version::after(over) && !buried) {
            return Ok(Meanwhile::Done);
        }
    }
    if buried {
        return Err(Error::new(
            ErrorKind::AskUser,
            "account_disconnected",
            "the account was disconnected while this consent came in: nothing is connected; begin the login again",
        ));
    }
    of_the_same(stored.as_ref(), record.clone(), None).map(|_| Meanwhile::Over(Some(version)))
}

/// The record, if it is of the same account as what is stored, as far as the provider says.
fn of_the_same(
    stored: Option<&TokenRecord>,
    record: TokenRecord,
    unnamed: Option<&Error>,
) -> Result<TokenRecord, Error> {
    let Some((stored, old)) = stored.and_then(|stored| Some((stored, stored.account_id()?))) else { return Ok(record) };
    match record.account_id() {
        Some(new) if new == old => Ok(record),
        Some(_) => Err(Error::new(
            ErrorKind::AskUser,
            "account_mismatch",
            "the customer consented with another account of the provider than the one that is connected here: nothing was stored; begin again, logged in to the right one, or disconnect this one first",
        )),
        // Another environment may have no way to say it.
        None if unnamed.is_none() && stored.identity().environment != record.identity().environment => {
            let old = old.to_owned();
            Ok(record.of_account(old))
        }
        None => {
            let error = Error::new(
                ErrorKind::AskUser,
                "account_unverified",
                "the provider did not say which account the customer consented with, so it was not put in the place of the one that is connected: begin the login again",
            );
            Err(match unnamed {
                Some(cause) => error.caused_by(cause.clone()),
                None => error,
            })
        }
    }
}

/// The record with the name of its account, or why that is not known. Until the record is stored it is in this memory
/// alone, so it is asked for briefly, and again only if it has to be compared.
async fn named(
    inner: &Inner,
    client: &dyn AnyClient,
    record: TokenRecord,
    stored: Option<&TokenRecord>,
) -> (TokenRecord, Option<Error>) {
    let tries = if stored.is_some_and(|stored| stored.account_id().is_some()) { 3 } else { 1 };
    let mut pause = Pause::first();
    let mut told = client.account_id(&record).await;
    for _ in 1..tries {
        if told.is_ok() {
            break;
        }
        pause.sleep(inner).await;
        told = client.account_id(&record).await;
    }
    match told {
        Ok(Some(id)) => (record.of_account(id), None),
        Ok(None) => (record, None),
        Err(error) => (record, Some(error)),
    }
}
