//! The documented words by which providers end a grant, read by code of the checks' own.

use mailgrant_core::{Asked, Provider, Verdict, bytes::Bytes, http::Response};
use serde_json::{Map, Value};

use super::reply::Reply;

/// RFC 6749 §5.2.
#[must_use]
pub fn by_the_standard(_: Asked, body: &Map<String, Value>) -> bool {
    word(body) == Some("invalid_grant")
}

/// The standard's word, or error 1014 of anything but the app's credentials.
#[must_use]
pub fn by_getresponse(asked: Asked, body: &Map<String, Value>) -> bool {
    let message = body.get("message").and_then(Value::as_str).unwrap_or_default().trim().to_ascii_lowercase();
    let ours = ["unable to authenticate request", "unsupported authentication method"];
    let of_the_grant = !ours.iter().any(|words| message.starts_with(words));
    by_the_standard(asked, body) || (is_1014(body) && of_the_grant)
}

/// The standard's word, or VerticalResponse's own for a grant that was taken back.
#[must_use]
pub fn by_verticalresponse(asked: Asked, body: &Map<String, Value>) -> bool {
    by_the_standard(asked, body) || word(body) == Some("access_revoked")
}

/// Checks what an answer of the API says of the token: nothing, but by status 401 or by words with status 403.
pub fn check_rejection(provider: &impl Provider, reply: &Reply, words: fn(&Map<String, Value>) -> bool) {
    let response: Response<Bytes> = reply.clone().into_response();
    if provider.verdict(&response) == Verdict::TokenRejected {
        assert!(matches!(reply.status, 401 | 403), "a token rejected by status {}: {reply:?}", reply.status);
        let forbidden = if reply.status == 403 { reply.object() } else { None };
        assert!(forbidden.is_none_or(|body| words(&body)), "a token rejected without a word: {reply:?}");
    }
}

/// Error 1014, as a number or a text of digits.
#[must_use]
pub fn is_1014(body: &Map<String, Value>) -> bool {
    match body.get("code") {
        Some(Value::Number(code)) => code.as_u64() == Some(1014),
        Some(Value::String(code)) => code.trim().parse() == Ok(1014_u32),
        _ => false,
    }
}

/// Something about a token that is no good.
#[must_use]
pub fn mentions_the_token(body: &Map<String, Value>) -> bool {
    let text = Value::Object(body.clone()).to_string().to_ascii_lowercase().replace('_', " ");
    text.contains("token") && (text.contains("invalid") || text.contains("expired"))
}

fn word(body: &Map<String, Value>) -> Option<&str> {
    body.get("error").and_then(Value::as_str)
}
