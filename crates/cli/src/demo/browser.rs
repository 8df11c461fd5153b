//! The customer's browser: a real one, or the demo in its place.

use std::time::Duration;

use mailgrant_core::{
    Error, Request, ReqwestTransport, Transport,
    bytes::Bytes,
    http::{self, Method, Response, header},
};

pub(super) struct Browser {
    transport: ReqwestTransport,
}

impl Browser {
    pub(super) fn new() -> Result<Self, Error> {
        Ok(Self { transport: ReqwestTransport::builder().build()? })
    }

    /// Opens the person's own browser; whether it could be asked to.
    pub(super) fn open(url: &str) -> bool {
        open::that_detached(url).is_ok()
    }

    /// Where the page at `url` sends the browser, in the place of a person who is asked nothing.
    pub(super) async fn redirected_from(&self, url: &str) -> Result<String, String> {
        let answer = self.fetch(url).await?;
        let location = answer.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        match location {
            Some(location) if answer.status().is_redirection() => Ok(location.to_owned()),
            _ => Err(format!("the page answered {} without a redirect", answer.status())),
        }
    }

    /// Fetches a page. No redirect is followed.
    pub(super) async fn fetch(&self, url: &str) -> Result<Response<Bytes>, String> {
        let mut request = http::Request::new(Bytes::new());
        *request.method_mut() = Method::GET;
        // The address may hold a code: no error may repeat it.
        *request.uri_mut() = url.parse().map_err(|_| "the browser was sent to what is no address")?;
        let request = Request::new(request, Duration::from_secs(20), 1024 * 1024);
        self.transport.send(request).await.map_err(|error| format!("no whole answer came: {error}"))
    }
}
