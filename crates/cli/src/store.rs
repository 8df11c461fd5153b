//! Opening the store, with the key that seals it.

use std::{
    path::{Path, PathBuf, absolute},
    str::FromStr,
};

use mailgrant_core::Error;
use mailgrant_storage::{KeyRing, Vault, sqlite::SqliteStore};

use crate::{
    exit::{Exit, Stop},
    home,
};

/// Where the store is, as `--store` names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoreAddress(PathBuf);

impl FromStr for StoreAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (scheme, path) = text.split_once(':').unwrap_or(("", text));
        if scheme != "sqlite" {
            return Err("a store is `sqlite:PATH`, a file on this machine; no other kind is built in".to_owned());
        }
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path == ":memory:" {
            return Err("a store is `sqlite:PATH`, and PATH a file that outlives this command".to_owned());
        }
        Ok(Self(path.into()))
    }
}

/// Opens the store; what is missing is made, the key file as well.
pub(crate) async fn open(store: Option<&StoreAddress>, key_file: Option<&Path>) -> Result<Vault, Stop> {
    let store = whole(&store.map_or_else(home::store_file, |address| Ok(address.0.clone()))?);
    let key_file = whole(&key_file.map_or_else(home::key_file, |path| Ok(path.to_owned()))?);
    let folder = home::make_folder_of(&store)?;
    home::make_folder_of(&key_file)?;
    let about_key = |error: Error| Stop::from(error).about(&key_file);
    // In this order: whoever made the store made its key before.
    let store_is_there = store.metadata().is_ok_and(|store| store.len() > 0);
    if !key_file.exists() {
        if store_is_there {
            return Err(match KeyRing::from_file(&key_file, Some(folder)) {
                Err(error) if error.code() == "sealing_key_beside_store" => about_key(error),
                _ => key_is_missing(&key_file, &store),
            });
        }
        KeyRing::create_file(&key_file, Some(folder)).map_err(about_key)?;
    }
    let ring = KeyRing::from_file(&key_file, Some(folder)).map_err(about_key)?;
    let opened = SqliteStore::open(&store).await.map_err(|error| Stop::from(Error::from(error)).about(&store))?;
    Ok(Vault::new(opened, ring))
}

/// A new key would open nothing of what is there, and would be one more to lose.
fn key_is_missing(key_file: &Path, store: &Path) -> Stop {
    let (key_file, store) = (key_file.display(), store.display());
    Stop::new(
        Exit::Configuration,
        format!("{key_file}: the sealing key is missing, and {store} was sealed with it: nothing was changed"),
    )
    .next("bring the key back from its copy, or name it with --key-file; if it is lost, move the store away and connect the accounts again")
}

/// With its folder named, so that the key's and the store's can be compared.
fn whole(path: &Path) -> PathBuf {
    absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_a_sqlite_file() {
        for (text, path) in [("sqlite:a.db", "a.db"), ("sqlite:///a/b.db", "/a/b.db"), ("sqlite:/a b", "/a b")] {
            assert_eq!(text.parse(), Ok(StoreAddress(path.into())), "{text}");
        }
        for bad in ["", "a.db", "/a/b.db", "postgres://h/db", "sqlite:", "sqlite::memory:", "redis:x"] {
            assert!(bad.parse::<StoreAddress>().is_err(), "{bad}");
        }
    }
}
