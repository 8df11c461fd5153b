//! KeyRing: the keys that seal what is stored.

use std::{
    collections::BTreeMap,
    fmt, fs,
    io::Write,
    path::{Path, PathBuf},
};

use aes_gcm_siv::{
    Aes256GcmSiv, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use mailgrant_core::{Error, ErrorKind, SecretBytes};
use rand::Rng;
use secrecy::{ExposeSecret, SecretBox};
use zeroize::Zeroizing;

use crate::Sealed;

/// Keys by id: one seals, all of them open.
///
/// AES-256-GCM-SIV with random nonces, which forgives a repeated one (RFC 8452 §1): keys may be shared by
/// many processes. What is sealed is bound to where it lies by its associated data.
pub struct KeyRing {
    primary: String,
    keys: BTreeMap<String, Aes256GcmSiv>,
}

/// Length of a key, in bytes.
const KEY: usize = 32;
/// Length of a nonce, in bytes.
const NONCE: usize = 12;

impl KeyRing {
    /// A ring of one key, which seals.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if the id is not 1 to 40 letters, digits, `-` or `_`, or the key not 32 bytes.
    pub fn new(id: &str, key: &SecretBytes) -> Result<Self, Error> {
        let ring = Self { primary: id.to_owned(), keys: BTreeMap::new() };
        ring.and_readable(id, key)
    }

    /// The same ring, which opens what this key sealed too. Give a key to every process so before it becomes
    /// anybody's first.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    #[expect(clippy::disallowed_methods, reason = "door: the sealing key, into the cipher")]
    pub fn and_readable(mut self, id: &str, key: &SecretBytes) -> Result<Self, Error> {
        let sensible =
            !id.is_empty() && id.len() <= 40 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        let cipher = Aes256GcmSiv::new_from_slice(key.expose_secret()).map_err(|_| invalid());
        if !sensible {
            return Err(invalid());
        }
        if self.keys.insert(id.to_owned(), cipher?).is_some() {
            return Err(configuration("sealing_key_twice", "two keys have the same id: give each its own"));
        }
        Ok(self)
    }

    /// A key that ends with this process: for stores that do too.
    ///
    /// ```
    /// # use mailgrant_storage::KeyRing;
    /// assert!(KeyRing::ephemeral().reads("ephemeral"));
    /// ```
    #[must_use]
    pub fn ephemeral() -> Self {
        match Self::new("ephemeral", &draw()) {
            Ok(ring) => ring,
            Err(_) => unreachable!("a drawn key is a key"),
        }
    }

    /// Reads a key file: lines of `id key`, the key in base64, the first of which seals.
    ///
    /// ```no_run
    /// # use {mailgrant_core::Error, mailgrant_storage::KeyRing, std::path::Path};
    /// # fn main() -> Result<(), Error> {
    /// let ring = KeyRing::from_file(Path::new("/etc/app/sealing.key"), Some(Path::new("/var/lib/app")))?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if it cannot be read, is no key file, is readable by others than its owner,
    /// or lies in `store_directory`: whoever copies the store must not copy the key.
    pub fn from_file(path: &Path, store_directory: Option<&Path>) -> Result<Self, Error> {
        apart(path, store_directory)?;
        only_owner(path)?;
        let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| unreadable(error.kind()))?);
        Self::parse(&text)
    }

    /// Reads what a key file would hold.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if it is none.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut ring: Option<Self> = None;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (id, key) = line.split_once(char::is_whitespace).ok_or_else(invalid)?;
            let key = STANDARD.decode(key.trim()).map_err(|_| invalid())?;
            let key = SecretBox::new(Box::new(key));
            ring = Some(match ring {
                Some(ring) => ring.and_readable(id, &key)?,
                None => Self::new(id, &key)?,
            });
        }
        ring.ok_or_else(invalid)
    }

    /// Makes a key file with one new key in it, readable by its owner alone, unless there is one.
    ///
    /// ```no_run
    /// # use {mailgrant_core::Error, mailgrant_storage::KeyRing, std::path::Path};
    /// # fn main() -> Result<(), Error> {
    /// let path = Path::new("/etc/app/sealing.key");
    /// KeyRing::create_file(path, None)?; // once, at installation; keep a copy
    /// let ring = KeyRing::from_file(path, None)?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if it cannot be written, or lies in `store_directory`.
    #[expect(clippy::disallowed_methods, reason = "door: the new sealing key, into its file")]
    pub fn create_file(path: &Path, store_directory: Option<&Path>) -> Result<(), Error> {
        apart(path, store_directory)?;
        let mut bytes = [0; 4];
        rand::rng().fill_bytes(&mut bytes);
        let id: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut text = Zeroizing::new(String::with_capacity(128));
        text.push_str("# The sealing key of mailgrant. Keep a copy; without it, what is stored cannot be opened.\n");
        text.push_str(&id);
        text.push(' ');
        STANDARD.encode_string(draw().expose_secret(), &mut text);
        text.push('\n');
        // Written whole beside its place and linked there: nobody reads half a key, and the first writer wins.
        let beside = path.with_extension(format!("{id}.new"));
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written =
            options.open(&beside).and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
        let linked = written.and_then(|()| fs::hard_link(&beside, path));
        let _ = fs::remove_file(&beside);
        #[cfg(unix)]
        if let Some(directory) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            // The name is to outlive a power cut as the bytes do.
            let _ = fs::File::open(directory).and_then(|directory| directory.sync_all());
        }
        match linked {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(unreadable(error.kind())),
            _ => Ok(()),
        }
    }

    /// Whether a key of this id is on the ring.
    #[must_use]
    pub fn reads(&self, id: &str) -> bool {
        self.keys.contains_key(id)
    }

    /// The same ring, which opens what any key of `other` sealed too.
    pub(crate) fn and_all_of(mut self, other: &Self) -> Self {
        for (id, cipher) in &other.keys {
            self.keys.entry(id.clone()).or_insert_with(|| cipher.clone());
        }
        self
    }

    pub(crate) fn primary(&self) -> &str {
        &self.primary
    }

    #[expect(clippy::disallowed_methods, reason = "door: secrets, into what seals them")]
    pub(crate) fn seal(&self, associated: &[u8], secret: &SecretBytes) -> Sealed {
        let mut nonce = [0; NONCE];
        rand::rng().fill_bytes(&mut nonce);
        let payload = Payload { msg: secret.expose_secret(), aad: associated };
        let sealed = self.keys.get(&self.primary).map(|cipher| cipher.encrypt(&Nonce::from(nonce), payload));
        let Some(Ok(ciphertext)) = sealed else {
            unreachable!("the first key is on the ring, and no record is 64 GiB long")
        };
        Sealed { key_id: self.primary.clone(), bytes: [&nonce[..], &ciphertext].concat() }
    }

    pub(crate) fn open(&self, associated: &[u8], sealed: &Sealed) -> Result<SecretBytes, Error> {
        let Some(cipher) = self.keys.get(&sealed.key_id) else {
            return Err(configuration(
                "sealing_key_unknown",
                "what is stored was sealed with a key that is not on this ring: add the key; nothing was changed",
            ));
        };
        let broken = || {
            configuration(
                "seal_broken",
                "what is stored does not open: it was sealed for another place, or damaged; it is left as it is",
            )
        };
        let (nonce, ciphertext) = sealed.bytes.split_first_chunk::<NONCE>().ok_or_else(broken)?;
        let payload = Payload { msg: ciphertext, aad: associated };
        let opened = cipher.decrypt(&Nonce::from(*nonce), payload).map_err(|_| broken())?;
        Ok(SecretBox::new(Box::new(opened)))
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("KeyRing").field("primary", &self.primary).field("ids", &self.keys.keys()).finish()
    }
}

fn draw() -> SecretBytes {
    let mut key = vec![0; KEY];
    rand::rng().fill_bytes(&mut key);
    SecretBox::new(Box::new(key))
}

/// Compares where the two really lie: a link does not help.
fn apart(path: &Path, store_directory: Option<&Path>) -> Result<(), Error> {
    let here = |path: &Path| if path.as_os_str().is_empty() { PathBuf::from(".") } else { path.to_owned() };
    let whole = |path: &Path| fs::canonicalize(here(path)).unwrap_or_else(|_| path.to_owned());
    let directory = |path: &Path| whole(path.parent().unwrap_or(path));
    // Where it is named, and where it is.
    let places = [directory(path), fs::canonicalize(path).map_or_else(|_| directory(path), |real| directory(&real))];
    if store_directory.map(whole).is_some_and(|store| places.contains(&store)) {
        return Err(configuration(
            "sealing_key_beside_store",
            "the sealing key must not lie in the store's directory: whoever copies the store would copy the key",
        ));
    }
    Ok(())
}

#[cfg(unix)]
fn only_owner(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).map_err(|error| unreadable(error.kind()))?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(configuration("sealing_key_exposed", "the key file can be read by others than its owner: `chmod 600` it"))
}

#[cfg(not(unix))]
fn only_owner(_: &Path) -> Result<(), Error> {
    Ok(())
}

fn invalid() -> Error {
    configuration(
        "sealing_key_invalid",
        "a key file has lines of an id (letters, digits, `-`, `_`) and 32 bytes in base64",
    )
}

fn unreadable(kind: std::io::ErrorKind) -> Error {
    configuration("sealing_key_unreadable", "the key file cannot be read or written")
        .caused_by(std::io::Error::from(kind))
}

fn configuration(code: &'static str, message: &'static str) -> Error {
    Error::new(ErrorKind::Configuration, code, message)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests look at what was opened")]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretBytes {
        SecretBox::new(Box::new(text.as_bytes().to_vec()))
    }

    #[test]
    fn what_is_sealed_opens_in_its_place_alone() {
        let ring = KeyRing::ephemeral();
        let sealed = ring.seal(b"here", &secret("hush"));
        assert_eq!(ring.open(b"here", &sealed).unwrap().expose_secret(), b"hush");
        assert_eq!(ring.open(b"there", &sealed).unwrap_err().code(), "seal_broken");
        assert_ne!(sealed.bytes, ring.seal(b"here", &secret("hush")).bytes, "nonces are random");
        let mut damaged = sealed.clone();
        *damaged.bytes.last_mut().unwrap() ^= 1;
        assert_eq!(ring.open(b"here", &damaged).unwrap_err().code(), "seal_broken");
        damaged.bytes.truncate(3);
        assert_eq!(ring.open(b"here", &damaged).unwrap_err().code(), "seal_broken");
    }

    #[test]
    fn an_unknown_key_is_a_matter_of_configuration() {
        let (old, new) = (draw(), draw());
        let sealed = KeyRing::new("old", &old).unwrap().seal(b"", &secret("x"));
        let ring = KeyRing::new("new", &new).unwrap();
        let error = ring.open(b"", &sealed).unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Configuration, "sealing_key_unknown"));
        let ring = ring.and_readable("old", &old).unwrap();
        assert!(ring.open(b"", &sealed).is_ok());
        assert_eq!(ring.seal(b"", &secret("x")).key_id, "new");
    }

    #[test]
    fn a_key_file_is_made_once_for_its_owner_and_apart_from_the_store() {
        let (keys, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let path = keys.path().join("key");
        KeyRing::create_file(&path, Some(store.path())).unwrap();
        let first = fs::read(&path).unwrap();
        KeyRing::create_file(&path, Some(store.path())).unwrap();
        assert_eq!(fs::read(&path).unwrap(), first, "a key is never overwritten");
        let ring = KeyRing::from_file(&path, Some(store.path())).unwrap();
        assert!(ring.reads(ring.primary()));
        assert_eq!(KeyRing::from_file(&path, Some(keys.path())).unwrap_err().code(), "sealing_key_beside_store");
        assert_eq!(fs::read_dir(keys.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            assert_eq!(KeyRing::from_file(&path, None).unwrap_err().code(), "sealing_key_exposed");
        }
    }

    #[test]
    fn key_files_are_parsed_strictly() {
        let key = STANDARD.encode([7; 32]);
        assert!(
            KeyRing::parse(&format!("# comment\n\nb {key}\na {key}\n"))
                .is_ok_and(|ring| ring.primary() == "b" && ring.reads("a"))
        );
        assert_eq!(KeyRing::parse(&format!("a {key}\na {key}")).unwrap_err().code(), "sealing_key_twice");
        for bad in ["", "# only", "a", "a b", &format!("a {}", STANDARD.encode([7; 31])), &format!("ä {key}")] {
            assert_eq!(KeyRing::parse(bad).unwrap_err().code(), "sealing_key_invalid", "{bad}");
        }
    }
}
