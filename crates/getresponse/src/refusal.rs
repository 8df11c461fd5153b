//! What GetResponse's error bodies mean: its own envelope, or the standard's error object.

use std::time::Duration;

use mailgrant_core::{
    Answer, Asked, Meaning, Refusal,
    bytes::Bytes,
    http::{Response, StatusCode},
    refusal::standard,
};
use serde::Deserialize;

/// GetResponse's envelope, of which only `code` can be relied upon. `context` echoes the token, and is read
/// for the pause in it alone.
#[derive(Deserialize)]
struct Envelope {
    code: u32,
    #[serde(default)]
    message: String,
    #[serde(default)]
    context: Context,
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
    let envelope: Envelope = serde_json::from_slice(answer.body).ok()?;
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
    // A temporary block (1016) lasts about fifteen minutes.
    let pause = seconds(&envelope.context).or_else(|| (envelope.code == 1016).then_some(Duration::from_secs(900)));
    Some(Refusal::new(meaning, code).after(pause))
}

/// Error 1014 with status 401 on the wire, 403 in the registry of errors; a bare 403 is about permission.
pub(crate) fn rejects_token(answer: &Response<Bytes>) -> bool {
    match answer.status() {
        StatusCode::UNAUTHORIZED => true,
        StatusCode::FORBIDDEN => {
            serde_json::from_slice::<Envelope>(answer.body()).is_ok_and(|envelope| envelope.code == 1014)
        }
        _ => false,
    }
}

fn about_credentials(message: &str) -> bool {
    message.starts_with("Unable to authenticate request") || message.starts_with("Unsupported authentication method")
}

/// `"100 seconds"`: a text with a unit.
fn seconds(context: &Context) -> Option<Duration> {
    let Context::Pause { time_to_reset } = context else { return None };
    let number = time_to_reset.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_secs(number).min(Duration::from_secs(3600)))
}
