//! What VerticalResponse's error bodies mean: the gateway's headers first, the shape of the body next, the status last.

use mailgrant_core::{
    Answer, Asked, Meaning, Refusal,
    bytes::Bytes,
    http::{HeaderMap, Response, StatusCode},
    refusal::standard,
};
use serde::Deserialize;

/// The envelope of both generations; the documents call its node `status`, the servers `error`. At the token
/// endpoint, `error` may also be the standard's word.
#[derive(Deserialize)]
struct Envelope {
    #[serde(alias = "status")]
    error: Node,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Node {
    Word(String),
    Detail {
        #[serde(default)]
        message: Option<String>,
    },
    Other(serde::de::IgnoredAny),
}

impl Envelope {
    /// Of an object only: serde takes a list for a struct, and a list is nobody's envelope.
    fn of(body: &[u8]) -> Option<Self> {
        body.trim_ascii_start().starts_with(b"{").then(|| serde_json::from_slice(body).ok())?
    }

    fn says(&self, parts: &[&str]) -> bool {
        let (Node::Word(text) | Node::Detail { message: Some(text) }) = &self.error else { return false };
        let text = text.to_ascii_lowercase().replace('_', " ");
        parts.iter().any(|part| text.contains(part))
    }
}

/// What the gateway before the first generation says of its own.
fn gateway(headers: &HeaderMap) -> Option<Refusal> {
    let code = headers.get("x-mashery-error-code")?.as_bytes();
    let says = |part: &[u8]| code.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part));
    if says(b"OVER_QPS") || says(b"OVER_RATE") {
        Some(Refusal::new(Meaning::RateLimited, "over_limit"))
    } else if says(b"DEVELOPER_INACTIVE") {
        Some(Refusal::new(Meaning::ClientMisconfigured, "developer_inactive"))
    } else {
        None
    }
}

pub(crate) fn read(answer: &Answer<'_>) -> Option<Refusal> {
    if let Some(refusal) = gateway(answer.headers) {
        return Some(refusal);
    }
    let envelope = Envelope::of(answer.body)?;
    let exchange = answer.asked == Asked::Exchange;
    match &envelope.error {
        // Documented for a redirect URI that differs from the consent page's: the code may be good.
        _ if exchange && envelope.says(&["invalid token"]) => {
            Some(Refusal::new(Meaning::ClientMisconfigured, "invalid_token"))
        }
        Node::Word(word) if word == "access_revoked" => Some(Refusal::new(Meaning::GrantDead, "access_revoked")),
        Node::Word(_) => standard(answer),
        // The API's own shape says nothing of a grant.
        Node::Detail { .. } if exchange => Some(Refusal::new(Meaning::ClientMisconfigured, "other")),
        Node::Detail { .. } => Some(Refusal::new(Meaning::Temporary, "other")),
        Node::Other(_) => None,
    }
}

/// Status 401, or 403 with words about the token: a bare 403 is about permission, and the gateway's about pace.
pub(crate) fn rejects_token(answer: &Response<Bytes>) -> bool {
    if gateway(answer.headers()).is_some() {
        return false;
    }
    let envelope = || Envelope::of(answer.body());
    match answer.status() {
        StatusCode::UNAUTHORIZED => !envelope().is_some_and(|envelope| envelope.says(&["invalid client"])),
        StatusCode::FORBIDDEN => envelope()
            .is_some_and(|envelope| envelope.says(&["invalid or expired token", "invalid token", "expired token"])),
        _ => false,
    }
}
