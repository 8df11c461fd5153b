//! Verdict: what an answer of the API says about the token that it was asked with.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header};

/// What an answer of the API says about the token that it was asked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// The token is bad: another one may help.
    TokenRejected,
    /// The token is good, and may not do this: another one of the same grant will not help.
    Forbidden,
    /// Too many calls, with the pause that is asked for, where it is said.
    Throttled(Option<Duration>),
    /// Anything else, success included.
    Other,
}

/// The standard's own: RFC 6750 §3.1 for the token, RFC 6585 §4 for the pace.
#[must_use]
pub fn standard(answer: &Response<Bytes>) -> Verdict {
    match answer.status() {
        StatusCode::UNAUTHORIZED => Verdict::TokenRejected,
        StatusCode::FORBIDDEN => Verdict::Forbidden,
        StatusCode::TOO_MANY_REQUESTS => Verdict::Throttled(None),
        StatusCode::SERVICE_UNAVAILABLE if answer.headers().contains_key(header::RETRY_AFTER) => {
            Verdict::Throttled(None)
        }
        _ => Verdict::Other,
    }
}

/// The same verdict, with the pause of `Retry-After` (RFC 9110 §10.2.3) where the answer has one: in seconds, or until a
/// date, counted from the answer's own.
pub(crate) fn paced(verdict: Verdict, headers: &HeaderMap) -> Verdict {
    let Verdict::Throttled(named) = verdict else { return verdict };
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let date = |name| text(name).and_then(|text| httpdate::parse_http_date(text).ok());
    let seconds = text(header::RETRY_AFTER).and_then(|text| text.parse().ok()).map(Duration::from_secs);
    let until = || date(header::RETRY_AFTER)?.duration_since(date(header::DATE)?).ok();
    Verdict::Throttled(seconds.or_else(until).or(named).map(|pause| pause.min(Duration::from_secs(3600))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(status: u16, headers: &[(&str, &str)], named: Option<u64>) -> Verdict {
        let mut answer = Response::builder().status(status);
        for (name, value) in headers {
            answer = answer.header(*name, *value);
        }
        let answer = answer.body(Bytes::new()).unwrap();
        let verdict = match (standard(&answer), named) {
            (Verdict::Throttled(_), Some(named)) => Verdict::Throttled(Some(Duration::from_secs(named))),
            (verdict, _) => verdict,
        };
        paced(verdict, answer.headers())
    }

    #[test]
    fn the_standard_s_statuses() {
        for (status, expected) in [
            (200, Verdict::Other),
            (401, Verdict::TokenRejected),
            (403, Verdict::Forbidden),
            (404, Verdict::Other),
            (429, Verdict::Throttled(None)),
            (500, Verdict::Other),
            (503, Verdict::Other),
        ] {
            assert_eq!(judge(status, &[], None), expected, "{status}");
        }
    }

    #[test]
    fn a_pause_is_the_header_s_before_the_body_s() {
        let pause = |seconds| Verdict::Throttled(Some(Duration::from_secs(seconds)));
        let date = [("date", "Sun, 22 Nov 2026 03:00:00 GMT"), ("retry-after", "Sun, 22 Nov 2026 03:00:40 GMT")];
        assert_eq!(judge(429, &[("retry-after", " 7 ")], Some(99)), pause(7));
        assert_eq!(judge(429, &date, Some(99)), pause(40));
        assert_eq!(judge(503, &date, None), pause(40));
        assert_eq!(judge(429, &date[1..], Some(99)), pause(99), "a date without another to count from");
        assert_eq!(judge(429, &[("retry-after", "soon")], Some(99)), pause(99));
        assert_eq!(judge(429, &[("retry-after", "99999999")], None), pause(3600));
    }
}
