//! What VerticalResponse's error bodies mean: the gateway's headers first, the shape of the body next, the status last.

use mailgrant_core::{
    Answer, Asked, Meaning, Refusal, Verdict,
    bytes::Bytes,
    http::{HeaderMap, Response, StatusCode},
    refusal::standard,
    verdict,
};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The envelope of both generations. Servers call its node `error`, the documents `status`; at the token endpoint
/// `error` may also be the standard's word, and `status` whatever it likes.
#[derive(Deserialize)]
struct Envelope<'a> {
    /// As it stands there: whatever else a body says costs no verdict.
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
    #[serde(borrow, default)]
    status: Option<&'a RawValue>,
}

enum Node {
    Word(String),
    Detail(Option<String>),
}

#[derive(Deserialize)]
struct Detail<'a> {
    #[serde(borrow, default)]
    message: Option<&'a RawValue>,
}

impl Node {
    /// Of an object only: serde takes a list for a struct, and a list is nobody's envelope.
    fn of(body: &[u8]) -> Option<Self> {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
        let envelope: Envelope<'_> = body.starts_with(b"{").then(|| serde_json::from_slice(body).ok())??;
        let status = || envelope.status.and_then(Self::read).filter(|node| matches!(node, Self::Detail(_)));
        envelope.error.and_then(Self::read).or_else(status)
    }

    fn read(raw: &RawValue) -> Option<Self> {
        let text = |raw: &RawValue| serde_json::from_str(raw.get()).ok();
        if raw.get().starts_with('{') {
            let detail: Detail<'_> = serde_json::from_str(raw.get()).ok()?;
            return Some(Self::Detail(detail.message.and_then(text)));
        }
        text(raw).map(Self::Word)
    }

    /// What it says, in lower case; words are parted by spaces.
    fn text(&self) -> String {
        let (Self::Word(text) | Self::Detail(Some(text))) = self else { return String::new() };
        text.trim().trim_end_matches('.').to_ascii_lowercase().replace('_', " ")
    }

    /// The token is called bad, by whole words: there are tokens "of an invalid type", and permissions of tokens.
    fn calls_the_token_bad(&self) -> bool {
        let text = self.text();
        text.contains("invalid or expired token") || ["invalid token", "expired token"].contains(&&*text)
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
    let node = Node::of(answer.body)?;
    let exchange = answer.asked == Asked::Exchange;
    match &node {
        // Documented for a redirect URI that differs from the consent page's: the code may be good.
        _ if exchange && (node.calls_the_token_bad() || node.text() == "invalid token result") => {
            Some(Refusal::new(Meaning::ClientMisconfigured, "invalid_token"))
        }
        _ if node.text() == "invalid client" => Some(Refusal::new(Meaning::ClientMisconfigured, "invalid_client")),
        Node::Word(word) if word == "access_revoked" => Some(Refusal::new(Meaning::GrantDead, "access_revoked")),
        Node::Word(_) => standard(answer),
        // The API's own shape says nothing of a grant.
        _ if exchange => Some(Refusal::new(Meaning::ClientMisconfigured, "other")),
        _ => Some(Refusal::new(Meaning::Temporary, "other")),
    }
}

/// Status 401, or 403 with words about the token: a bare 403 is about permission, and the gateway's about pace.
pub(crate) fn verdict(answer: &Response<Bytes>) -> Verdict {
    match gateway(answer.headers()) {
        Some(Refusal { meaning: Meaning::RateLimited, .. }) => return Verdict::Throttled(None),
        Some(_) => return Verdict::Other,
        None => {}
    }
    let node = || Node::of(answer.body());
    match answer.status() {
        // The app's credentials are no matter of the token.
        StatusCode::UNAUTHORIZED if node().is_some_and(|node| node.text() == "invalid client") => Verdict::Other,
        StatusCode::FORBIDDEN if node().is_some_and(|node| node.calls_the_token_bad()) => Verdict::TokenRejected,
        _ => verdict::standard(answer),
    }
}
