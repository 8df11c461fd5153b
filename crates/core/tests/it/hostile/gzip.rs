//! Gzip as small as it can be written: a text, then a very long run of spaces.

const LONGEST_MATCH: usize = 258;

/// The text with so many times 258 spaces after it, compressed with the fixed codes of RFC 1951.
pub(crate) fn bomb(text: &str, runs: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    // The last block, of fixed codes.
    bits.push(0b110, 3);
    for byte in text.bytes().chain([b' ']) {
        assert!(byte < 144, "the other codes are longer");
        bits.push(0x30 + u32::from(byte), 8);
    }
    for _ in 0..runs {
        // A length of 258, a distance of 1.
        bits.push(0b1100_0101, 8);
        bits.push(0, 5);
    }
    bits.push(0, 7);
    let length = text.len() + 1 + runs * LONGEST_MATCH;
    let all = text.bytes().chain(std::iter::repeat_n(b' ', length - text.len()));
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    file.extend(bits.bytes);
    file.extend(crc32(all).to_le_bytes());
    file.extend((length as u32).to_le_bytes());
    file
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    /// The highest of so many bits first, as codes are written.
    fn push(&mut self, code: u32, count: u32) {
        for place in (0..count).rev() {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let bit = (code >> place & 1) as u8;
            *self.bytes.last_mut().unwrap() |= bit << (self.used % 8);
            self.used += 1;
        }
    }
}

fn crc32(bytes: impl Iterator<Item = u8>) -> u32 {
    !bytes.fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}
