//! How a thing with secrets in it rests as bytes to be sealed.

use secrecy::SecretBox;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use zeroize::Zeroize;

use crate::{Error, ErrorKind};

/// Bytes that hold secrets in clear: to be sealed, and wiped when dropped.
pub type SecretBytes = SecretBox<Vec<u8>>;

/// A format in which a [`TokenRecord`](crate::TokenRecord) or a [`PendingAuthorization`](crate::PendingAuthorization)
/// rests.
///
/// A build reads every format that there was before it, and writes the default, which the build before it reads too, until
/// it is told otherwise (`Vault::writing` of `mailgrant-storage`). So a fleet is updated process by process; once the last
/// one is new, a newer format may be asked for. What a build cannot read it leaves as it is.
///
/// ```
/// # use mailgrant_core::RecordFormat;
/// assert_eq!(RecordFormat::default(), RecordFormat::V1);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RecordFormat {
    /// What every build reads, from 0.1 on.
    #[default]
    V1 = 1,
}

impl RecordFormat {
    /// The newest that this build reads.
    pub const NEWEST: Self = Self::V1;

    pub(crate) fn number(self) -> u32 {
        self as u32
    }
}

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
    let newest = RecordFormat::NEWEST.number();
    if version.v > newest {
        return Err(Error::configuration(
            "record_newer",
            format!(
                "the record has format {}, this build reads up to {newest}: update it; the record is left as it is",
                version.v
            ),
        ));
    }
    serde_json::from_slice(bytes).map_err(|_| unreadable())
}
