//! The wire to chromedriver: the transport that the binary has too.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use mailgrant_core::{ReqwestTransport, Transport};
use thirtyfour::{
    prelude::{WebDriverError, WebDriverResult},
    session::http::{Body, HttpClient},
};

/// How long a command may take: a page that loads slowly is waited for.
const WITHIN: Duration = Duration::from_secs(60);

/// The most that an answer holds.
const MOST: usize = 1024 * 1024;

/// Carries commands to chromedriver.
pub(crate) struct Wire(ReqwestTransport);

impl Wire {
    pub(crate) fn new() -> Self {
        Self(ReqwestTransport::builder().build().unwrap())
    }
}

#[async_trait::async_trait]
impl HttpClient for Wire {
    async fn send(&self, request: Request<Body<'_>>) -> WebDriverResult<Response<Bytes>> {
        let request = request.map(|body| match body {
            Body::Empty => Bytes::new(),
            Body::Json(json) => json.to_string().into(),
        });
        let answer = self.0.send(mailgrant_core::Request::new(request, WITHIN, MOST)).await;
        answer.map_err(|error| WebDriverError::RequestFailed(error.to_string()))
    }

    async fn new(&self) -> Arc<dyn HttpClient> {
        Arc::new(Self::new())
    }
}
