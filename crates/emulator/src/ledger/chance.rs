//! Values that nobody can guess.

use std::fmt::Write as _;

use crate::provider::Provider;

const ALPHANUMERICS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// 40 hexadecimal characters, the shape of GetResponse's codes or tokens.
pub(crate) fn hex40() -> String {
    let bytes: [u8; 20] = rand::random();
    bytes.iter().fold(String::with_capacity(40), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// A value in the shape of the provider's codes.
pub(super) fn opaque(provider: Provider) -> String {
    match provider {
        Provider::GetResponse | Provider::Delegated => hex40(),
        Provider::Classic => alphanumeric24(),
    }
}

/// The shape of the one token of VerticalResponse that was published.
fn alphanumeric24() -> String {
    let bytes: [u8; 24] = rand::random();
    let chars = bytes.iter().filter_map(|byte| ALPHANUMERICS.get(usize::from(*byte) % ALPHANUMERICS.len()));
    chars.map(|char| char::from(*char)).collect()
}

#[cfg(test)]
mod tests {
    use super::alphanumeric24;

    #[test]
    fn a_token_of_the_first_generation_has_24_characters() {
        let token = alphanumeric24();
        assert_eq!(token.len(), 24);
        assert!(token.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
        assert_ne!(token, alphanumeric24());
    }
}
