//! How a thing with secrets in it rests as bytes to be sealed.

use secrecy::SecretBox;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use zeroize::Zeroize;

use crate::{Error, ErrorKind};

/// Bytes that hold secrets in clear: to be sealed, and wiped when dropped.
pub type SecretBytes = SecretBox<Vec<u8>>;

/// The newest format that this build reads, and the one that it writes.
pub(crate) const FORMAT: u32 = 1;

/// Room for a record with tokens of ordinary size: a buffer that grows leaves copies behind.
const ROOM: usize = 16 * 1024;

pub(crate) fn encode(thing: &impl Serialize) -> SecretBytes {
    let mut bytes = Vec::with_capacity(ROOM);
    if let Err(error) = serde_json::to_writer(&mut bytes, thing) {
        bytes.zeroize();
        unreachable!("texts and numbers become JSON: {error}");
    }
    SecretBox::new(Box::new(bytes))
}

pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    #[derive(Deserialize)]
    struct Version {
        v: u32,
    }
    let unreadable = || {
        Error::new(
            ErrorKind::Configuration,
            "record_unreadable",
            "what was stored is no record of mailgrant's; it is left as it is",
        )
    };
    let version: Version = serde_json::from_slice(bytes).map_err(|_| unreadable())?;
    if version.v > FORMAT {
        return Err(Error::configuration(
            "record_newer",
            format!(
                "the record has format {}, this build reads up to {FORMAT}: update it; the record is left as it is",
                version.v
            ),
        ));
    }
    serde_json::from_slice(bytes).map_err(|_| unreadable())
}
