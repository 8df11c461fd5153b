//! Home: where things lie unless the command line says otherwise.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use etcetera::{BaseStrategy, choose_base_strategy};

use crate::exit::{Exit, Stop};

/// The sealing key's file, in the configuration directory.
pub(crate) fn key_file() -> Result<PathBuf, Stop> {
    Ok(strategy()?.config_dir().join("mailgrant").join("sealing-key"))
}

/// The store's file, in the data directory.
pub(crate) fn store_file() -> Result<PathBuf, Stop> {
    let strategy = strategy()?;
    // Windows has one roaming directory for both, and the key must not lie beside the store.
    let data = if cfg!(windows) { strategy.cache_dir() } else { strategy.data_dir() };
    Ok(data.join("mailgrant").join("mailgrant.db"))
}

/// Makes the folder that `file` lies in, for its owner alone; one that is there stays as it is.
pub(crate) fn make_folder_of(file: &Path) -> Result<&Path, Stop> {
    let folder = file.parent().unwrap_or(file);
    make(folder).map_err(|error| {
        Stop::new(Exit::Configuration, format!("the folder cannot be made ({error}): choose another")).about(folder)
    })?;
    Ok(folder)
}

fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn strategy() -> Result<impl BaseStrategy, Stop> {
    choose_base_strategy().map_err(|_| {
        Stop::new(
            Exit::Configuration,
            "there is no home directory to keep anything in: set HOME, or name --store and --key-file",
        )
    })
}
