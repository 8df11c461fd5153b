//! An answer that is laid out for whoever asks next.

use std::sync::{Arc, Mutex};

use mailgrant_core::{Request, Transport, TransportError, async_trait, bytes::Bytes, http::Response};

use crate::tables::reply::Reply;

/// The answer as a transport has it.
pub(crate) fn http(reply: &Reply) -> Response<Bytes> {
    let builder = Response::builder().status(reply.status);
    let builder = reply.headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
    builder.body(Bytes::from(reply.body.to_vec())).unwrap()
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
        Ok(http(&self.0.lock().unwrap()))
    }
}
