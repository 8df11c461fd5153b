//! The error of every verb, told apart by what its reader does next.

use std::{borrow::Cow, error::Error as StdError, fmt, sync::Arc, time::Duration};

/// Whatever went wrong, with what to do about it.
///
/// An error never holds a body, a URL with a query, or a secret: it is safe to log as it is. Ask
/// [`kind`](Self::kind) what to do next; [`code`](Self::code) is a stable word for metrics and tests. Clones are
/// cheap, since one failed renewal is the answer to all who waited for it.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    code: &'static str,
    message: Cow<'static, str>,
    status: Option<u16>,
    provider_code: Option<&'static str>,
    retry_after: Option<Duration>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Only the customer can help: send them through the provider's consent page (again).
    AskUser,
    /// Nobody is at fault: try again, not before [`Error::retry_after`] where that is known.
    TryLater,
    /// Ours to set right: credentials, endpoints, keys, or how the library is called.
    Configuration,
    /// A promise of mailgrant does not hold. Please report it.
    Bug,
}

impl Error {
    /// An error of a kind, with a stable code and one sentence that says what to do next.
    ///
    /// For the crates around this one; neither argument may hold a secret.
    pub fn new(kind: ErrorKind, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Arc::new(Inner {
            kind,
            code,
            message: message.into(),
            status: None,
            provider_code: None,
            retry_after: None,
            source: None,
        }))
    }

    /// The same error, caused by `source`, which must not hold a secret either.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Arc::make_mut(&mut self.0).source = Some(source.into().into());
        self
    }

    /// The same error, not to be tried again before `pause` has passed.
    #[must_use]
    pub fn after(mut self, pause: impl Into<Option<Duration>>) -> Self {
        Arc::make_mut(&mut self.0).retry_after = pause.into();
        self
    }

    pub(crate) fn answered(mut self, status: u16, provider_code: Option<&'static str>) -> Self {
        let inner = Arc::make_mut(&mut self.0);
        inner.status = Some(status);
        inner.provider_code = provider_code;
        self
    }

    pub(crate) fn ask_user(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::AskUser, code, message)
    }

    pub(crate) fn try_later(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::TryLater, code, message)
    }

    pub(crate) fn configuration(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Configuration, code, message)
    }

    /// What to do next.
    ///
    /// ```
    /// # use {mailgrant_core::{Error, ErrorKind}, std::time::Duration};
    /// # fn example(error: Error) {
    /// match error.kind() {
    ///     ErrorKind::AskUser => println!("connect the account again"),
    ///     ErrorKind::TryLater => println!("again in {:?}", error.retry_after().unwrap_or(Duration::from_secs(60))),
    ///     ErrorKind::Configuration => eprintln!("for the operator: {error}"),
    ///     _ => eprintln!("please report {error:?}"),
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// A stable word for this failure, such as `login_unknown` or `grant_refused`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// The HTTP status of the provider's answer, where there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The provider's own error code if it is a known one, `"other"` for any other.
    #[must_use]
    pub fn provider_code(&self) -> Option<&'static str> {
        self.0.provider_code
    }

    /// How long to leave it alone, where that is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.message)?;
        match (self.0.status, self.0.provider_code) {
            (Some(status), Some(code)) => write!(formatter, " [{}: HTTP {status}, {code}]", self.0.code),
            (Some(status), None) => write!(formatter, " [{}: HTTP {status}]", self.0.code),
            _ => write!(formatter, " [{}]", self.0.code),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("code", &self.0.code)
            .field("message", &self.0.message)
            .field("status", &self.0.status)
            .field("provider_code", &self.0.provider_code)
            .field("retry_after", &self.0.retry_after)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_is_one_sentence_and_the_codes() {
        let error = Error::try_later("rate_limited", "the provider asks for a pause")
            .after(Duration::from_secs(7))
            .answered(429, Some("1015"));
        assert_eq!(error.to_string(), "the provider asks for a pause [rate_limited: HTTP 429, 1015]");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        assert_eq!(error.kind(), ErrorKind::TryLater);
    }

    #[test]
    fn an_error_is_one_word_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
