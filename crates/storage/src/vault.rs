//! Vault: a store behind the keys that seal what goes into it.

use std::{fmt, sync::Arc, time::Duration};

use mailgrant_core::{
    Binding, ClientIdentity, Error, ErrorKind, GrantKind, Lookup, PendingAuthorization, RecordFormat, SecretBytes,
    TokenRecord,
};
use secrecy::{ExposeSecret, SecretBox};

use crate::{
    AccountKey, Entry, Filter, KeyRing, KeySource, Row, Sealed, Settlement, Sharing, StatusKind, Store, StoreError,
    Taken, Version, key_source::Keys, place::Place,
};

/// A store, and the keys that seal what goes into it: records and logins in, sealed bytes below.
///
/// Everything is bound to where it lies (tenant, provider, environment, client, account, version), so that a
/// row that was copied to another place does not open there.
#[derive(Clone)]
pub struct Vault {
    store: Arc<dyn Store>,
    keys: Arc<Keys>,
    format: RecordFormat,
}

/// What a vault holds under a key.
#[derive(Debug)]
#[non_exhaustive]
pub struct Kept {
    /// The row as it stands.
    pub row: Row,
    /// The record in it; `None` once it was erased.
    pub record: Option<TokenRecord>,
}

/// What a write says about the record's time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "three columns of the row")]
pub struct Timing {
    /// The life that the access token has left, where known.
    pub expires_in: Option<Duration>,
    /// When a renewal is due for whoever asks; `None` for never.
    pub due_in: Option<Duration>,
    /// When it is renewed although nobody asks; `None` for never.
    pub upkeep_in: Option<Duration>,
}

impl Vault {
    /// A vault over `store`.
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")]
    /// # async fn example() -> Result<(), mailgrant_core::Error> {
    /// # use {mailgrant_storage::{KeyRing, Vault, sqlite::SqliteStore}, std::path::Path};
    /// let directory = Path::new("/var/lib/app");
    /// let ring = KeyRing::from_file(Path::new("/etc/app/sealing.key"), Some(directory))?;
    /// let vault = Vault::new(SqliteStore::open(directory.join("accounts.db")).await?, ring);
    /// # Ok(()) }
    /// ```
    pub fn new(store: impl Store, ring: KeyRing) -> Self {
        Self { store: Arc::new(store), keys: Arc::new(Keys::fixed(ring)), format: RecordFormat::default() }
    }

    /// A vault over `store` whose keys come from `source`, which is asked now, and again when they may have changed.
    ///
    /// # Errors
    ///
    /// Those of `source`.
    pub async fn sourced(store: impl Store, source: impl KeySource) -> Result<Self, Error> {
        let keys = Keys::sourced(source).await?;
        Ok(Self { store: Arc::new(store), keys: Arc::new(keys), format: RecordFormat::default() })
    }

    /// The same vault, which writes records and logins in `format`: once every process that shares the store reads it.
    #[must_use]
    pub fn writing(self, format: RecordFormat) -> Self {
        Self { format, ..self }
    }

    /// Asks the source of the keys again, for all clones of this vault: after a key was added or made the primary one.
    ///
    /// A key that the source names no more goes on opening until the process ends: before it leaves the source, ask
    /// [`expect_unreferenced`](Self::expect_unreferenced). A vault made by [`new`](Self::new) has nobody to ask.
    ///
    /// # Errors
    ///
    /// Those of the source; the keys are what they were.
    pub async fn renew_keys(&self) -> Result<(), Error> {
        self.keys.renew().await
    }

    /// By which [`Store::claim_due`] knows the accounts of this app and grant, whatever their environment.
    #[must_use]
    pub fn client_key(identity: &ClientIdentity, grant: GrantKind) -> String {
        format!("{}/{}/{}", identity.provider, grant.name(), identity.client_id)
    }

    /// The store below. What it returns is sealed.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// What lies under `key`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TryLater`] if the store cannot be reached, [`ErrorKind::Configuration`] if what it holds does
    /// not open.
    pub async fn load(&self, key: &AccountKey) -> Result<Option<Kept>, Error> {
        match self.store.load(key).await? {
            Some(row) => self.open(key, row).await.map(Some),
            None => Ok(None),
        }
    }

    /// Opens a row that came out of the store.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if it does not open, or what the source of the keys says.
    #[expect(clippy::disallowed_methods, reason = "door: opened bytes, into the record that they are")]
    pub async fn open(&self, key: &AccountKey, row: Row) -> Result<Kept, Error> {
        let record = match &row.sealed {
            Some(sealed) => {
                let place = Place::record(key, &row.environment, &row.client_key, row.sealed_for());
                let bytes = self.unseal(&place, sealed).await?;
                Some(TokenRecord::decode(bytes.expose_secret())?)
            }
            None => None,
        };
        Ok(Kept { row, record })
    }

    /// Stores the record of a new consent, if the row is at `expected`; `remark` becomes the cause of its event.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TryLater`] if it is not (code `store_conflict`), or the store cannot be reached.
    pub async fn put(
        &self,
        key: &AccountKey,
        expected: Option<Version>,
        record: &TokenRecord,
        timing: Timing,
        remark: Option<&str>,
    ) -> Result<Version, Error> {
        let entry = self.entry(key, Version::after(expected), record, timing);
        let entry = Entry { remark: remark.map(str::to_owned), ..entry };
        Ok(self.store.put(key, expected, &entry).await?)
    }

    /// The settlement that says: the secret of version `claimed` was renewed into `record`.
    #[must_use]
    pub fn renewed(&self, key: &AccountKey, claimed: Version, record: &TokenRecord, timing: Timing) -> Settlement {
        Settlement::Renewed(self.entry(key, claimed.next(), record, timing))
    }

    /// Whether the key of this id may leave the ring: no account is sealed with it, nor a tombstone. It reads every row.
    ///
    /// Logins on their way are not looked at: ask when the key has not been the primary one for as long as they live.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] (`sealing_key_referenced`) if something is; [`ErrorKind::TryLater`] if the store
    /// cannot be reached.
    pub async fn expect_unreferenced(&self, key_id: &str) -> Result<(), Error> {
        for status in [None, Some(StatusKind::Disconnected)] {
            let filter = Filter { status, ..Filter::default() };
            let mut after = None;
            loop {
                let page = self.store.list(&filter, after.as_ref(), 500).await?;
                if let Some((key, _)) =
                    page.iter().find(|(_, row)| row.sealed.as_ref().is_some_and(|sealed| sealed.key_id == key_id))
                {
                    return Err(Error::new(
                        ErrorKind::Configuration,
                        "sealing_key_referenced",
                        format!("the account {key} is sealed with this key, and others may be: keep it on the ring"),
                    ));
                }
                let Some((last, _)) = page.into_iter().next_back() else { break };
                after = Some(last);
            }
        }
        Ok(())
    }

    /// Seals what lies under `key` with the primary key, if it was sealed with another; whether anything was written.
    ///
    /// Accounts, notes and tombstones alike, so that the other key can leave the ring. No version moves, and a renewal
    /// in flight is not disturbed.
    ///
    /// ```
    /// # use mailgrant_storage::{Filter, StatusKind, Vault};
    /// # async fn example(vault: &Vault) -> Result<(), mailgrant_core::Error> {
    /// // The new key is the first of every process's ring by now; what was sealed before follows it.
    /// for status in [None, Some(StatusKind::Disconnected)] {
    ///     let (filter, mut after) = (Filter { status, ..Filter::default() }, None);
    ///     loop {
    ///         let page = vault.store().list(&filter, after.as_ref(), 500).await?;
    ///         for (key, _) in &page {
    ///             vault.reseal(key).await?;
    ///         }
    ///         let Some((last, _)) = page.into_iter().next_back() else { break };
    ///         after = Some(last);
    ///     }
    /// }
    /// vault.expect_unreferenced("old").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if it does not open; [`ErrorKind::TryLater`] if the store cannot be reached, or the
    /// row goes on changing underneath (`store_conflict`).
    pub async fn reseal(&self, key: &AccountKey) -> Result<bool, Error> {
        let mut tries = 8;
        loop {
            let Some(row) = self.store.load(key).await? else { return Ok(false) };
            let ring = self.keys.ring();
            let Some(sealed) = row.sealed.as_ref().filter(|sealed| sealed.key_id != ring.primary()) else {
                return Ok(false);
            };
            let place = match &*row.client_key {
                NOTE => Place::note(key, row.sealed_for()),
                client_key => Place::record(key, &row.environment, client_key, row.sealed_for()),
            };
            let secret = self.unseal(&place, sealed).await?;
            let sealed = self.seal(&place, &secret);
            match self.store.reseal(key, row.version, &sealed).await {
                // Another secret by now, which is most likely sealed with the primary key.
                Err(StoreError::Conflict(_)) if tries > 1 => tries -= 1,
                answer => return Ok(answer.map(|()| true)?),
            }
        }
    }

    /// Puts a login aside for `ttl`, with whose it is.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TryLater`] if the store cannot be reached.
    #[expect(clippy::disallowed_methods, reason = "door: a login, into bytes that are sealed next")]
    pub async fn put_pending(
        &self,
        key: &AccountKey,
        pending: &PendingAuthorization,
        binding: &Binding,
        ttl: Duration,
    ) -> Result<(), Error> {
        let lookup = pending.lookup(binding);
        let login = frame(key, pending.encode_as(self.format).expose_secret());
        let sealed = self.seal(&Place::pending(&lookup), &login);
        let sharing = if pending.is_marked() { Sharing::Own } else { Sharing::Shared };
        Ok(self.store.put_pending(key, &lookup, &sealed, sharing, ttl).await?)
    }

    /// Takes a login that was put aside, once.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::AskUser`] if there is none (`login_unknown`), it was taken before (`login_used`) or its life is
    /// over (`login_expired`); [`ErrorKind::TryLater`] if the store cannot be reached.
    #[expect(clippy::disallowed_methods, reason = "door: opened bytes, into the login that they are")]
    pub async fn take_pending(&self, lookup: &Lookup) -> Result<(AccountKey, PendingAuthorization), Error> {
        let ask = |code, message: &'static str| Err(Error::new(ErrorKind::AskUser, code, message));
        match self.store.take_pending(lookup).await? {
            Taken::Pending(sealed) => {
                let login = self.unseal(&Place::pending(lookup), &sealed).await?;
                let (key, pending) = unframe(login.expose_secret())?;
                Ok((key, PendingAuthorization::decode(pending)?))
            }
            Taken::Spent => ask(
                "login_used",
                "this callback was used before: nothing was sent; if the account is not connected, begin the login again",
            ),
            Taken::Expired => {
                ask("login_expired", "this login was begun too long ago: nothing was sent; begin it again")
            }
            Taken::Unknown => ask(
                "login_unknown",
                "no login is waiting for this callback (its `state` is unknown, or another browser began it): nothing was sent; begin the login again",
            ),
        }
    }

    /// Keeps bytes of the application's own under `key`, sealed like a record; no renewal ever touches them.
    /// Give notes a tenant of their own: they are rows like accounts, and listed like them.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put); [`ErrorKind::Configuration`] if there is an account under `key`.
    pub async fn put_note(
        &self,
        key: &AccountKey,
        expected: Option<Version>,
        note: &SecretBytes,
    ) -> Result<Version, Error> {
        if self.store.load(key).await?.is_some_and(|row| row.client_key != NOTE) {
            return Err(Error::new(
                ErrorKind::Configuration,
                "note_over_account",
                "there is an account under this key: a note would take the place of its grant",
            ));
        }
        let sealed = self.seal(&Place::note(key, Version::after(expected)), note);
        let entry = Entry {
            sealed,
            client_key: NOTE.into(),
            environment: NOTE.into(),
            expires_in: None,
            due_in: None,
            upkeep_in: None,
            remark: None,
        };
        Ok(self.store.put(key, expected, &entry).await?)
    }

    /// The bytes that [`put_note`](Self::put_note) kept, with their version.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub async fn load_note(&self, key: &AccountKey) -> Result<Option<(Version, Option<SecretBytes>)>, Error> {
        let Some(row) = self.store.load(key).await? else { return Ok(None) };
        let note = match &row.sealed {
            Some(sealed) => Some(self.unseal(&Place::note(key, row.sealed_for()), sealed).await?),
            None => None,
        };
        Ok(Some((row.version, note)))
    }

    fn entry(&self, key: &AccountKey, version: Version, record: &TokenRecord, timing: Timing) -> Entry {
        let identity = record.identity();
        let client_key = Self::client_key(identity, record.grant());
        let place = Place::record(key, &identity.environment, &client_key, version);
        let sealed = self.seal(&place, &record.encode_as(self.format));
        Entry {
            sealed,
            environment: identity.environment.clone(),
            expires_in: timing.expires_in,
            due_in: timing.due_in,
            upkeep_in: timing.upkeep_in,
            client_key,
            remark: None,
        }
    }

    fn seal(&self, place: &Place, secret: &SecretBytes) -> Sealed {
        let ring = self.keys.ring();
        ring.seal(&place.under(ring.primary()), secret)
    }

    async fn unseal(&self, place: &Place, sealed: &Sealed) -> Result<SecretBytes, Error> {
        self.keys.open(&place.under(&sealed.key_id), sealed).await
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Vault").field("keys", &self.keys).finish_non_exhaustive()
    }
}

/// The client key and environment of a row that holds a note.
const NOTE: &str = "note";

/// Whose login it is, before the login: three texts with their lengths.
fn frame(key: &AccountKey, pending: &[u8]) -> SecretBytes {
    let mut bytes = Vec::with_capacity(pending.len() + 1024);
    for part in [key.tenant(), key.provider(), key.account()] {
        // A part has 200 bytes at most.
        bytes.push(u8::try_from(part.len()).unwrap_or(u8::MAX));
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes.extend_from_slice(pending);
    SecretBox::new(Box::new(bytes))
}

fn unframe(bytes: &[u8]) -> Result<(AccountKey, &[u8]), Error> {
    let malformed =
        || Error::new(ErrorKind::Configuration, "record_unreadable", "what was stored is no login of mailgrant's");
    let mut rest = bytes;
    let mut part = || -> Option<&str> {
        let (length, after) = rest.split_first()?;
        let (part, after) = after.split_at_checked(usize::from(*length))?;
        rest = after;
        std::str::from_utf8(part).ok()
    };
    let (Some(tenant), Some(provider), Some(account)) = (part(), part(), part()) else { return Err(malformed()) };
    Ok((AccountKey::new(tenant, provider, account)?, rest))
}
