//! What GetResponse's error bodies mean: its own envelope, or the standard's error object.

use std::time::Duration;

use mailgrant_core::{
    Answer, Asked, Meaning, Refusal, Verdict,
    bytes::Bytes,
    http::{Response, StatusCode},
    refusal::standard,
    verdict,
};
use serde::Deserialize;

/// GetResponse's envelope, of which only `code` can be relied upon. `context` echoes the token, and is read
/// for the pause in it alone.
#[derive(Deserialize)]
struct Envelope {
    #[serde(deserialize_with = "number")]
    code: u32,
    #[serde(default)]
    message: Message,
    #[serde(default)]
    context: Context,
}

impl Envelope {
    /// Of an object only: serde takes a list for a struct, and a list is nobody's envelope.
    fn of(body: &[u8]) -> Option<Self> {
        body.trim_ascii_start().starts_with(b"{").then(|| serde_json::from_slice(body).ok())?
    }
}

/// A text, or whatever else.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Message {
    Text(String),
    Other(serde::de::IgnoredAny),
    #[default]
    #[serde(skip)]
    Missing,
}

/// A number, also as a text of digits.
fn number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Number {
        Number(u32),
        Text(String),
    }
    match Number::deserialize(deserializer)? {
        Number::Number(number) => Ok(number),
        Number::Text(text) => text.trim().parse().map_err(serde::de::Error::custom),
    }
}

/// An object, an empty list where there is nothing to say, or anything else.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Context {
    Pause {
        #[serde(rename = "timeToReset")]
        time_to_reset: String,
    },
    #[default]
    #[serde(skip)]
    Missing,
    Other(serde::de::IgnoredAny),
}

pub(crate) fn read(answer: &Answer<'_>) -> Option<Refusal> {
    if let Some(refusal) = standard(answer) {
        return Some(refusal);
    }
    let envelope = Envelope::of(answer.body)?;
    let (meaning, code) = match envelope.code {
        // One code for several things. On a refresh it is the refresh token, as integrations in production take
        // it; only the words that are documented for wrong credentials say that it is us.
        1014 if about_credentials(&envelope.message) => (Meaning::ClientMisconfigured, "1014"),
        1014 if answer.asked == Asked::Refresh || answer.asked == Asked::Exchange => (Meaning::GrantDead, "1014"),
        1015 => (Meaning::RateLimited, "1015"),
        1016 => (Meaning::RateLimited, "1016"),
        1017 => (Meaning::ClientMisconfigured, "1017"),
        1018 => (Meaning::ClientMisconfigured, "1018"),
        1021 => (Meaning::ClientMisconfigured, "1021"),
        1023 => (Meaning::ClientMisconfigured, "1023"),
        1024 => (Meaning::ClientMisconfigured, "1024"),
        1 => (Meaning::Temporary, "1"),
        1019 => (Meaning::Temporary, "1019"),
        1000 => (Meaning::ClientMisconfigured, "1000"),
        _ => (Meaning::Temporary, "other"),
    };
    Some(Refusal::new(meaning, code).after(pause(&envelope)))
}

/// By GetResponse's own code, since the status of 1014 is 401 on the wire and 403 in the registry of errors.
pub(crate) fn verdict(answer: &Response<Bytes>) -> Verdict {
    let status = answer.status();
    if status.is_success() || status.is_server_error() {
        return verdict::standard(answer);
    }
    match Envelope::of(answer.body()) {
        Some(Envelope { code: 1014, .. }) if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
            Verdict::TokenRejected
        }
        // A temporary block of the API (1016) has status 403.
        Some(envelope @ Envelope { code: 1015 | 1016, .. }) => Verdict::Throttled(pause(&envelope)),
        // The app or its address is blocked, whatever the token.
        Some(Envelope { code: 1017 | 1018, .. }) => Verdict::Other,
        _ => verdict::standard(answer),
    }
}

/// What the body asks for; a temporary block lasts about fifteen minutes.
fn pause(envelope: &Envelope) -> Option<Duration> {
    seconds(&envelope.context).or_else(|| (envelope.code == 1016).then_some(Duration::from_secs(900)))
}

fn about_credentials(message: &Message) -> bool {
    let Message::Text(text) = message else { return false };
    let text = text.trim().to_ascii_lowercase();
    text.starts_with("unable to authenticate request") || text.starts_with("unsupported authentication method")
}

/// `"100 seconds"`: a text with a unit.
fn seconds(context: &Context) -> Option<Duration> {
    let Context::Pause { time_to_reset } = context else { return None };
    let number = time_to_reset.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_secs(number).min(Duration::from_secs(3600)))
}
