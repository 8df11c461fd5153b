//! Opening the store, with the key that seals it.

mod address;
mod naming;
mod server;

use std::path::{Path, PathBuf, absolute};

use mailgrant_core::Error;
use mailgrant_storage::{KeyRing, Vault, sqlite::SqliteStore};

pub(crate) use self::address::{Server, StoreAddress};
use self::naming::Naming;
use crate::{
    args::Places,
    exit::{Exit, Stop},
    home,
};

/// Nothing is named otherwise.
const UNNAMED: Naming = Naming { schema: None, prefix: None, pgbouncer: false };

/// Where the store lies, with where its keys do.
#[derive(Debug)]
pub(crate) struct Lair<'a> {
    pub(crate) store: Place<'a>,
    pub(crate) key_file: PathBuf,
}

/// Where a store lies.
#[derive(Debug)]
pub(crate) enum Place<'a> {
    File(PathBuf, &'a Naming),
    Server(&'a Server),
}

impl Lair<'_> {
    /// Where no key may lie.
    pub(crate) fn forbidden(&self) -> Option<&Path> {
        match &self.store {
            Place::File(store, _) => Some(store.parent().unwrap_or(store)),
            Place::Server(_) => None,
        }
    }

    /// The ring that the key file holds.
    pub(crate) fn ring(&self) -> Result<KeyRing, Stop> {
        KeyRing::from_file(&self.key_file, self.forbidden()).map_err(|error| self.about_keys(error))
    }

    /// Makes a key file with one key in it, unless there is one.
    pub(crate) fn make_key(&self) -> Result<(), Stop> {
        home::make_folder_of(&self.key_file)?;
        KeyRing::create_file(&self.key_file, self.forbidden()).map_err(|error| self.about_keys(error))
    }

    pub(crate) fn about_keys(&self, error: Error) -> Stop {
        Stop::from(error).about(&self.key_file)
    }
}

/// Where the store lies; a server wants its key file named.
pub(crate) fn find(places: &Places) -> Result<Lair<'_>, Stop> {
    let key_file = places.key_file.as_deref();
    match place(places)? {
        Place::Server(server) => {
            let Some(key_file) = key_file else { return Err(key_is_unnamed(server)) };
            Ok(Lair { store: Place::Server(server), key_file: whole(key_file) })
        }
        store @ Place::File(..) => {
            let key_file = key_file.map_or_else(home::key_file, |path| Ok(path.to_owned()))?;
            Ok(Lair { store, key_file: whole(&key_file) })
        }
    }
}

/// Opens the store; what is missing is made, but for the keys of a store on a server.
pub(crate) async fn open(places: &Places) -> Result<Vault, Stop> {
    open_or_make(places, true).await
}

/// Opens the store to look at it: no schema of a server's is made or migrated. One in a file is, if the file is there.
pub(crate) async fn open_to_look(places: &Places) -> Result<Vault, Stop> {
    open_or_make(places, false).await
}

async fn open_or_make(places: &Places, migrates: bool) -> Result<Vault, Stop> {
    let lair = find(places)?;
    match &lair.store {
        Place::File(store, naming) => open_file(&lair, store, naming).await,
        Place::Server(server) => {
            if !lair.key_file.exists() {
                return Err(no_key_yet(&lair.key_file, server));
            }
            server.open(lair.ring()?, migrates).await
        }
    }
}

/// Opens the store for those who open nothing that is sealed: a server needs no key for it.
pub(crate) async fn open_sealed(places: &Places) -> Result<Vault, Stop> {
    match place(places)? {
        Place::Server(server) => server.open(KeyRing::ephemeral(), true).await,
        Place::File(..) => open(places).await,
    }
}

/// Where the store is, whatever is with its keys.
pub(crate) fn place(places: &Places) -> Result<Place<'_>, Stop> {
    Ok(match &places.store {
        Some(StoreAddress::Server(server)) => Place::Server(server),
        Some(StoreAddress::File(path, naming)) => Place::File(whole(path), naming),
        Some(StoreAddress::Unfit(why)) => return Err(address::unfit(why)),
        None => Place::File(whole(&home::store_file()?), &UNNAMED),
    })
}

async fn open_file(lair: &Lair<'_>, store: &Path, naming: &Naming) -> Result<Vault, Stop> {
    home::make_folder_of(store)?;
    home::make_folder_of(&lair.key_file)?;
    // In this order: whoever made the store made its key before.
    let store_is_there = store.metadata().is_ok_and(|store| store.len() > 0);
    if !lair.key_file.exists() {
        if store_is_there {
            return Err(match KeyRing::from_file(&lair.key_file, lair.forbidden()) {
                Err(error) if error.code() == "sealing_key_beside_store" => lair.about_keys(error),
                _ => key_is_missing(&lair.key_file, &store.display().to_string()).next("bring the key back from its copy, or name it with --key-file; if it is lost, move the store away and connect the accounts again"),
            });
        }
        lair.make_key()?;
    }
    let ring = lair.ring()?;
    let builder = SqliteStore::builder(store).table_prefix(naming.table_prefix()?);
    let opened = builder.open().await.map_err(|error| Stop::from(Error::from(error)).about(store))?;
    Ok(Vault::new(opened, ring))
}

/// One that was made here would be another one than everybody else's.
fn no_key_yet(key_file: &Path, server: &Server) -> Stop {
    let sentence = format!("{}: the sealing key of {} is missing", key_file.display(), server.name());
    Stop::new(Exit::Configuration, sentence)
        .next("bring it from where the store is used already; `mailgrant keys add` makes the first one of a new store")
}

/// A new key would open nothing of what is there, and would be one more to lose.
pub(crate) fn key_is_missing(key_file: &Path, store: &str) -> Stop {
    Stop::new(
        Exit::Configuration,
        format!(
            "{}: the sealing key is missing, and {store} was sealed with it: nothing was changed",
            key_file.display()
        ),
    )
}

/// A default would be another one on each machine.
fn key_is_unnamed(server: &Server) -> Stop {
    Stop::new(
        Exit::Configuration,
        format!("{}: a store on a server has no directory that says where its key is", server.name()),
    )
    .next("name the key file with --key-file or in MAILGRANT_KEY_FILE; every process of the store has the same")
}

/// With its folder named, so that the key's and the store's can be compared.
fn whole(path: &Path) -> PathBuf {
    absolute(path).unwrap_or_else(|_| path.to_owned())
}
