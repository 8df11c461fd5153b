//! An answer that is laid out for whoever asks next.

use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, Mutex},
};

use mailgrant_core::{Request, Transport, TransportError, async_trait, bytes::Bytes, http::Response};

pub(crate) type Headers = &'static [(&'static str, &'static str)];

/// No headers.
pub(crate) const NO: Headers = &[];

#[derive(Clone, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Cow<'static, [u8]>,
}

impl Reply {
    pub(crate) fn new(status: u16, headers: Headers, body: impl Into<Cow<'static, [u8]>>) -> Self {
        Self { status, headers, body: body.into() }
    }

    /// Status 200, without headers.
    pub(crate) fn ok(body: impl Into<String>) -> Self {
        Self::new(200, NO, body.into().into_bytes())
    }

    pub(crate) fn http(&self) -> Response<Bytes> {
        let builder = Response::builder().status(self.status);
        let builder = self.headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
        builder.body(Bytes::from(self.body.to_vec())).unwrap()
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {:?} {}", self.status, self.headers, String::from_utf8_lossy(&self.body))
    }
}

/// A transport that gives the same answer until another one is laid out.
#[derive(Clone, Default)]
pub(crate) struct Script(Arc<Mutex<Reply>>);

impl Script {
    pub(crate) fn lay(&self, reply: Reply) {
        *self.0.lock().unwrap() = reply;
    }
}

#[async_trait]
impl Transport for Script {
    async fn send(&self, _: Request) -> Result<Response<Bytes>, TransportError> {
        Ok(self.0.lock().unwrap().http())
    }
}
