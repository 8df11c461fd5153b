//! The store's files, read as bytes.

use std::{fs, io, path::Path};

use secrecy::{ExposeSecret, SecretString};

/// Every byte in the files of a folder.
pub(super) struct Files(Vec<Vec<u8>>);

impl Files {
    pub(super) fn read(folder: &Path) -> io::Result<Self> {
        fs::read_dir(folder)?.map(|file| fs::read(file?.path())).collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Whether this text stands somewhere in them.
    pub(super) fn hold(&self, text: &str) -> bool {
        let wanted = text.as_bytes();
        !wanted.is_empty() && self.0.iter().any(|file| file.windows(wanted.len()).any(|bytes| bytes == wanted))
    }

    #[expect(clippy::disallowed_methods, reason = "door: to look for it where it must not be")]
    pub(super) fn hold_secret(&self, secret: &SecretString) -> bool {
        self.hold(secret.expose_secret())
    }
}
