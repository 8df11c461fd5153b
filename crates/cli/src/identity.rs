//! Identity: the key pair of whom exports are for.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hpke::{Deserializable, Kem, Serializable};
use mailgrant_core::secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};
use sha2::{Digest, Sha256};

use crate::{
    args::IdentityArgs,
    exit::{Exit, Stop},
    say,
    sealed::{self, Scheme},
};

/// What a public key begins with, so that nobody takes it for another one's.
const PUBLIC: &str = "mailgrant-to-";

/// What a private key begins with.
const PRIVATE: &str = "mailgrant-identity-";

/// Bytes of a public key's hash behind it: a key that was mistyped is a key too, and nobody has its other half.
const CHECK: usize = 4;

/// A recipient's public key.
#[derive(Clone)]
pub(crate) struct Recipient {
    pub(crate) key: <Scheme as Kem>::PublicKey,
    pub(crate) bytes: [u8; 32],
}

/// A key pair.
pub(crate) struct Identity {
    pub(crate) key: <Scheme as Kem>::PrivateKey,
    pub(crate) public: Recipient,
}

pub(crate) fn run(args: &IdentityArgs) -> Result<(), Stop> {
    let path = &args.path;
    let identity = if path.exists() { read(path)? } else { make(path)? };
    say::line(&identity.public.written())?;
    say::words(&format!(
        "{}: what is exported to that key is opened with this file alone. Keep it until it is imported.",
        path.display()
    ));
    Ok(())
}

impl Recipient {
    /// Reads a public key.
    pub(crate) fn parse(text: &str) -> Result<Self, Stop> {
        let unfit = || {
            Stop::new(Exit::Usage, "--to: that is no public key, or a part of it is missing").next(format!(
                "it begins with `{PUBLIC}`; `mailgrant identity PATH` prints it where the accounts go to"
            ))
        };
        let bytes = text.strip_prefix(PUBLIC).and_then(|rest| URL_SAFE_NO_PAD.decode(rest).ok()).ok_or_else(unfit)?;
        let (key, check) = bytes.split_at_checked(32).ok_or_else(unfit)?;
        let key: [u8; 32] = key.try_into().map_err(|_| unfit())?;
        if check != checksum(&key) {
            return Err(unfit());
        }
        Self::of(key).ok_or_else(unfit)
    }

    pub(crate) fn of(bytes: [u8; 32]) -> Option<Self> {
        let key = <Scheme as Kem>::PublicKey::from_bytes(&bytes).ok()?;
        Some(Self { key, bytes })
    }

    /// As it is given to others.
    pub(crate) fn written(&self) -> String {
        format!("{PUBLIC}{}", URL_SAFE_NO_PAD.encode([&self.bytes[..], &checksum(&self.bytes)].concat()))
    }
}

impl Identity {
    #[expect(clippy::disallowed_methods, reason = "door: the private key, into what opens with it")]
    fn parse(text: &SecretString) -> Option<Self> {
        let mut lines = text.expose_secret().lines().map(str::trim).filter(|line| !line.starts_with('#'));
        let line = lines.find(|line| !line.is_empty())?;
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(line.strip_prefix(PRIVATE)?).ok()?);
        Self::of(<Scheme as Kem>::PrivateKey::from_bytes(&bytes).ok()?)
    }

    fn of(key: <Scheme as Kem>::PrivateKey) -> Option<Self> {
        let public = Recipient::of(Scheme::sk_to_pk(&key).to_bytes().into())?;
        Some(Self { key, public })
    }

    fn written(&self) -> SecretString {
        let bytes: [u8; 32] = self.key.to_bytes().into();
        let text = Zeroizing::new(URL_SAFE_NO_PAD.encode(*Zeroizing::new(bytes)));
        format!("# Opens what is exported to {}\n{PRIVATE}{}\n", self.public.written(), *text).into()
    }
}

/// Reads an identity's file.
pub(crate) fn read(path: &Path) -> Result<Identity, Stop> {
    let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
    let text = String::from_utf8(bytes).ok().map(SecretString::from);
    text.and_then(|text| Identity::parse(&text)).ok_or_else(|| {
        Stop::new(
            Exit::Configuration,
            "that is no identity, or a part of it is missing: `mailgrant identity` makes one",
        )
        .about(path)
    })
}

/// Makes one, for its owner alone, where there is no file yet.
#[expect(clippy::disallowed_methods, reason = "door: the private key, into its file")]
fn make(path: &Path) -> Result<Identity, Stop> {
    let (key, _) = Scheme::gen_keypair();
    let Some(identity) = Identity::of(key) else { return Err(Stop::new(Exit::Bug, "the new key is no key")) };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(identity.written().expose_secret().as_bytes())?;
        file.sync_all()?;
        // Whoever has the public key may export to it at once. A name that a power cut may undo is none to go by later.
        sealed::sync_name(path).inspect_err(|_| drop(fs::remove_file(path)))
    });
    written.map_err(|error| {
        Stop::new(Exit::Configuration, format!("the identity cannot be written: {error}")).about(path)
    })?;
    Ok(identity)
}

fn checksum(key: &[u8; 32]) -> [u8; CHECK] {
    let hash = Sha256::digest(key);
    let mut check = [0; CHECK];
    check.copy_from_slice(&hash[..CHECK]);
    check
}

fn unreadable(path: &Path, error: &io::Error) -> Stop {
    Stop::new(Exit::Configuration, format!("the identity cannot be read: {error}")).about(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_key_that_was_mistyped_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity");
        let identity = make(&path).unwrap();
        assert!(make(&path).is_err(), "what is there stays");
        let written = identity.public.written();
        assert_eq!(read(&path).unwrap().public.written(), written);
        assert_eq!(Recipient::parse(&written).unwrap().bytes, identity.public.bytes);
        for at in PUBLIC.len()..written.len() {
            let mut other = written.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            assert!(Recipient::parse(std::str::from_utf8(&other).unwrap()).is_err(), "{at}");
        }
        for bad in ["", "age1abc", PUBLIC, &written[..written.len() - 2], &written[1..]] {
            assert!(Recipient::parse(bad).is_err(), "{bad}");
        }
    }
}
