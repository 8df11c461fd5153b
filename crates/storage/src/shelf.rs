//! A store on anything that keeps bytes in order: a backend of one's own in three verbs.

mod change;
mod events;
mod names;
mod pages;
mod records;
mod store;
#[cfg(test)]
mod tests;

use std::{fmt, time::Duration};

use async_trait::async_trait;
use futures_util::lock::Mutex;

use crate::StoreError;

/// How the records are named and written, as text.
const FORMAT: &str = "1";

/// The name of a record, with what is to stand there: `None` for nothing.
pub type Write = (Vec<u8>, Option<Vec<u8>>);

/// An ordered map of bytes that changes as a whole: what a database has to be to carry a [`ShelfStore`].
///
/// Names are up to a thousand bytes or so, longer only where an app's client id is. Values are a few kilobytes. A scan is
/// for some hundred records at most, a swap writes fewer than a hundred. Where the map is shared with other things, give
/// every name a prefix on its way in and take it off on its way out.
///
/// Nothing is to be retried here: an error that leaves open whether a swap was made is a
/// [`StoreError::Unavailable`], and whoever asked asks again.
#[async_trait]
pub trait Shelf: Send + Sync + 'static {
    /// The time since the Unix epoch, by one clock for everybody who uses the shelf.
    async fn now(&self) -> Result<Duration, StoreError>;

    /// The records whose names lie from `from` up to, but not including, `until`, which is behind it: the first `limit` of
    /// them in order of name, byte by byte, as they all are at one moment. Whatever [`swap`](Self::swap) has answered for
    /// is in it, whoever asked for that.
    async fn scan(&self, from: &[u8], until: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError>;

    /// In one atomic step: looks whether under `name` there stands still `was` (`None`: nothing), and if so makes all of
    /// `writes`, of which one is to `name` itself, and no two are to the same record. Whether it did.
    ///
    /// Once it has answered `true` they are there to stay, whatever happens to this process or its machine.
    async fn swap(&self, name: &[u8], was: Option<&[u8]>, writes: &[Write]) -> Result<bool, StoreError>;
}

/// A [`Store`](crate::Store) on a [`Shelf`].
///
/// It does what each verb means, keeps the indexes by which rows are found, numbers the events, sweeps logins that are
/// over. The changes of one shelf come one after another, whoever makes them: each moves one number, and is decided
/// anew if another moved it meanwhile. A future that is dropped on the way changes nothing or everything.
///
/// A backend is the shelf, and the suite that it has to pass: `docs/adding-a-store.md` walks through one.
pub struct ShelfStore<S> {
    shelf: S,
    /// Where those of this process wait whose change came too late.
    line: Mutex<()>,
}

impl<S: Shelf> ShelfStore<S> {
    /// The store on `shelf`, which is empty or holds one already.
    ///
    /// # Errors
    ///
    /// [`StoreError::Incompatible`] if a newer build wrote what is there, which is left as it is; else what the shelf
    /// answers.
    pub async fn open(shelf: S) -> Result<Self, StoreError> {
        let store = Self { shelf, line: Mutex::new(()) };
        let format = Some(FORMAT.as_bytes());
        let mut found = store.read(names::FORMAT).await?;
        if found.is_none() {
            let written = [(names::FORMAT.to_vec(), format.map(Vec::from))];
            found = match store.shelf.swap(names::FORMAT, None, &written).await? {
                true => format.map(Vec::from),
                false => store.read(names::FORMAT).await?,
            };
        }
        if found.as_deref() == format {
            return Ok(store);
        }
        let found = String::from_utf8_lossy(found.as_deref().unwrap_or_default()).into_owned();
        Err(StoreError::Incompatible(format!("records of format {found:?}; this build knows format {FORMAT}")))
    }

    /// The shelf below. What is written there beside the store is not the store's any more.
    pub const fn shelf(&self) -> &S {
        &self.shelf
    }
}

/// Without what it holds.
impl<S> fmt::Debug for ShelfStore<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ShelfStore").finish_non_exhaustive()
    }
}
