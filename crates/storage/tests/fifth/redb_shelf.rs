//! The fifth backend: a shelf in one redb file, for one process.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use mailgrant_core::Host;
use mailgrant_storage::{
    StoreError,
    shelf::{Shelf, ShelfStore, Write},
};
use redb::{Database, DatabaseError, Durability, ReadableDatabase, ReadableTable, TableDefinition};

const RECORDS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("mailgrant");

/// A store in one redb file: every change is on disk before it is answered.
///
/// redb locks its file, so one process has it at a time. The clock is the machine's.
pub type RedbStore = ShelfStore<RedbShelf>;

/// What lies in the file.
pub struct RedbShelf {
    file: Arc<Database>,
    host: Arc<dyn Host>,
    /// How far tests moved the clock.
    ahead: Mutex<Duration>,
}

impl RedbShelf {
    /// Opens the file at `path`, made if it is missing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] while somebody else has it open, [`StoreError::Unusable`] if it cannot be made or is
    /// no file of redb's, [`StoreError::Incompatible`] if a newer build wrote it.
    pub async fn open(path: &Path, host: Arc<dyn Host>) -> Result<RedbStore, StoreError> {
        let path = path.to_owned();
        let opened = tokio::task::spawn_blocking(move || Database::create(path)).await;
        let file = opened.map_err(StoreError::unavailable)?.map_err(|error| match error {
            DatabaseError::DatabaseAlreadyOpen => StoreError::unavailable(error),
            error => StoreError::Unusable(error.into()),
        })?;
        let shelf = Self { file: Arc::new(file), host, ahead: Mutex::default() };
        shelf.ask(make_table).await?;
        ShelfStore::open(shelf).await
    }

    /// Lets `by` pass for everything that is stored: for tests.
    pub fn advance(&self, by: Duration) {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }

    /// redb waits for the disk, so it is asked on a thread that may wait.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Database) -> Result<T, redb::Error> + Send + 'static,
    ) -> Result<T, StoreError> {
        let file = Arc::clone(&self.file);
        let answer = tokio::task::spawn_blocking(move || question(&file)).await;
        answer.map_err(StoreError::unavailable)?.map_err(StoreError::unavailable)
    }
}

#[async_trait]
impl Shelf for RedbShelf {
    async fn now(&self) -> Result<Duration, StoreError> {
        let ahead = *self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.host.now().duration_since(SystemTime::UNIX_EPOCH).map_err(StoreError::unavailable)?;
        Ok(now + ahead)
    }

    async fn scan(&self, from: &[u8], until: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        let (from, until) = (from.to_vec(), until.to_vec());
        self.ask(move |file| {
            let records = file.begin_read()?.open_table(RECORDS)?;
            let mut found = Vec::new();
            for record in records.range(&*from..&*until)?.take(limit) {
                let (name, value) = record?;
                found.push((name.value().to_vec(), value.value().to_vec()));
            }
            Ok(found)
        })
        .await
    }

    async fn swap(&self, name: &[u8], was: Option<&[u8]>, writes: &[Write]) -> Result<bool, StoreError> {
        let (name, was, writes) = (name.to_vec(), was.map(Vec::from), writes.to_vec());
        self.ask(move |file| {
            let mut change = file.begin_write()?;
            change.set_durability(Durability::Immediate)?;
            {
                let mut records = change.open_table(RECORDS)?;
                if records.get(&*name)?.map(|found| found.value().to_vec()) != was {
                    return Ok(false);
                }
                for (name, value) in &writes {
                    match value {
                        Some(value) => records.insert(&**name, &**value)?,
                        None => records.remove(&**name)?,
                    };
                }
            }
            change.commit()?;
            Ok(true)
        })
        .await
    }
}

/// A reader wants a table that is there.
fn make_table(file: &Database) -> Result<(), redb::Error> {
    let change = file.begin_write()?;
    change.open_table(RECORDS)?;
    change.commit()?;
    Ok(())
}
