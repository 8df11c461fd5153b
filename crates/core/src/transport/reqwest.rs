//! The transport over reqwest, with everything off that could send a secret twice or elsewhere.

use std::{
    fmt,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};

use super::{Guard, Request, Sent, Transport, TransportError};
use crate::{Error, Host, SystemHost, endpoint::is_loopback};

/// The transport over reqwest, with rustls and the platform's roots.
///
/// No redirects, no retries, no cookies, no `Referer`, no pooled connections, no proxy unless asked for.
#[derive(Clone, Debug)]
pub struct ReqwestTransport {
    client: reqwest::Client,
    /// For loopback, which no proxy is asked for.
    direct: reqwest::Client,
}

impl ReqwestTransport {
    /// What can be set.
    pub fn builder() -> ReqwestTransportBuilder {
        ReqwestTransportBuilder { roots: Vec::new(), proxy: Proxy::Never }
    }
}

/// What a [`ReqwestTransport`] can be made with. Its redirects and retries are not among it.
#[must_use = "nothing is made until `build`"]
pub struct ReqwestTransportBuilder {
    roots: Vec<rustls::pki_types::CertificateDer<'static>>,
    proxy: Proxy,
}

enum Proxy {
    Never,
    System,
    At(String),
}

impl ReqwestTransportBuilder {
    /// Trusts the certificates of this PEM file's contents too.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if there is no certificate in it.
    pub fn trust_pem(mut self, pem: &[u8]) -> Result<Self, Error> {
        use rustls::pki_types::{CertificateDer, pem::PemObject};
        let before = self.roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            self.roots.push(certificate.map_err(|_| roots_invalid())?);
        }
        if self.roots.len() == before { Err(roots_invalid()) } else { Ok(self) }
    }

    /// Goes through the proxy at this URL.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Proxy::At(url.into());
        self
    }

    /// Goes through the proxy that the environment (`HTTPS_PROXY`, `NO_PROXY`) names, if any.
    pub fn system_proxy(mut self) -> Self {
        self.proxy = Proxy::System;
        self
    }

    /// The transport.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if TLS or the proxy cannot be set up.
    pub fn build(self) -> Result<ReqwestTransport, Error> {
        let invalid = |_: &dyn fmt::Debug| {
            Error::configuration(
                "transport_invalid",
                "the HTTP client cannot be set up: check the proxy and the platform's certificates",
            )
        };
        let crypto = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = rustls_platform_verifier::Verifier::new_with_extra_roots(self.roots, crypto.clone())
            .map_err(|error| invalid(&error))?;
        let tls = rustls::ClientConfig::builder_with_provider(crypto)
            .with_safe_default_protocol_versions()
            .map_err(|error| invalid(&error))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        let plain = || {
            reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                .pool_max_idle_per_host(0)
                .http1_only()
                .user_agent(concat!("mailgrant/", env!("CARGO_PKG_VERSION")))
        };
        let proxied = match self.proxy {
            Proxy::Never => plain().no_proxy(),
            Proxy::System => plain(),
            Proxy::At(url) => plain().proxy(reqwest::Proxy::all(url).map_err(|error| invalid(&error.without_url()))?),
        };
        let build = |builder: reqwest::ClientBuilder| builder.build().map_err(|error| invalid(&error.without_url()));
        Ok(ReqwestTransport { client: build(proxied)?, direct: build(plain().no_proxy())? })
    }
}

/// Without the proxy, whose address may hold a password.
impl fmt::Debug for ReqwestTransportBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ReqwestTransportBuilder").field("roots", &self.roots.len()).finish_non_exhaustive()
    }
}

fn roots_invalid() -> Error {
    Error::configuration("roots_invalid", "there is no certificate in this PEM file")
}

/// How long an answer is waited for that may have come while the process was frozen.
const GRACE: Duration = Duration::from_secs(1);

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(&self, mut request: Request) -> Result<http::Response<Bytes>, TransportError> {
        if !request.may_be_sent() || request.within.is_zero() {
            return Err(TransportError::new(Sent::No, "too late to send"));
        }
        let (within, max_body) = (request.within, request.max_body);
        let local = request.http.uri().host().is_some_and(is_loopback);
        // An empty body is never asked for, so it proves nothing.
        let door = (!request.http.body().is_empty()).then(Door::default);
        let guard = request.guard.take();
        let http = request.http.map(|body| match &door {
            Some(door) => reqwest::Body::wrap(GuardedBody { body: Some(body), door: door.clone(), guard }),
            None => reqwest::Body::default(),
        });
        let sent = || if door.as_ref().is_some_and(Door::close) { Sent::No } else { Sent::Perhaps };
        let http: reqwest::Request = http.try_into().map_err(stripped(Sent::No))?;
        let client = if local { &self.direct } else { &self.client };
        let exchange = async {
            let mut answer = client.execute(http).await.map_err(|error| {
                let unsent = error.is_builder() || error.is_connect();
                stripped(if unsent { Sent::No } else { sent() })(error)
            })?;
            let mut response = http::Response::new(Bytes::new());
            *response.status_mut() = answer.status();
            *response.headers_mut() = copied(answer.headers());
            answer.headers_mut().clear();
            *response.body_mut() = read(answer, max_body).await?;
            Ok(response)
        };
        tokio::pin!(exchange);
        // The answer first: whoever was frozen wakes with the time over, and perhaps with an answer that is there.
        for limit in [within, GRACE] {
            tokio::select! {
                biased;
                result = &mut exchange => return result,
                () = SystemHost.sleep(limit) => {}
            }
        }
        Err(TransportError::new(sent(), "no answer in time"))
    }
}

/// Values of their own: as they come, they are slices of the buffer that the body comes in too, and while they live it
/// cannot be wiped.
fn copied(headers: &http::HeaderMap) -> http::HeaderMap {
    let copy = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        let name = http::HeaderName::from_bytes(name.as_str().as_bytes()).ok()?;
        Some((name, http::HeaderValue::from_bytes(value.as_bytes()).ok()?))
    };
    headers.iter().filter_map(copy).collect()
}

async fn read(mut answer: reqwest::Response, max_body: usize) -> Result<Bytes, TransportError> {
    // One buffer that does not grow: a grown one leaves copies of the tokens behind.
    let expected = answer.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(64 * 1024);
    let mut body = BytesMut::with_capacity(expected.min(max_body).min(64 * 1024));
    while let Some(chunk) = answer.chunk().await.map_err(stripped(Sent::Perhaps))? {
        if body.len() + chunk.len() > max_body {
            return Err(TransportError::new(Sent::Perhaps, "the answer is too large"));
        }
        body.extend_from_slice(&chunk);
        if let Ok(mut chunk) = chunk.try_into_mut() {
            zeroize::Zeroize::zeroize(&mut *chunk);
        }
    }
    Ok(body.freeze())
}

/// The one place where reqwest's errors come in: without their URL, whose query may hold secrets.
fn stripped(sent: Sent) -> impl FnOnce(reqwest::Error) -> TransportError {
    move |error| {
        let what = if error.is_connect() {
            "no connection"
        } else if error.is_builder() {
            "the request cannot be sent"
        } else {
            "the connection broke before the answer was complete"
        };
        TransportError::new(sent, what).caused_by(error.without_url())
    }
}

/// Whether the body was handed to the connection. It goes one way: open, then passed *or* closed.
#[derive(Clone, Default)]
struct Door(Arc<AtomicU8>);

const OPEN: u8 = 0;
const PASSED: u8 = 1;
const CLOSED: u8 = 2;

impl Door {
    /// Closes it for good, unless the body has passed: then nothing that matters was sent, or ever will be.
    fn close(&self) -> bool {
        self.0.compare_exchange(OPEN, CLOSED, Ordering::AcqRel, Ordering::Acquire) != Err(PASSED)
    }

    fn pass(&self) -> bool {
        self.0.compare_exchange(OPEN, PASSED, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// The body was stopped in the doorway.
    fn turn_back(&self) {
        self.0.store(CLOSED, Ordering::Release);
    }
}

/// A body that is handed over once, through its door, if its guard still says so: the last look at the clock
/// before secrets leave. A process that was frozen while it connected wakes here, and sends nothing.
struct GuardedBody {
    body: Option<Bytes>,
    door: Door,
    guard: Option<Guard>,
}

impl Body for GuardedBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let Some(body) = self.body.take() else {
            return Poll::Ready(None);
        };
        let late = || Err(std::io::Error::new(std::io::ErrorKind::TimedOut, "too late to send"));
        if !self.door.pass() {
            return Poll::Ready(Some(late()));
        }
        if self.guard.as_ref().is_some_and(|guard| !guard()) {
            self.door.turn_back();
            return Poll::Ready(Some(late()));
        }
        Poll::Ready(Some(Ok(Frame::data(body))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.body.as_ref().map_or(0, |body| body.len() as u64))
    }
}
