//! The secrets to look for, kept so that they are no copies themselves.

use zeroize::Zeroizing;

/// Each byte is kept as its neighbour's neighbour, so to say.
const MASK: u8 = 0x5a;

/// `free` writes over the beginning of what it frees, so a copy is known by its rest.
pub(crate) const HEAD: usize = 16;

pub(crate) struct Needle {
    pub(crate) name: &'static str,
    /// The secret without its first bytes, masked.
    tail: Vec<u8>,
}

impl Needle {
    /// How many bytes of it are compared.
    pub(crate) fn len(&self) -> usize {
        self.tail.len()
    }

    /// Whether `bytes`, which must be long enough, begin with it.
    pub(crate) fn begins(&self, bytes: &[u8]) -> bool {
        self.tail.iter().zip(bytes).all(|(masked, byte)| masked ^ MASK == *byte)
    }
}

#[derive(Default)]
pub(crate) struct Needles(pub(crate) Vec<Needle>);

impl Needles {
    /// Notes a secret, without a copy of it.
    pub(crate) fn note(&mut self, name: &'static str, secret: &[u8]) {
        assert!(secret.len() >= 2 * HEAD, "{name} is too short to be known by its rest");
        let tail = secret[HEAD..].iter().map(|byte| byte ^ MASK).collect();
        self.0.push(Needle { name, tail });
    }

    /// Notes what follows `before` in `text`, up to `end`.
    pub(crate) fn note_in(&mut self, name: &'static str, text: &[u8], before: &str, end: u8) {
        self.note(name, value(text, before, end));
    }
}

/// What follows `before` in `text`, up to `end`.
pub(crate) fn value<'a>(text: &'a [u8], before: &str, end: u8) -> &'a [u8] {
    let at = text.windows(before.len()).position(|window| window == before.as_bytes());
    let Some(at) = at else { panic!("there is no `{before}`") };
    let rest = &text[at + before.len()..];
    &rest[..rest.iter().position(|byte| *byte == end).unwrap_or(rest.len())]
}

/// For a process's environment: text in which no secret is.
pub(crate) fn masked(secret: &[u8]) -> String {
    secret.iter().map(|byte| format!("{:02x}", byte ^ MASK)).collect()
}

/// The bytes that were masked, in one buffer that does not grow.
pub(crate) fn unmasked(text: &str) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() / 2));
    for pair in text.as_bytes().chunks_exact(2) {
        let digit = |byte: u8| char::from(byte).to_digit(16).map_or(0, |digit| digit as u8);
        bytes.push((digit(pair[0]) << 4 | digit(pair[1])) ^ MASK);
    }
    bytes
}
