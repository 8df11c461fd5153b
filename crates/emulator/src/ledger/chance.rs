//! Values that nobody can guess.

use std::fmt::Write as _;

/// 40 hexadecimal characters, the shape of GetResponse's codes or tokens.
pub(crate) fn hex40() -> String {
    let bytes: [u8; 20] = rand::random();
    bytes.iter().fold(String::with_capacity(40), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
