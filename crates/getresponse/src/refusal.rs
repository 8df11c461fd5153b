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
use serde_json::value::RawValue;

/// GetResponse's envelope, of which only `code` can be relied upon. `context` echoes the token, and is read
/// for the pause in it alone.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(deserialize_with = "number")]
    code: u32,
    /// As it stands there: whatever else a body says costs no verdict.
    #[serde(borrow, default)]
    message: Option<&'a RawValue>,
    #[serde(borrow, default)]
    context: Option<&'a RawValue>,
}

impl<'a> Envelope<'a> {
    /// Of an object only: serde takes a list for a struct, and a list is nobody's envelope.
    fn of(body: &'a [u8]) -> Option<Self> {
        body.trim_ascii_start().starts_with(b"{").then(|| serde_json::from_slice(body).ok())?
    }

    fn message(&self) -> String {
        self.message.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
    }

    /// `"100 seconds"`: a text with a unit.
    fn seconds(&self) -> Option<Duration> {
        let raw = self.context?.get();
        let context: Context = raw.starts_with('{').then(|| serde_json::from_str(raw).ok())??;
        let number = context.time_to_reset.split_whitespace().next()?.parse().ok()?;
        Some(Duration::from_secs(number).min(Duration::from_secs(3600)))
    }
}

/// An object, or an empty list where there is nothing to say.
#[derive(Deserialize)]
struct Context {
    #[serde(rename = "timeToReset")]
    time_to_reset: String,
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

pub(crate) fn read(answer: &Answer<'_>) -> Option<Refusal> {
    if let Some(refusal) = standard(answer) {
        return Some(refusal);
    }
    let envelope = Envelope::of(answer.body)?;
    let (meaning, code) = match envelope.code {
        // One code for several things. On a refresh it is the refresh token, as integrations in production take
        // it; only the words that are documented for wrong credentials say that it is us.
        1014 if answer.asked == Asked::Obtain || about_credentials(&envelope.message()) => {
            (Meaning::ClientMisconfigured, "1014")
        }
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
fn pause(envelope: &Envelope<'_>) -> Option<Duration> {
    envelope.seconds().or_else(|| (envelope.code == 1016).then_some(Duration::from_secs(900)))
}

fn about_credentials(message: &str) -> bool {
    let text = message.trim().to_ascii_lowercase();
    text.starts_with("unable to authenticate request") || text.starts_with("unsupported authentication method")
}
