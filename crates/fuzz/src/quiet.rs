//! Errors repeat nothing of what a stranger sent.

use std::{collections::HashSet, error::Error as _, sync::LazyLock};

use mailgrant_core::{Error, TokenRecord};

use super::{
    answer::{self, Arm},
    callback, fragment,
    letterbox::{Letterbox, STATE},
    reply::Reply,
};

/// As many bytes in a row are no coincidence.
const RUN: usize = 8;

/// Panics if the error prints eight bytes in a row of what was `sent`.
///
/// The library's own words may be in both: what it prints of harmless callbacks, answers and records is known before.
pub fn expect(error: &Error, sent: &[u8]) {
    let text = printed(error);
    let said: HashSet<&[u8]> = text.as_bytes().windows(RUN).filter(|run| !KNOWN.contains(*run)).collect();
    let repeated = sent.windows(RUN).find(|run| said.contains(run));
    assert!(repeated.is_none(), "{:?} is repeated by {text}", repeated.map(String::from_utf8_lossy));
}

static KNOWN: LazyLock<HashSet<Vec<u8>>> = LazyLock::new(|| {
    let texts = harmless().iter().map(printed).collect::<Vec<_>>();
    texts.iter().flat_map(|text| text.as_bytes().windows(RUN)).map(<[u8]>::to_vec).collect()
});

/// What an error prints in either form, its causes included, but for what is of a type that holds no stranger's text.
fn printed(error: &Error) -> String {
    let mut text = format!("{error}\n{error:?}\n");
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!("{error}\n{error:?}\n");
        cause = error.source();
    }
    if let Some(status) = error.status() {
        text = text.replace(&format!("HTTP {status}"), "").replace(&format!("Some({status})"), "");
    }
    if let Some(pause) = error.retry_after() {
        text = text.replace(&format!("{pause:?}"), "");
    }
    // A `&'static str` each.
    [Some(error.code()), error.provider_code()].into_iter().flatten().fold(text, |text, word| text.replace(word, ""))
}

/// An error of every kind that there is, made by what holds no text but the standard's words.
fn harmless() -> Vec<Error> {
    let answers = [100, 200, 302, 400, 408, 429, 500].into_iter().flat_map(answered);
    let texts = CALLBACKS.iter().map(|text| text.replace("STATE", STATE)).chain(["a".repeat(20_000)]);
    let callbacks = texts.flat_map(|text| [callback::receive(&text).err(), fragment::receive(&text).err()]);
    let records = RECORDS.iter().map(|text| TokenRecord::decode(text.as_bytes()).err());
    answers.chain(callbacks).chain(records).flatten().collect()
}

fn answered(status: u16) -> impl Iterator<Item = Option<Error>> {
    BODIES.iter().flat_map(move |body| {
        let (reply, provider) = (Reply::new(status, *body), || Letterbox::at("test"));
        [answer::exchange(provider(), &reply), answer::refresh(provider(), &reply), answer::obtain(provider(), &reply)]
            .map(Arm::into_error)
    })
}

const BODIES: &[&str] = &[
    "",
    r#"{"access_token":""}"#,
    r#"{"access_token":"a","token_type":"b"}"#,
    r#"{"access_token":"a","expires_in":-1}"#,
    r#"{"error":"invalid_grant"}"#,
    r#"{"error":"invalid_client"}"#,
    r#"{"error":"slow_down"}"#,
    r#"{"error":"server_error"}"#,
    r#"{"error":"temporarily_unavailable"}"#,
    r#"{"error":"x"}"#,
];

const RECORDS: &[&str] = &[
    "",
    r#"{"v":2}"#,
    r#"{"v":1,"identity":{"provider":"p","environment":"e","client_id":"i"},"grant":"x","renewal":"never","access_token":"a","expires":"never","obtained_at":0,"unknown":false}"#,
    r#"{"v":1,"identity":{"provider":"p","environment":"e","client_id":"i"},"grant":"adopted","renewal":"never","access_token":"","expires":"never","obtained_at":0,"unknown":false}"#,
];

const CALLBACKS: &[&str] = &[
    "",
    "code=a",
    "code=a&code=b",
    "state=b&code=a",
    "state=STATE",
    "state=STATE&code=a&iss=c",
    "state=STATE&code=a&access_token=a",
    "state=STATE&error=access_denied",
    "state=STATE&error=invalid_request",
    "state=STATE&error=invalid_scope",
    "state=STATE&error=server_error",
    "state=STATE&error=temporarily_unavailable",
    "state=STATE&error=unauthorized_client",
    "state=STATE&error=unsupported_response_type",
    "state=STATE&error=x",
    "#state=STATE&access_token=",
    "#state=STATE&access_token=a",
    "#state=STATE&access_token=a&token_type=x",
    "#state=STATE&access_token=a&expires_in=x",
];
