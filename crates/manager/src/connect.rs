//! Connect: a new consent takes the place of what is there, if it is of the same account.

use mailgrant_core::{AnyClient, Error, ErrorKind, TokenRecord};
use mailgrant_storage::{AccountKey, Row, Status, Version};

use crate::{
    manager::Inner,
    save::{self, Pause},
};

/// Stores the record of a new consent in place of what is there, for as long as it takes.
pub(crate) async fn connect(
    inner: &Inner,
    key: &AccountKey,
    client: &dyn AnyClient,
    record: TokenRecord,
) -> Result<(), Error> {
    let (record, unnamed) = named(client, record).await;
    let stored = store(inner, key, client, &record, unnamed).await;
    if stored.as_ref().is_err_and(|error| error.code() == "account_mismatch") {
        // Nobody here will ever use it.
        let _ = client.revoke(&record).await;
    }
    stored
}

async fn store(
    inner: &Inner,
    key: &AccountKey,
    client: &dyn AnyClient,
    record: &TokenRecord,
    unnamed: Option<Error>,
) -> Result<(), Error> {
    let due = inner.draw_due(record);
    let remark = match record.undocumented(client.profile()) {
        Some(fields) => Some(format!("undocumented: {fields}")),
        None => unnamed.as_ref().map(|error| error.code().to_owned()),
    };
    let mut written = None;
    let mut pause = Pause::first();
    loop {
        let result: Result<(), Error> = async {
            let row = inner.vault.store().load(key).await?;
            let expected = row.as_ref().map(|row| row.version);
            if let Some(row) = row.filter(|row| row.status != Status::Disconnected)
                && is_in(inner, key, row, written, record, unnamed.as_ref())?
            {
                return Ok(());
            }
            written = Some(Version::after(expected));
            let since = inner.host.now().duration_since(record.obtained_at()).unwrap_or_default();
            let timing = save::timing(record, due, since);
            inner.vault.put(key, expected, record, timing, remark.as_deref()).await?;
            Ok(())
        }
        .await;
        match result {
            Ok(()) => {
                inner.slot(key).clear();
                return Ok(());
            }
            Err(error) if error.code() == "store_conflict" || error.code() == "store_unavailable" => {
                pause.sleep(inner).await;
            }
            Err(error) => return Err(error),
        }
    }
}

/// Whether the record is in the row already: a put whose answer was lost may have been done. Else what is there has
/// to be of the same account.
fn is_in(
    inner: &Inner,
    key: &AccountKey,
    row: Row,
    written: Option<Version>,
    record: &TokenRecord,
    unnamed: Option<&Error>,
) -> Result<bool, Error> {
    let may_be_ours = written == Some(row.version) && row.status == Status::Active;
    // What does not open can be replaced: there is nothing to compare with.
    let Some(stored) = inner.vault.open(key, row).ok().and_then(|kept| kept.record) else { return Ok(false) };
    if may_be_ours && stored.same_access_token(record) {
        return Ok(true);
    }
    match (stored.account_id(), record.account_id(), unnamed) {
        (Some(old), Some(new), _) if old != new => Err(Error::new(
            ErrorKind::AskUser,
            "account_mismatch",
            "the customer consented with another account of the provider than the one that is connected here: nothing was stored; begin again, logged in to the right one, or disconnect this one first",
        )),
        (Some(_), None, Some(error)) => Err(Error::new(
            ErrorKind::AskUser,
            "account_unverified",
            "the provider did not say which account the customer consented with, so it was not put in the place of the one that is connected: begin the login again",
        )
        .caused_by(error.clone())),
        _ => Ok(false),
    }
}

/// The record with the name of its account, or why that is not known. One question, briefly asked: until the record
/// is stored, it is in this memory alone.
async fn named(client: &dyn AnyClient, record: TokenRecord) -> (TokenRecord, Option<Error>) {
    match client.account_id(&record).await {
        Ok(Some(id)) => (record.of_account(id), None),
        Ok(None) => (record, None),
        Err(error) => (record, Some(error)),
    }
}
