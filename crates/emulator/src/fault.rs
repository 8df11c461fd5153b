//! What can go wrong on demand.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A misfortune. Its name is what `Display` writes, what `FromStr` reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// `delay` (5 s) or `delay:SECONDS`: after the commit, the answer is held for that real time.
    /// Joins with one other fault.
    Delay(Duration),
    /// `drop-before-commit`: nothing changes, the connection closes without an answer.
    DropBeforeCommit,
    /// `drop-after-commit`: the state changes, the connection closes without an answer.
    DropAfterCommit,
    /// `html-502`: nothing changes, a proxy's error page is answered.
    Html502,
    /// `html-502-after-commit`: the state changes, a proxy's error page is answered.
    Html502AfterCommit,
    /// `rate-limit`: nothing changes, 429 with `Retry-After: 7` and code 1015; for VerticalResponse as
    /// its `throttling` says.
    RateLimit,
    /// `truncated-body`: the state changes, the body breaks off halfway.
    TruncatedBody,
    /// `slow-body`: the state changes, the body takes about four seconds of real time.
    SlowBody,
    /// `empty-200`: the state changes, 200 without a body.
    Empty200,
    /// `error-in-200`: nothing changes, 200 with an error object.
    ErrorIn200,
    /// `invalid-client`: nothing changes, the app's credentials are called wrong.
    InvalidClient,
    /// `no-rotation`: a refresh that should rotate answers the presented token, which stays good.
    NoRotation,
    /// `refresh-refused`: a refresh is refused as if its token were dead; nothing changes.
    RefreshRefused,
    /// `code-accepted-twice`: a code that was exchanged already yields tokens again.
    CodeAcceptedTwice,
    /// `token-type-mac`: tokens are issued with a type that nobody asked for.
    TokenTypeMac,
    /// `wrong-state`: the callback carries another `state`.
    WrongState,
    /// `expired-accepted`: the API takes an expired token for good.
    ExpiredAccepted,
}

impl Fault {
    /// All of them, for help texts; the delay with its default length.
    pub const ALL: &'static [Self] = &[
        Self::Delay(Duration::from_secs(5)),
        Self::DropBeforeCommit,
        Self::DropAfterCommit,
        Self::Html502,
        Self::Html502AfterCommit,
        Self::RateLimit,
        Self::TruncatedBody,
        Self::SlowBody,
        Self::Empty200,
        Self::ErrorIn200,
        Self::InvalidClient,
        Self::NoRotation,
        Self::RefreshRefused,
        Self::CodeAcceptedTwice,
        Self::TokenTypeMac,
        Self::WrongState,
        Self::ExpiredAccepted,
    ];

    /// The name without a parameter.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delay(_) => "delay",
            Self::DropBeforeCommit => "drop-before-commit",
            Self::DropAfterCommit => "drop-after-commit",
            Self::Html502 => "html-502",
            Self::Html502AfterCommit => "html-502-after-commit",
            Self::RateLimit => "rate-limit",
            Self::TruncatedBody => "truncated-body",
            Self::SlowBody => "slow-body",
            Self::Empty200 => "empty-200",
            Self::ErrorIn200 => "error-in-200",
            Self::InvalidClient => "invalid-client",
            Self::NoRotation => "no-rotation",
            Self::RefreshRefused => "refresh-refused",
            Self::CodeAcceptedTwice => "code-accepted-twice",
            Self::TokenTypeMac => "token-type-mac",
            Self::WrongState => "wrong-state",
            Self::ExpiredAccepted => "expired-accepted",
        }
    }

    /// One line for a help text.
    #[must_use]
    pub const fn summary(self) -> &'static str {
        match self {
            Self::Delay(_) => "hold the answer (delay:SECONDS; 5 without)",
            Self::DropBeforeCommit => "change nothing, close the connection",
            Self::DropAfterCommit => "change the state, close the connection without an answer",
            Self::Html502 => "change nothing, answer a proxy's error page",
            Self::Html502AfterCommit => "change the state, answer a proxy's error page",
            Self::RateLimit => "change nothing, answer that there were too many requests",
            Self::TruncatedBody => "change the state, break the body off halfway",
            Self::SlowBody => "change the state, send the body in small pieces",
            Self::Empty200 => "change the state, answer 200 without a body",
            Self::ErrorIn200 => "change nothing, answer an error object with status 200",
            Self::InvalidClient => "change nothing, call the app's credentials wrong",
            Self::NoRotation => "break the promise to rotate: the refresh token stays good",
            Self::RefreshRefused => "refuse refreshes as if the token were dead",
            Self::CodeAcceptedTwice => "accept a code that was exchanged already",
            Self::TokenTypeMac => "issue tokens of type mac",
            Self::WrongState => "send another state to the callback",
            Self::ExpiredAccepted => "accept expired access tokens",
        }
    }

    /// Whether the fault can happen there at all.
    #[must_use]
    pub const fn strikes(self, target: Target) -> bool {
        match self {
            Self::InvalidClient => matches!(target, Target::Token | Target::Revoke),
            Self::NoRotation | Self::RefreshRefused | Self::CodeAcceptedTwice | Self::TokenTypeMac => {
                matches!(target, Target::Token)
            }
            Self::WrongState => matches!(target, Target::Authorize),
            Self::ExpiredAccepted => matches!(target, Target::Api),
            _ => true,
        }
    }

    /// Whether it breaks what the provider promises, instead of the way an answer travels.
    pub(crate) const fn breaks_promise(self) -> bool {
        matches!(
            self,
            Self::NoRotation
                | Self::RefreshRefused
                | Self::CodeAcceptedTwice
                | Self::TokenTypeMac
                | Self::WrongState
                | Self::ExpiredAccepted
        )
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::Delay(time) => write!(f, ":{}", time.as_secs_f64()),
            _ => Ok(()),
        }
    }
}

impl FromStr for Fault {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        if let Some(seconds) = text.strip_prefix("delay:") {
            let seconds = seconds.parse::<f64>().ok();
            return seconds
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
                .map(Self::Delay)
                .ok_or_else(|| UnknownName::new("delay", text, "delay:SECONDS"));
        }
        let known = Self::ALL.iter().copied();
        known.clone().find(|fault| fault.name() == text).ok_or_else(|| {
            let names = known.map(Self::name).collect::<Vec<_>>();
            UnknownName::new("fault", text, &names.join(", "))
        })
    }
}

/// Where a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// `token`: `POST`s at a token endpoint; at VerticalResponse's of generation 1 also `GET`s.
    Token,
    /// `api`: everything below the base of an API that is none of the other three.
    Api,
    /// `authorize`: the authorization page, the form it sends included.
    Authorize,
    /// `revoke`: `DELETE`s at the revocation endpoint, which only VerticalResponse's generation 2 has.
    Revoke,
}

impl Target {
    /// All of them, for help texts.
    pub const ALL: &'static [Self] = &[Self::Token, Self::Api, Self::Authorize, Self::Revoke];
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token => "token",
            Self::Api => "api",
            Self::Authorize => "authorize",
            Self::Revoke => "revoke",
        })
    }
}

impl FromStr for Target {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let mut known = Self::ALL.iter().copied();
        known
            .find(|target| target.to_string() == text)
            .ok_or_else(|| UnknownName::new("target", text, "token, api, authorize, revoke"))
    }
}

/// How often a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Times {
    /// The next so many requests that it applies to.
    Next(u32),
    /// Until the faults are cleared.
    Always,
}

/// A name that nobody here knows; its text lists those that are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName(String);

impl UnknownName {
    fn new(kind: &str, given: &str, known: &str) -> Self {
        Self(format!("unknown {kind} `{given}`; known: {known}"))
    }
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UnknownName {}

#[cfg(test)]
mod tests {
    use super::{Fault, Target};
    use std::time::Duration;

    #[test]
    fn names_go_both_ways() {
        for fault in Fault::ALL {
            assert_eq!(fault.to_string().parse(), Ok(*fault));
            assert_eq!(fault.name().parse(), Ok(*fault));
        }
        for target in Target::ALL {
            assert_eq!(target.to_string().parse(), Ok(*target));
        }
    }

    #[test]
    fn a_delay_takes_seconds() {
        let delay = |text: &str| text.parse::<Fault>();
        assert_eq!(delay("delay:0.25"), Ok(Fault::Delay(Duration::from_millis(250))));
        assert!(delay("delay:-1").is_err());
        assert!(delay("delay:x").is_err());
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let error = "html-503".parse::<Fault>().unwrap_err().to_string();
        assert!(error.contains("html-503") && error.contains("html-502"));
    }
}
