//! A file that one recipient can open: HPKE (RFC 9180), in one piece.
//!
//! A line that says what it is, the export's id, the recipient's public key, the encapsulated key, the ciphertext.
//! All that is before the encapsulated key is authenticated with it.

use std::{
    fs,
    io::{self, Read, Seek, Write},
    path::Path,
};

use hpke::{
    Deserializable, Kem, OpModeR, OpModeS, Serializable, aead::ChaCha20Poly1305, kdf::HkdfSha256, kem::X25519HkdfSha256,
};
use mailgrant_core::{
    SecretBytes,
    secrecy::{ExposeSecret, SecretBox},
};

use crate::{
    exit::{Exit, Stop},
    identity::{Identity, Recipient},
};

/// How a secret comes to be shared.
pub(crate) type Scheme = X25519HkdfSha256;

/// The line that it begins with, which is also what the key is for.
const MAGIC: &[u8] = b"mailgrant export 1\n";

const HEAD: usize = MAGIC.len() + 16 + 32;

/// By which one export is told from another.
pub(crate) type ExportId = [u8; 16];

/// Room for a file that is not there yet, for its owner alone.
pub(crate) struct Room<'a> {
    path: &'a Path,
    file: tempfile::NamedTempFile,
}

impl<'a> Room<'a> {
    /// Takes room for about so many bytes beside where the file will be, so that what cannot be written is known before
    /// anything is done for it.
    pub(crate) fn take(path: &'a Path, bytes: u64) -> Result<Self, Stop> {
        if path.exists() {
            return Err(exists(path));
        }
        let taken = tempfile::NamedTempFile::new_in(folder(path)).and_then(|mut file| {
            io::copy(&mut io::repeat(0).take(bytes), &mut file)?;
            file.as_file().sync_all()?;
            file.rewind()?;
            Ok(file)
        });
        Ok(Self { path, file: taken.map_err(|error| unwritten(path, &error))? })
    }

    /// Writes the file. It is whole and on the disk once it has its name.
    #[expect(clippy::disallowed_methods, reason = "door: what is exported, into what seals it")]
    pub(crate) fn write(self, to: &Recipient, id: &ExportId, plain: &SecretBytes) -> Result<(), Stop> {
        let head = head(id, &to.bytes);
        let sealed = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, Scheme>(
            &OpModeS::Base,
            &to.key,
            MAGIC,
            plain.expose_secret(),
            &head,
        );
        let (encapsulated, sealed) =
            sealed.map_err(|_| Stop::new(Exit::Usage, "--to: nothing can be sealed for that public key"))?;
        let path = self.path;
        self.put(&[&head, &encapsulated.to_bytes(), &sealed]).map_err(|error| unwritten(path, &error))
    }

    fn put(mut self, parts: &[&[u8]]) -> io::Result<()> {
        for part in parts {
            self.file.write_all(part)?;
        }
        let length = self.file.stream_position()?;
        self.file.as_file().set_len(length)?;
        self.file.as_file().sync_all()?;
        self.file.persist_noclobber(self.path).map_err(|error| error.error)?;
        sync_name(self.path)
    }
}

/// A name is to outlive a power cut as the bytes do.
pub(crate) fn sync_name(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::File::open(folder(path))?.sync_all()?;
    Ok(())
}

/// Nothing that is there is overwritten.
fn exists(path: &Path) -> Stop {
    Stop::new(Exit::Usage, "the file is there already, and is not overwritten: choose another with --out").about(path)
}

/// Opens a file.
pub(crate) fn open(path: &Path, identity: &Identity) -> Result<SecretBytes, Stop> {
    let bytes = fs::read(path)
        .map_err(|error| Stop::new(Exit::Configuration, format!("the export cannot be read: {error}")).about(path))?;
    opened(&bytes, identity).map_err(|stop| stop.about(path))
}

/// The id of the export that lies there, if one does.
pub(crate) fn id(path: &Path) -> Option<ExportId> {
    let mut head = [0; HEAD];
    fs::File::open(path).ok()?.read_exact(&mut head).ok()?;
    head.strip_prefix(MAGIC)?.first_chunk().copied()
}

fn opened(bytes: &[u8], identity: &Identity) -> Result<SecretBytes, Stop> {
    let unfit = |why| Stop::new(Exit::Configuration, why);
    let Some((head, rest)) = bytes.split_at_checked(HEAD).filter(|(head, _)| head.starts_with(MAGIC)) else {
        return Err(unfit("that is no export of mailgrant's, or of a newer one's, or its beginning is missing"));
    };
    if !head.ends_with(&identity.public.bytes) {
        return Err(unfit("the export was sealed for another identity: give the file of that one"));
    }
    let damaged =
        || unfit("the export is damaged, or a part of it is missing: nothing of it was imported; bring it again");
    let (encapsulated, sealed) = rest.split_at_checked(32).ok_or_else(damaged)?;
    let encapsulated = <Scheme as Kem>::EncappedKey::from_bytes(encapsulated).map_err(|_| damaged())?;
    let plain = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, Scheme>(
        &OpModeR::Base,
        &identity.key,
        &encapsulated,
        MAGIC,
        sealed,
        head,
    );
    plain.map(|plain| SecretBox::new(Box::new(plain))).map_err(|_| damaged())
}

fn head(id: &ExportId, to: &[u8; 32]) -> Vec<u8> {
    [MAGIC, id, to].concat()
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

fn unwritten(path: &Path, error: &io::Error) -> Stop {
    match error.kind() {
        io::ErrorKind::AlreadyExists => exists(path),
        _ => Stop::new(Exit::Configuration, format!("the export cannot be written: {error}")).about(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(folder: &Path, name: &str) -> Identity {
        crate::identity::run(&crate::args::IdentityArgs { path: folder.join(name) }).unwrap();
        crate::identity::read(&folder.join(name)).unwrap()
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test looks at the secret")]
    fn only_its_recipient_opens_it_and_only_whole() {
        let folder = tempfile::tempdir().unwrap();
        let (own, other) = (identity(folder.path(), "own"), identity(folder.path(), "other"));
        let path = folder.path().join("export");
        let plain = SecretBox::new(Box::new(b"hush".to_vec()));
        Room::take(&path, 4096).unwrap().write(&own.public, &[7; 16], &plain).unwrap();
        assert_eq!(open(&path, &own).unwrap().expose_secret(), b"hush");
        assert_eq!(id(&path), Some([7; 16]));
        assert!(open(&path, &other).is_err());
        let other = folder.path().join("late");
        let late = Room::take(&other, 0).map(|room| Room { path: &path, ..room }).unwrap();
        assert!(Room::take(&path, 0).is_err(), "nothing is overwritten");
        assert!(late.write(&own.public, &[8; 16], &plain).is_err(), "nor what came meanwhile");
        let bytes = fs::read(&path).unwrap();
        assert!(!bytes.windows(4).any(|window| window == b"hush"));
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert!(opened(&damaged, &own).is_err(), "byte {at}");
            assert!(opened(&bytes[..at], &own).is_err(), "{at} bytes");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "nothing else is left there");
    }
}
