//! No error says a word of an answer, but for the known codes.

use std::error::Error as StdError;

use mailgrant_core::Error;
use serde_json::Value;

/// The codes that an error may name, since they are ours to write.
const KNOWN: &[&str] = &[
    "access_revoked",
    "developer_inactive",
    "expires_in_absurd",
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "invalid_token",
    "redirect_uri_mismatch",
    "server_error",
    "slow_down",
    "temporarily_unavailable",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_token_type",
];

/// What the error has from the body: a value that is longer than six characters, known codes aside.
pub(crate) fn repeated(error: &Error, body: &[u8]) -> Option<String> {
    let said = KNOWN.iter().fold(said(error), |said, code| said.replace(code, ""));
    values(body).into_iter().find(|value| value.len() > 6 && said.contains(value))
}

/// Everything that can be printed of an error, in lower case.
fn said(error: &Error) -> String {
    let mut said = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(cause) = source {
        said += &format!(" {cause} {cause:?}");
        source = cause.source();
    }
    said.to_lowercase()
}

/// The texts and numbers of an object, in lower case; of anything else its words.
fn values(body: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(body).trim_start_matches('\u{feff}').to_lowercase();
    let mut values = Vec::new();
    match serde_json::from_str(&text) {
        Ok(value) => collect(&value, &mut values),
        Err(_) => values.extend(text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').map(Into::into)),
    }
    values
}

fn collect(value: &Value, values: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.values().for_each(|value| collect(value, values)),
        Value::Array(items) => items.iter().for_each(|value| collect(value, values)),
        Value::String(text) => values.push(text.clone()),
        Value::Number(number) => values.push(number.to_string()),
        Value::Bool(_) | Value::Null => {}
    }
}

#[test]
fn it_notices_what_an_error_repeats() {
    let body = br#"{"error":"invalid_grant","more":[{"token":"hush-hush"}],"number":12345678}"#;
    let error = Error::new(mailgrant_core::ErrorKind::TryLater, "a", "try again [invalid_grant]");
    assert_eq!(repeated(&error, body), None);
    for word in ["hush-hush", "HUSH-HUSH", "12345678"] {
        let error = error.clone().caused_by(word);
        assert_eq!(repeated(&error, body), Some(word.to_lowercase()));
        assert_eq!(repeated(&error, format!("<h1>{word}</h1>").as_bytes()), Some(word.to_lowercase()));
    }
}
