//! Transport: one request out, one answer in.

use std::{error::Error as StdError, fmt, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;

#[cfg(feature = "reqwest")]
mod reqwest;

#[cfg(feature = "reqwest")]
pub use self::reqwest::{ReqwestTransport, ReqwestTransportBuilder};

/// What carries requests to a provider.
///
/// An implementation sends each request **once**: no retries, no redirects followed, no cookies, no
/// `Referer`, no connection that idled in a pool. What it cannot know it reports as
/// [`Sent::Perhaps`]; a wrong [`Sent::No`] costs somebody their account.
///
/// ```
/// use mailgrant_core::{Request, Sent, Transport, TransportError, bytes::Bytes, http::Response};
///
/// /// Where nothing may leave.
/// struct Offline;
///
/// #[async_trait::async_trait]
/// impl Transport for Offline {
///     async fn send(&self, _: Request) -> Result<Response<Bytes>, TransportError> {
///         Err(TransportError::new(Sent::No, "offline"))
///     }
/// }
/// ```
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Sends the request, if it [may](Request::may_be_sent) still be sent, and returns whatever answer comes, of any
    /// status.
    async fn send(&self, request: Request) -> Result<http::Response<Bytes>, TransportError>;
}

/// A request with the limits of its answer.
#[non_exhaustive]
pub struct Request {
    /// What is sent. Its URL or body may hold secrets: never print them.
    pub http: http::Request<Bytes>,
    /// How long all of it may take, the connection included.
    pub within: Duration,
    /// The largest body that is read, in bytes; a larger one is an error.
    pub max_body: usize,
    guard: Option<Guard>,
}

/// Says whether a request may still be sent.
pub(crate) type Guard = Box<dyn Fn() -> bool + Send + Sync>;

impl Request {
    /// A request with the limits of its answer.
    #[must_use]
    pub fn new(http: http::Request<Bytes>, within: Duration, max_body: usize) -> Self {
        Self { http, within, max_body, guard: None }
    }

    /// The same request, to be sent only if `guard` still says so when it is about to leave.
    #[must_use]
    pub fn guarded_by(self, guard: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { guard: Some(Box::new(guard)), ..self }
    }

    /// Whether it may still be sent. A transport asks at the last moment, when it hands the body to the
    /// connection: a process may have been frozen for minutes since the request was made.
    #[must_use]
    pub fn may_be_sent(&self) -> bool {
        self.guard.as_ref().is_none_or(|guard| guard())
    }
}

/// Its method and host, and how long its body is: the rest may be secret.
impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Request")
            .field("method", self.http.method())
            .field("host", &self.http.uri().host())
            .field("body", &self.http.body().len())
            .finish_non_exhaustive()
    }
}

/// Whether a request may have reached the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Sent {
    /// Provably not: no connection, or not a byte of what matters was written.
    No,
    /// It may have.
    Perhaps,
}

/// No answer that can be read.
///
/// It holds no URL and no body.
#[derive(Debug)]
pub struct TransportError {
    sent: Sent,
    what: &'static str,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// A failure, in a few words such as `"connection refused"`.
    #[must_use]
    pub fn new(sent: Sent, what: &'static str) -> Self {
        Self { sent, what, source: None }
    }

    /// The same failure, caused by `source`, which must hold neither a URL nor a secret.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Whether the request may have reached the provider.
    #[must_use]
    pub fn sent(&self) -> Sent {
        self.sent
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.what)
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
