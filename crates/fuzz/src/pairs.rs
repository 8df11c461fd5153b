//! What a callback says, decoded by code that has nothing in common with the library's.

/// The pairs of a query or fragment.
#[must_use]
pub fn pairs(text: &str) -> Vec<(String, String)> {
    let pair = |piece: &str| {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        (decoded(name), decoded(value))
    };
    text.split('&').map(pair).collect()
}

/// Everything in an address that could be taken for a pair: of a query alone, of what follows a `?`, of the fragment.
#[must_use]
pub fn pieces(address: &str) -> Vec<(String, String)> {
    let (before, fragment) = address.split_once('#').unwrap_or((address, ""));
    let query = before.split_once('?').map_or("", |(_, query)| query);
    [before, query, fragment].into_iter().flat_map(pairs).collect()
}

/// Whether `value` is said to be the `name`.
#[must_use]
pub fn says(pairs: &[(String, String)], name: &str, value: &str) -> bool {
    pairs.iter().any(|(said, what)| said == name && what == value)
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let digit = |at: usize| after.get(at).and_then(|&byte| char::from(byte).to_digit(16));
        match (byte, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest = &after[2..];
            }
            (b'+', ..) => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
