//! A temporary folder outside of the checkout.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
};

use crate::failure::{Failure, Outcome};

/// Removed when dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// A folder of this process, named after what is `what` in it.
    pub(crate) fn outside_of(checkout: &Path, what: &str) -> Outcome<Self> {
        let path = env::temp_dir().join(format!("mailgrant-{what}-{}", process::id()));
        if path.starts_with(checkout) {
            return Failure::because(format!("{} lies in the checkout; set TMPDIR to another place", path.display()));
        }
        fs::create_dir_all(&path).map_err(Failure::of(format!("{} cannot be made", path.display())))?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays behind is in a temporary place.
        let _ = fs::remove_dir_all(&self.0);
    }
}
