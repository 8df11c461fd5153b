//! A token answer (RFC 6749 §5.1) into tokens: tolerant where providers are loose, strict where it hurts.

use std::time::{Duration, SystemTime};

use secrecy::SecretString;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{Asked, named};
use crate::{AccessToken, AccountName, Error, Expiry, Profile, RefreshToken, callback::FragmentToken, issued::Issued};

/// A life longer than this is a mistake, or somebody's attempt at one.
const LONGEST_LIFE: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// `None`: there is no token in it. An error: there is one that cannot be used.
pub(super) fn tokens(
    body: &[u8],
    asked: Asked,
    sent_at: SystemTime,
    profile: &Profile,
) -> Option<Result<Issued, Error>> {
    let read: Read = serde_json::from_slice(object(body)).ok()?;
    let account_id = match profile.account {
        Some(AccountName::InAnswer(field)) => named::id(body, field),
        _ => None,
    };
    Some(read.issued(asked, sent_at, profile.unnamed_expiry).map(|issued| Issued { account_id, ..issued }))
}

/// The token of a fragment (RFC 6749 §4.2.2), in the shape of an answer.
pub(crate) fn handed_over(token: FragmentToken, at: SystemTime, unnamed: Expiry) -> Result<Issued, Error> {
    let read = Read {
        access_token: token.access_token,
        token_type: token.token_type.map_or(Text::Missing, Text::Given),
        expires_in: token.expires_in.map_or(Life::Unnamed, |text| Life::text(&text)),
        refresh_token: None,
        scope: token.scope.map_or(Text::Missing, Text::Given),
    };
    read.issued(Asked::Exchange, at, unnamed)
}

/// The body from its opening brace on; nothing, if it begins with anything else. (serde takes a list for a struct: a
/// page that says `["invalid_grant"]` is nobody's refusal.)
pub(super) fn object(body: &[u8]) -> &[u8] {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    if body.first() == Some(&b'{') { body } else { &[] }
}

#[derive(Deserialize)]
struct Read {
    access_token: SecretString,
    #[serde(default)]
    token_type: Text,
    #[serde(default)]
    expires_in: Life,
    #[serde(default, deserialize_with = "token")]
    refresh_token: Option<SecretString>,
    #[serde(default)]
    scope: Text,
}

/// A text, or whatever else: it is not worth losing a token over.
#[derive(Default)]
enum Text {
    Given(String),
    Other,
    #[default]
    Missing,
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        Ok(if raw.starts_with('"') { serde_json::from_str(raw).map_or(Self::Other, Self::Given) } else { Self::Other })
    }
}

/// A text that is not empty, or nothing.
fn token<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?.get();
    let token = if raw.starts_with('"') { serde_json::from_str(raw).ok() } else { None };
    Ok(token.filter(|token| !is_empty(token)))
}

impl Read {
    fn issued(self, asked: Asked, sent_at: SystemTime, unnamed: Expiry) -> Result<Issued, Error> {
        if matches!(&self.token_type, Text::Given(kind) if !kind.is_empty() && !kind.eq_ignore_ascii_case("bearer")) {
            return Err(unusable(
                asked,
                "token_type_unknown",
                "the provider issued a token of a type other than Bearer, which cannot be used: tell the provider",
            ));
        }
        let expiry = match self.expires_in {
            Life::Unnamed => unnamed,
            // Where tokens have no end, zero is how some servers say it.
            Life::Named(Duration::ZERO) if unnamed == Expiry::Never => Expiry::Never,
            Life::Named(life) if life <= LONGEST_LIFE => Expiry::At(sent_at + life),
            // A rotated pair is the only one there is: better used until it is rejected than lost over its life.
            Life::Named(_) | Life::Absurd if asked == Asked::Refresh => Expiry::Unknown,
            Life::Named(_) | Life::Absurd => {
                return Err(unusable(
                    asked,
                    "expires_in_absurd",
                    "the provider issued a token with a life that is no number of seconds, negative or absurdly long: tell the provider, and try again",
                ));
            }
        };
        Ok(Issued {
            access: AccessToken::received(self.access_token)?,
            refresh: self.refresh_token.map(RefreshToken::received).transpose()?,
            expiry,
            at: sent_at,
            scope: match self.scope {
                Text::Given(scope)
                    if !scope.is_empty() && scope.len() <= 1024 && !scope.chars().any(char::is_control) =>
                {
                    Some(scope)
                }
                _ => None,
            },
            account_id: None,
        })
    }
}

/// After a login the customer is there to begin again; after a renewal there is nobody, and an account in doubt.
fn unusable(asked: Asked, code: &'static str, message: &'static str) -> Error {
    match asked {
        Asked::Exchange => Error::ask_user(code, message),
        _ => Error::try_later(code, message),
    }
}

#[expect(clippy::disallowed_methods, reason = "door: an empty refresh token is none")]
fn is_empty(token: &SecretString) -> bool {
    secrecy::ExposeSecret::expose_secret(token).is_empty()
}

/// `expires_in`, as number, float or text of digits.
#[derive(Default)]
enum Life {
    #[default]
    Unnamed,
    Named(Duration),
    Absurd,
}

impl Life {
    fn text(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() {
            return Self::Unnamed;
        }
        let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        seconds.map_or(Self::Absurd, Self::Named)
    }
}

/// As it stands there: a number that fits into none of ours is no reason to lose the rest.
impl<'de> Deserialize<'de> for Life {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        Ok(match raw.as_bytes() {
            b"null" => Self::Unnamed,
            [b'"', ..] => serde_json::from_str::<String>(raw).map_or(Self::Absurd, |text| Self::text(&text)),
            [b'-' | b'0'..=b'9', ..] => Self::text(raw),
            _ => Self::Absurd,
        })
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests look at what was read")]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn profile(unnamed: Expiry) -> Profile {
        let endpoints = crate::Endpoints::parse("https://a.example", "https://a.example", "https://a.example").unwrap();
        let mut profile = Profile::new("test", endpoints);
        profile.unnamed_expiry = unnamed;
        profile
    }

    fn read(body: &str) -> Result<Issued, &'static str> {
        let sent_at = SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
        tokens(body.as_bytes(), Asked::Exchange, sent_at, &profile(Expiry::Unknown))
            .map_or(Err("no token"), |read| read.map_err(|error| error.code()))
    }

    fn at(seconds: u64) -> Expiry {
        Expiry::At(SystemTime::UNIX_EPOCH + Duration::from_secs(1000 + seconds))
    }

    #[test]
    fn the_documented_answer() {
        let issued =
            read(r#"{"access_token":"a","expires_in":3600,"token_type":"Bearer","scope":null,"refresh_token":"r"}"#)
                .unwrap();
        assert_eq!(issued.access.expose_secret(), "a");
        assert_eq!(issued.refresh.unwrap().expose_secret(), "r");
        assert_eq!(issued.expiry, at(3600));
        assert_eq!(issued.scope, None);
    }

    #[test]
    fn lives_come_in_many_shapes() {
        for (value, expected) in [
            ("60", Ok(at(60))),
            ("60.0", Ok(at(60))),
            ("\"60\"", Ok(at(60))),
            ("null", Ok(Expiry::Unknown)),
            ("\"\"", Ok(Expiry::Unknown)),
            ("0", Ok(at(0))),
            ("-1", Err("expires_in_absurd")),
            ("1e400", Err("expires_in_absurd")),
            ("18446744073709551616", Err("expires_in_absurd")),
            ("1e30", Err("expires_in_absurd")),
            ("99999999999999", Err("expires_in_absurd")),
            ("\"soon\"", Err("expires_in_absurd")),
            ("true", Err("expires_in_absurd")),
            ("{}", Err("expires_in_absurd")),
            ("[60]", Err("expires_in_absurd")),
            ("\"60.5\"", Ok(Expiry::At(SystemTime::UNIX_EPOCH + Duration::from_millis(1_060_500)))),
        ] {
            let body = format!(r#"{{"access_token":"a","expires_in":{value}}}"#);
            assert_eq!(read(&body).map(|issued| issued.expiry), expected, "{value}");
        }
        assert_eq!(read(r#"{"access_token":"a"}"#).unwrap().expiry, Expiry::Unknown);
    }

    #[test]
    fn zero_is_no_life_where_tokens_have_no_end() {
        let expiry = |unnamed| {
            let body = br#"{"access_token":"a","expires_in":0}"#;
            tokens(body, Asked::Exchange, SystemTime::UNIX_EPOCH, &profile(unnamed)).unwrap().unwrap().expiry
        };
        assert_eq!(expiry(Expiry::Never), Expiry::Never);
        assert_eq!(expiry(Expiry::Unknown), Expiry::At(SystemTime::UNIX_EPOCH));
    }

    #[test]
    fn an_account_is_named_where_the_profile_says() {
        let account = |account| {
            let body = br#"{"access_token":"a","user_id":7,"sub":"x"}"#;
            let profile = Profile { account, ..profile(Expiry::Unknown) };
            tokens(body, Asked::Exchange, SystemTime::UNIX_EPOCH, &profile).unwrap().unwrap().account_id
        };
        assert_eq!(account(None), None);
        assert_eq!(account(Some(AccountName::InAnswer("user_id"))).as_deref(), Some("7"));
        assert_eq!(account(Some(AccountName::InAnswer("sub"))).as_deref(), Some("x"));
        assert_eq!(account(Some(AccountName::At { path: "/me", field: "sub" })), None);
    }

    #[test]
    fn a_rotated_pair_is_not_lost_over_a_side_field() {
        for life in ["-1", "1e400", "[1e400]", "\"soon\"", "{\"x\":1e999}"] {
            let body = format!(
                r#"{{"access_token":"a","expires_in":{life},"scope":[1e999],"token_type":1e999,"refresh_token":"r","x":1e999}}"#
            );
            let issued = tokens(body.as_bytes(), Asked::Refresh, SystemTime::UNIX_EPOCH, &profile(Expiry::Never));
            let issued = issued.unwrap().unwrap();
            assert_eq!(issued.expiry, Expiry::Unknown, "{life}");
            assert!(issued.refresh.is_some());
        }
    }

    #[test]
    fn types_and_refresh_tokens() {
        for kind in ["\"bearer\"", "\"BEARER\"", "null", "\"\"", "5", "[\"Bearer\"]"] {
            assert!(read(&format!(r#"{{"access_token":"a","token_type":{kind}}}"#)).is_ok(), "{kind}");
        }
        assert_eq!(read(r#"{"access_token":"a","token_type":"mac"}"#).unwrap_err(), "token_type_unknown");
        for none in ["null", "\"\"", "false", "7", "{}", "1e999"] {
            assert!(read(&format!(r#"{{"access_token":"a","refresh_token":{none}}}"#)).unwrap().refresh.is_none());
        }
    }

    #[test]
    fn what_is_no_token_answer() {
        for body in [
            "",
            "{",
            "[]",
            "[\"t\"]",
            "[\"t\",null,60,\"r\"]",
            "null",
            "{}",
            r#"{"access_token":7}"#,
            r#"{"access_token":"a","access_token":"b"}"#,
            "<html>",
        ] {
            assert_eq!(read(body).unwrap_err(), "no token", "{body}");
        }
        assert_eq!(read(r#"{"access_token":"a\r\nb"}"#).unwrap_err(), "token_malformed");
        assert_eq!(read(r#"{"access_token":""}"#).unwrap_err(), "token_malformed");
        assert!(
            tokens(
                "\u{feff}{\"access_token\":\"a\"}".as_bytes(),
                Asked::Exchange,
                SystemTime::UNIX_EPOCH,
                &profile(Expiry::Never)
            )
            .unwrap()
            .is_ok()
        );
    }
}
