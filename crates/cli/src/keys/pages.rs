//! Every row of a store, page by page.

use mailgrant_core::Error;
use mailgrant_storage::{AccountKey, Filter, Row, StatusKind, Vault};

const PAGE: usize = 500;

/// Accounts with notes first, then tombstones: what becomes one meanwhile is met in either case.
pub(super) struct Pages<'a> {
    vault: &'a Vault,
    status: Option<StatusKind>,
    after: Option<AccountKey>,
}

impl<'a> Pages<'a> {
    pub(super) fn of(vault: &'a Vault) -> Self {
        Self { vault, status: None, after: None }
    }

    /// The next page, which is not empty.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<(AccountKey, Row)>>, Error> {
        loop {
            let filter = Filter { status: self.status, ..Filter::default() };
            let page = self.vault.store().list(&filter, self.after.as_ref(), PAGE).await?;
            if let Some((last, _)) = page.last() {
                self.after = Some(last.clone());
                return Ok(Some(page));
            }
            if self.status.is_some() {
                return Ok(None);
            }
            (self.status, self.after) = (Some(StatusKind::Disconnected), None);
        }
    }
}
