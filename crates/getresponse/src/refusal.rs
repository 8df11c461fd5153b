//! What GetResponse's error bodies mean: its own envelope, or the standard's error object.

use std::time::Duration;

use mailgrant_core::{
    Answer, Asked, Meaning, Refusal, Verdict,
    bytes::Bytes,
    http::{HeaderMap, Response, StatusCode},
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
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
        body.starts_with(b"{").then(|| serde_json::from_slice(body).ok())?
    }

    fn message(&self) -> String {
        self.message.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
    }

    fn time_to_reset(&self) -> Option<Duration> {
        let raw = self.context?.get();
        let context: Context<'_> = raw.starts_with('{').then(|| serde_json::from_str(raw).ok())??;
        seconds(context.time_to_reset.get().trim_matches('"'))
    }
}

/// An object, or an empty list where there is nothing to say.
#[derive(Deserialize)]
struct Context<'a> {
    #[serde(borrow, rename = "timeToReset")]
    time_to_reset: &'a RawValue,
}

/// `100 seconds`: a number with a unit, or without.
fn seconds(text: &str) -> Option<Duration> {
    let number = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_secs(number).min(Duration::from_secs(3600)))
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
    let Some(envelope) = Envelope::of(answer.body) else {
        let paced = answer.status == StatusCode::TOO_MANY_REQUESTS;
        return paced.then(|| Refusal::new(Meaning::RateLimited, "other").after(reset(answer.headers)));
    };
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
    let pause =
        if meaning == Meaning::RateLimited { pause(&envelope, answer.headers) } else { envelope.time_to_reset() };
    Some(Refusal::new(meaning, code).after(pause))
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
        Some(envelope @ Envelope { code: 1015 | 1016, .. }) => Verdict::Throttled(pause(&envelope, answer.headers())),
        // The app or its address is blocked, whatever the token.
        Some(Envelope { code: 1017 | 1018, .. }) => Verdict::Other,
        _ => match verdict::standard(answer) {
            Verdict::Throttled(_) => Verdict::Throttled(reset(answer.headers())),
            verdict => verdict,
        },
    }
}

/// What the rate headers or the body ask for; a temporary block lasts about fifteen minutes.
fn pause(envelope: &Envelope<'_>, headers: &HeaderMap) -> Option<Duration> {
    let blocked = || (envelope.code == 1016).then_some(Duration::from_secs(900));
    reset(headers).or_else(|| envelope.time_to_reset()).or_else(blocked)
}

/// `X-RateLimit-Reset: 267 seconds`.
fn reset(headers: &HeaderMap) -> Option<Duration> {
    seconds(headers.get("x-ratelimit-reset")?.to_str().ok()?)
}

fn about_credentials(message: &str) -> bool {
    let text = message.trim().to_ascii_lowercase();
    text.starts_with("unable to authenticate request") || text.starts_with("unsupported authentication method")
}
