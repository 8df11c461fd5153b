//! Until when a token is good, in words.

use std::time::SystemTime;

use mailgrant_core::Expiry;

/// Fits behind "good" or "works".
pub(crate) fn described(expiry: Expiry, now: SystemTime) -> String {
    match (expiry, expiry.remaining(now)) {
        (Expiry::At(end), Some(left)) => {
            format!("until {} ({} s from now)", httpdate::fmt_http_date(end), left.as_secs())
        }
        (Expiry::Never, _) => "until it is revoked".to_owned(),
        _ => "until the provider rejects it: no end is known".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_end_is_a_date_with_what_is_left() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let text = described(Expiry::At(now + Duration::from_secs(60)), now);
        assert_eq!(text, "until Sun, 06 Nov 1994 08:50:37 GMT (60 s from now)");
        assert!(described(Expiry::Unknown, now).contains("no end"));
    }
}
