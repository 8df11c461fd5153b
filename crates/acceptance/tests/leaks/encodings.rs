//! The guises in which a secret could appear.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

/// A guise: how it is called, a text written in it, how its text is compared.
pub(crate) struct Guise {
    pub(crate) name: &'static str,
    /// What a text looks like in it, wherever it stands.
    pub(crate) needles: fn(&str) -> Vec<String>,
    /// Whether letters are compared by their case.
    pub(crate) exact: bool,
    /// The guise as somebody else's code would make it, to prove that the needles find it.
    pub(crate) sample: fn(&str) -> String,
}

pub(crate) const GUISES: [Guise; 7] = [
    Guise { name: "as it is", needles: |text| vec![text.to_owned()], exact: false, sample: str::to_owned },
    Guise {
        name: "percent-encoded",
        needles: |text| vec![each(text, |byte| format!("%{byte:02x}"))],
        exact: false,
        sample: |text| each(text, |byte| format!("%{byte:02X}")),
    },
    Guise {
        name: "in base64",
        needles: |text| in_base64(text, |bytes| STANDARD_NO_PAD.encode(bytes)),
        exact: true,
        sample: |text| STANDARD_NO_PAD.encode(text),
    },
    Guise {
        name: "in base64url",
        needles: |text| in_base64(text, |bytes| URL_SAFE_NO_PAD.encode(bytes)),
        exact: true,
        sample: |text| URL_SAFE_NO_PAD.encode(text),
    },
    Guise {
        name: "as JSON escapes",
        needles: |text| vec![each(text, |byte| format!("\\u{byte:04x}"))],
        exact: false,
        sample: |text| each(text, |byte| format!("\\u{byte:04X}")),
    },
    Guise {
        name: "in hexadecimal",
        needles: |text| vec![each(text, |byte| format!("{byte:02x}"))],
        exact: false,
        sample: |text| each(text, |byte| format!("{byte:02X}")),
    },
    Guise {
        name: "as a list of bytes",
        needles: |text| {
            let bytes: Vec<String> = text.bytes().map(|byte| byte.to_string()).collect();
            vec![bytes.join(", "), bytes.join(",")]
        },
        exact: false,
        sample: |text| format!("{:?}", text.as_bytes()),
    },
];

fn each(text: &str, write: impl Fn(u8) -> String) -> String {
    text.bytes().map(write).collect()
}

/// What of the text does not depend on its neighbours, at each of the three places where it can begin.
fn in_base64(text: &str, encode: impl Fn(&[u8]) -> String) -> Vec<String> {
    (0..3)
        .map(|before| {
            let padded = [&[0; 2][..before], text.as_bytes()].concat();
            // Characters that hold bits of what stands before, of what comes after.
            let (first, whole) = ((before * 8).div_ceil(6), padded.len() * 8 / 6);
            encode(&padded)[first..whole].to_owned()
        })
        .collect()
}
