//! Secrets that can be recognised: each kind has marks of its own, drawn anew for every run.

use std::{fmt, sync::OnceLock};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use mailgrant_core::{Host, SystemHost};

use crate::encodings::GUISES;

/// What kind of secret a mark is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    ClientSecret,
    Code,
    /// The state, a nonce in a redirect URI, the verifier: whatever the client draws for itself.
    Drawn,
    Access,
    Refresh,
    SealingKey,
    ProxyPassword,
}

const KINDS: [Kind; 7] =
    [Kind::ClientSecret, Kind::Code, Kind::Drawn, Kind::Access, Kind::Refresh, Kind::SealingKey, Kind::ProxyPassword];

/// The length of a mark. A part of a secret that is this long twice over holds one of its marks whole.
const MARK: usize = 8;

/// The two marks of a kind.
fn marks(kind: Kind) -> &'static [String; 2] {
    static MARKS: OnceLock<Vec<[String; 2]>> = OnceLock::new();
    let all = MARKS.get_or_init(|| KINDS.map(|_| [(); 2].map(|()| letters(MARK))).into());
    &all[kind as usize]
}

/// Random small letters with digits.
fn letters(count: usize) -> String {
    let mut bytes = vec![0; count];
    SystemHost.random(&mut bytes);
    let alphabet = b"abcdefghijklmnopqrstuvwxyz234567";
    bytes.into_iter().map(|byte| char::from(alphabet[usize::from(byte) % alphabet.len()])).collect()
}

/// A secret of this kind, another one each time, with all in it that could be encoded wrongly.
pub(crate) fn secret(kind: Kind) -> String {
    let [one, two] = marks(kind);
    let last = letters(6);
    match kind {
        // What may stand in it is the sender's business.
        Kind::ClientSecret => format!("{one}: +%&{two}é\"\\{one}{two}{last}"),
        // Of an access token RFC 6750 says what may stand in it; slashes are what PHP escapes.
        Kind::Access | Kind::Refresh => format!("{one}{two}/{last}+{one}~{two}=="),
        Kind::Code => format!("{one}{two}-{last}.{one}_{two}"),
        Kind::ProxyPassword | Kind::SealingKey | Kind::Drawn => format!("{one}{two}{one}{two}"),
    }
}

/// 32 bytes in which a client's own random values are drawn: in base64 they begin with the marks, in bytes they are none.
pub(crate) fn drawn(buffer: &mut [u8]) {
    SystemHost.random(buffer);
    let marked = URL_SAFE_NO_PAD.decode(secret(Kind::Drawn)).unwrap();
    buffer[..marked.len()].copy_from_slice(&marked);
}

/// A place in a text where a secret is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Leak {
    pub(crate) kind: Kind,
    pub(crate) guise: &'static str,
    around: String,
}

impl fmt::Display for Leak {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?} {}: …{}…", self.kind, self.guise, self.around)
    }
}

/// What to look for: every mark in every guise.
struct Sought {
    kind: Kind,
    guise: &'static str,
    exact: bool,
    needles: Vec<String>,
}

fn sought() -> &'static [Sought] {
    static SOUGHT: OnceLock<Vec<Sought>> = OnceLock::new();
    SOUGHT.get_or_init(|| {
        let of = |kind| {
            GUISES.iter().map(move |guise| Sought {
                kind,
                guise: guise.name,
                exact: guise.exact,
                needles: marks(kind).iter().flat_map(|mark| (guise.needles)(mark)).collect(),
            })
        };
        KINDS.into_iter().flat_map(of).collect()
    })
}

/// The first leak of each kind in each guise.
pub(crate) fn leaks(text: &str) -> Vec<Leak> {
    let folded = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for sought in sought() {
        let text = if sought.exact { text } else { &folded };
        if let Some(at) = sought.needles.iter().find_map(|needle| text.find(needle)) {
            let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
            let from = text.floor_char_boundary(line.max(at.saturating_sub(160)));
            let to = text.ceil_char_boundary(text.len().min(at + 80));
            found.push(Leak { kind: sought.kind, guise: sought.guise, around: text[from..to].to_owned() });
        }
    }
    found
}

/// Nothing is in this text, having proved that it would be found: in every guise, whole or half, wherever it begins.
#[track_caller]
pub(crate) fn assert_none(what: &str, text: &str) {
    prove();
    let leaks: Vec<String> = leaks(text).iter().map(Leak::to_string).collect();
    assert!(leaks.is_empty(), "{what}:\n{}", leaks.join("\n"));
}

/// A search that finds nothing is worth something if it finds what was put there.
#[track_caller]
pub(crate) fn prove() {
    for kind in KINDS {
        let secret = secret(kind);
        for half in [&*secret, &marks(kind)[0], &marks(kind)[1]] {
            for guise in &GUISES {
                for before in ["", "x", "xy", "xyz"] {
                    let sample = format!("nothing\n{{{}}}\n", (guise.sample)(&format!("{before}{half}z")));
                    let found = leaks(&sample);
                    let seen = found.iter().any(|leak| leak.kind == kind && leak.guise == guise.name);
                    assert!(seen, "{kind:?} {} is overlooked in {sample}", guise.name);
                    assert!(found.iter().all(|leak| leak.kind == kind), "{found:?} in {sample}");
                }
            }
        }
    }
    assert_eq!(leaks("nothing"), []);
}

#[test]
fn f22_what_leaks_is_found_in_every_guise() {
    prove();
    let mut bytes = [0; 32];
    drawn(&mut bytes);
    let found = leaks(&URL_SAFE_NO_PAD.encode(bytes));
    assert!(found.iter().any(|leak| leak.kind == Kind::Drawn && leak.guise == "as it is"), "{found:?}");
}
