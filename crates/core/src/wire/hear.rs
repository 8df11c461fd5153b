//! What an answer of the token endpoint means for the grant.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header};
use zeroize::Zeroize;

use super::answer;
use crate::{Client, Error, Meaning, Provider, Refusal, Sent, TransportError, issued::Issued};

/// An answer of the token endpoint, or of the one for revocations, for a [`Provider`] to read.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Answer<'a> {
    /// What was asked.
    pub asked: Asked,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body, without a byte order mark, if it could be a JSON object; else empty. Up to 64 KiB.
    pub body: &'a [u8],
}

impl<'a> Answer<'a> {
    pub(crate) fn of(asked: Asked, answer: &'a Response<Bytes>) -> Self {
        Self { asked, status: answer.status(), headers: answer.headers(), body: answer::object(answer.body()) }
    }
}

/// The body is counted, not shown: it may hold tokens.
impl fmt::Debug for Answer<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Answer")
            .field("asked", &self.asked)
            .field("status", &self.status)
            .field("body", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// What the token endpoint was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Asked {
    /// To take a code for tokens.
    Exchange,
    /// To take a refresh token for the next tokens.
    Refresh,
    /// To issue a token for the app itself.
    Obtain,
    /// To take a grant back.
    Revoke,
}

/// What came of asking.
pub(crate) enum Heard {
    Issued(Box<Issued>),
    /// The provider's clear word: what was spent is no good.
    Dead(Error),
    /// The answer says that nothing happened.
    Untouched(Error),
    /// Nobody can tell from the answer whether something happened.
    Unclear(Error),
}

pub(crate) fn hear<P: Provider>(
    client: &Client<P>,
    asked: Asked,
    answer: Response<Bytes>,
    sent_at: SystemTime,
) -> Heard {
    let seen = Answer::of(asked, &answer);
    let heard = judge(client.provider(), &seen, sent_at, client.host().now());
    if let Ok(mut body) = answer.into_body().try_into_mut() {
        body.zeroize();
    }
    heard
}

/// A request that no answer came to.
pub(crate) fn unanswered(error: TransportError) -> Error {
    match error.sent() {
        Sent::No => {
            Error::try_later("provider_unreachable", "no connection to the provider: nothing was sent; try again")
        }
        Sent::Perhaps => Error::try_later(
            "answer_lost",
            "the request was sent, and no answer came that could be read; what the provider did is unknown: try again",
        ),
    }
    .caused_by(error)
}

fn judge<P: Provider>(provider: &P, answer: &Answer<'_>, sent_at: SystemTime, now: SystemTime) -> Heard {
    let status = answer.status.as_u16();
    let pause = retry_after(answer.headers, now);
    let unclear = |code, message: &'static str| {
        Heard::Unclear(Error::try_later(code, message).answered(status, None).after(pause))
    };
    match status {
        429 => {
            // Not a verdict, whatever the body says: only its pause is of interest.
            let named = provider.refusal(answer).and_then(|refusal| refusal.retry_after);
            let pause = pause.or(named).unwrap_or(Duration::from_secs(30));
            Heard::Untouched(rate_limited().answered(status, None).after(pause))
        }
        200..=299 => match answer::tokens(answer.body, answer.asked, sent_at, provider.profile()) {
            Some(Ok(issued)) => Heard::Issued(Box::new(issued)),
            Some(Err(error)) => Heard::Unclear(error.answered(status, None)),
            None => match provider.refusal(answer) {
                Some(refusal) => refused(&refusal, answer, pause),
                None => unclear("answer_unclear", "the provider answered with success and without a token; what it did is unknown: try again"),
            },
        },
        // "See other" may be said of what was done, and "not modified" of what is remembered.
        303 | 304 => Heard::Unclear(redirected().answered(status, None)),
        300..=399 => Heard::Untouched(redirected().answered(status, None)),
        400..=499 => match provider.refusal(answer) {
            Some(refusal) => refused(&refusal, answer, pause),
            // Something on the way gave up waiting: the provider may have had the request.
            None if matches!(status, 408 | 460 | 499) => Heard::Unclear(unwell().answered(status, None).after(pause)),
            None => Heard::Untouched(
                Error::try_later("answer_unclear", "something on the way to the provider refused the request, in words that are not the provider's; no grant was changed: try again, and look at its address if that does not help")
                    .answered(status, None)
                    .after(pause),
            ),
        },
        _ => Heard::Unclear(unwell().answered(status, None).after(pause)),
    }
}

fn refused(refusal: &Refusal, answer: &Answer<'_>, pause: Option<Duration>) -> Heard {
    let pause = pause.or(refusal.retry_after);
    let answered = |error: Error| error.answered(answer.status.as_u16(), Some(refusal.code));
    // What is not found has not been asked, whatever the page says.
    let meaning = match refusal.meaning {
        Meaning::GrantDead if answer.status == StatusCode::NOT_FOUND => Meaning::Temporary,
        meaning => meaning,
    };
    match (meaning, answer.asked) {
        (Meaning::GrantDead, Asked::Refresh) => Heard::Dead(answered(Error::ask_user(
            "grant_refused",
            "the provider refused the refresh token: send the customer through the consent page again",
        ))),
        (Meaning::GrantDead, Asked::Exchange) => Heard::Dead(answered(Error::ask_user(
            "code_refused",
            "the provider refused the authorization code (expired, used before, or another app's): begin the login again",
        ))),
        (Meaning::ClientMisconfigured, _) | (Meaning::GrantDead, Asked::Obtain | Asked::Revoke) => {
            Heard::Untouched(answered(client_misconfigured()))
        }
        (Meaning::RateLimited, _) => {
            Heard::Untouched(answered(rate_limited()).after(pause.unwrap_or(Duration::from_secs(30))))
        }
        // Success without a token, or a failure within: whether something happened before it, nobody knows.
        (Meaning::Temporary, _) if answer.status.is_success() || matches!(refusal.code, "server_error" | "1") => {
            Heard::Unclear(answered(unwell()).after(pause))
        }
        (Meaning::Temporary, _) => {
            let message = "the provider cannot answer now: try again; no grant was changed";
            Heard::Untouched(answered(Error::try_later("provider_unwell", message)).after(pause))
        }
    }
}

pub(crate) fn client_misconfigured() -> Error {
    Error::configuration(
        "client_misconfigured",
        "the provider does not accept this app's request: check its id, secret, redirect URI and endpoints; no grant was changed",
    )
}

fn redirected() -> Error {
    Error::configuration(
        "token_endpoint_redirects",
        "the token endpoint answers with a redirect, which is not followed: check its address",
    )
}

fn unwell() -> Error {
    Error::try_later(
        "provider_unwell",
        "the provider, or something before it, failed; what it did is unknown: try again",
    )
}

fn rate_limited() -> Error {
    Error::try_later("rate_limited", "the provider asks for a pause: try again after it; no grant was changed")
}

/// `Retry-After` (RFC 9110 §10.2.3), in seconds or as a date; capped at an hour.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let pause = match value.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            // Counted from the answer's own clock, where it tells it.
            let date = headers.get(header::DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
            httpdate::parse_http_date(value).ok()?.duration_since(date.unwrap_or(now)).unwrap_or_default()
        }
    };
    Some(pause.min(Duration::from_secs(3600)))
}
