//! The transport over reqwest, with everything off that could send a secret twice or elsewhere.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};

use super::{Request, Sent, Transport, TransportError};
use crate::{Error, Host, SystemHost};

/// The transport over reqwest, with rustls and the platform's roots.
///
/// No redirects, no retries, no cookies, no `Referer`, no pooled connections, no proxy unless asked for.
#[derive(Clone, Debug)]
pub struct ReqwestTransport {
    client: reqwest::Client,
}

impl ReqwestTransport {
    /// What can be set.
    pub fn builder() -> ReqwestTransportBuilder {
        ReqwestTransportBuilder { roots: Vec::new(), proxy: Proxy::Never }
    }
}

/// What a [`ReqwestTransport`] can be made with. Its redirects and retries are not among it.
#[derive(Debug)]
#[must_use = "nothing is made until `build`"]
pub struct ReqwestTransportBuilder {
    roots: Vec<rustls::pki_types::CertificateDer<'static>>,
    proxy: Proxy,
}

#[derive(Debug)]
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
        let invalid = |_: &dyn std::fmt::Debug| {
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
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .pool_max_idle_per_host(0)
            .http1_only()
            .user_agent(concat!("mailgrant/", env!("CARGO_PKG_VERSION")));
        let builder = match self.proxy {
            Proxy::Never => builder.no_proxy(),
            Proxy::System => builder,
            Proxy::At(url) => builder.proxy(reqwest::Proxy::all(url).map_err(|error| invalid(&error.without_url()))?),
        };
        let client = builder.build().map_err(|error| invalid(&error.without_url()))?;
        Ok(ReqwestTransport { client })
    }
}

fn roots_invalid() -> Error {
    Error::configuration("roots_invalid", "there is no certificate in this PEM file")
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(&self, request: Request) -> Result<http::Response<Bytes>, TransportError> {
        let fence = Arc::new(Fence { passed: AtomicBool::new(false), until: SystemHost.monotonic() + request.within });
        let fenced = request.http.method() != http::Method::GET;
        let http = request.http.map(|body| reqwest::Body::wrap(FencedBody { body: Some(body), fence: fence.clone() }));
        let sent = |error: &reqwest::Error| {
            let unsent = error.is_builder() || error.is_connect() || (fenced && !fence.passed.load(Ordering::Acquire));
            if unsent { Sent::No } else { Sent::Perhaps }
        };
        let mut http: reqwest::Request = http.try_into().map_err(stripped(Sent::No))?;
        *http.timeout_mut() = Some(request.within);
        let mut answer = self.client.execute(http).await.map_err(|error| stripped(sent(&error))(error))?;
        let mut response = http::Response::new(Bytes::new());
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        *response.body_mut() = read(answer, request.max_body).await?;
        Ok(response)
    }
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
        let what = if error.is_timeout() {
            "no answer in time"
        } else if error.is_connect() {
            "no connection"
        } else if error.is_builder() {
            "the request cannot be sent"
        } else {
            "the connection broke before the answer was complete"
        };
        TransportError::new(sent, what).caused_by(error.without_url())
    }
}

/// Whether the body was handed over for writing, and until when it may be.
struct Fence {
    passed: AtomicBool,
    until: Duration,
}

/// A body that is handed over once and not too late: the last look at the clock before secrets leave.
///
/// A process that was frozen while it connected wakes here and sends nothing. And as long as the body was
/// not handed over, a failure has provably sent nothing that matters.
struct FencedBody {
    body: Option<Bytes>,
    fence: Arc<Fence>,
}

impl Body for FencedBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let Some(body) = self.body.take().filter(|body| !body.is_empty()) else {
            return Poll::Ready(None);
        };
        if SystemHost.monotonic() >= self.fence.until {
            return Poll::Ready(Some(Err(std::io::Error::new(std::io::ErrorKind::TimedOut, "too late to send"))));
        }
        self.fence.passed.store(true, Ordering::Release);
        Poll::Ready(Some(Ok(Frame::data(body))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Bytes::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.body.as_ref().map_or(0, |body| body.len() as u64))
    }
}
