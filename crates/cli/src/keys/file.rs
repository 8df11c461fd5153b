//! The key file, as it is changed.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use mailgrant_storage::KeyRing;

use crate::{
    exit::{Exit, Stop},
    store::Lair,
};

/// What a key file holds.
pub(super) struct KeyFile {
    /// Where it really lies: a link to it stays one.
    path: PathBuf,
    text: String,
    /// Whoever has it keeps the others who would change the file waiting.
    lock: Option<fs::File>,
}

impl KeyFile {
    pub(super) fn read(lair: &Lair<'_>) -> Result<Self, Stop> {
        let path = fs::canonicalize(&lair.key_file).map_err(|error| unreadable(&lair.key_file, &error))?;
        Self::read_under(lair, path, None)
    }

    /// Nobody else changes the file until this is dropped.
    pub(super) fn to_change(lair: &Lair<'_>) -> Result<Self, Stop> {
        let path = fs::canonicalize(&lair.key_file).map_err(|error| unreadable(&lair.key_file, &error))?;
        let lock = lock(folder_of(&path));
        Self::read_under(lair, path, lock)
    }

    fn read_under(lair: &Lair<'_>, path: PathBuf, lock: Option<fs::File>) -> Result<Self, Stop> {
        // What is wrong with it is said as elsewhere.
        lair.ring()?;
        let text = fs::read_to_string(&path).map_err(|error| unreadable(&lair.key_file, &error))?;
        KeyRing::parse(&text).map_err(|error| lair.about_keys(error))?;
        Ok(Self { path, text, lock })
    }

    /// The ids in their order; the first one is the primary.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.text.lines().filter_map(id_of)
    }

    pub(super) fn primary(&self) -> &str {
        self.ids().next().unwrap_or_default()
    }

    /// Puts a new key behind the others; its id.
    pub(super) fn add(&mut self) -> Result<String, Stop> {
        let folder = tempfile::tempdir_in(folder_of(&self.path)).map_err(|error| unwritable(&self.path, &error))?;
        let drawn = folder.path().join("key");
        KeyRing::create_file(&drawn, None)?;
        let text = fs::read_to_string(&drawn).map_err(|error| unwritable(&self.path, &error))?;
        let Some((line, id)) = text.lines().find_map(|line| Some((line, id_of(line)?))) else {
            return Err(Stop::new(Exit::Bug, "the new key is no key"));
        };
        if !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        self.text.push_str(line);
        self.text.push('\n');
        Ok(id.to_owned())
    }

    /// Puts the key of this id before the others. What is no key stays where it is.
    pub(super) fn put_first(&mut self, id: &str) {
        let mut lines: Vec<&str> = self.text.lines().collect();
        let place = |wanted: &dyn Fn(&str) -> bool| lines.iter().position(|line| id_of(line).is_some_and(wanted));
        let (Some(first), Some(own)) = (place(&|_| true), place(&|found| found == id)) else { return };
        let line = lines.remove(own);
        lines.insert(first, line);
        self.text = lines.join("\n") + "\n";
    }

    /// Writes it whole beside its place, for its owner alone, then moves it there.
    pub(super) fn write(&self) -> Result<(), Stop> {
        KeyRing::parse(&self.text)?;
        debug_assert!(self.lock.is_some() || cfg!(not(unix)), "somebody else may change it too");
        self.replace().map_err(|error| unwritable(&self.path, &error))
    }

    fn replace(&self) -> io::Result<()> {
        let folder = folder_of(&self.path);
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(self.text.as_bytes())?;
        #[cfg(unix)]
        keep_owner(&self.path, file.as_file())?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        // The new name is to outlive a power cut as the bytes do.
        let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

/// The id in a line that holds a key.
fn id_of(line: &str) -> Option<&str> {
    let line = line.trim();
    let comment = line.is_empty() || line.starts_with('#');
    (!comment).then(|| line.split(char::is_whitespace).next().unwrap_or_default())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

/// Waits for whoever changes a file in the folder just now. Where folders cannot be locked, nobody waits.
fn lock(folder: &Path) -> Option<fs::File> {
    let folder = fs::File::open(folder).ok()?;
    folder.lock().ok()?;
    Some(folder)
}

/// An administrator who changes the file leaves it to whoever reads it.
#[cfg(unix)]
fn keep_owner(old: &Path, new: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let (old, is) = (fs::metadata(old)?, new.metadata()?);
    if (old.uid(), old.gid()) == (is.uid(), is.gid()) {
        return Ok(());
    }
    fchown(new, Some(old.uid()), Some(old.gid()))
}

fn unreadable(path: &Path, error: &io::Error) -> Stop {
    Stop::new(Exit::Configuration, format!("the key file cannot be read: {error}")).about(path)
}

fn unwritable(path: &Path, error: &io::Error) -> Stop {
    Stop::new(Exit::Configuration, format!("the key file cannot be written, and is as it was: {error}")).about(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> KeyFile {
        KeyFile { path: PathBuf::new(), text: text.to_owned(), lock: None }
    }

    #[test]
    fn the_first_key_is_the_primary_one() {
        let mut file = file("# a comment\n\na AAAA\n  b\tBBBB\n# of c\nc CCCC");
        assert_eq!((file.primary(), file.ids().collect::<Vec<_>>()), ("a", vec!["a", "b", "c"]));
        file.put_first("c");
        assert_eq!(file.text, "# a comment\n\nc CCCC\na AAAA\n  b\tBBBB\n# of c\n");
        file.put_first("c");
        file.put_first("none");
        assert_eq!(file.ids().collect::<Vec<_>>(), ["c", "a", "b"]);
    }
}
