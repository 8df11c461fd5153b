//! The transport of a row, which remembers every secret that passes through it.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use mailgrant_core::{
    BoxFuture, Request, ReqwestTransport, Transport, TransportError,
    bytes::Bytes,
    http::{self, Response, header::LOCATION},
};
use serde_json::Value;

/// What must be in no error.
const SECRET: [&str; 6] = ["access_token", "refresh_token", "code", "code_verifier", "client_secret", "state"];

/// A real transport with an ear.
#[derive(Clone)]
pub(crate) struct Spy {
    inner: ReqwestTransport,
    secrets: Arc<Mutex<BTreeSet<String>>>,
}

impl Spy {
    pub(crate) fn on(inner: ReqwestTransport) -> Self {
        Self { inner, secrets: Arc::default() }
    }

    /// Every secret so far.
    pub(crate) fn secrets(&self) -> BTreeSet<String> {
        self.secrets.lock().unwrap().clone()
    }

    fn overhear(&self, text: &str) {
        let mut secrets = self.secrets.lock().unwrap();
        for pair in text.split(['?', '#', '&']) {
            if let Some((name, value)) = pair.split_once('=')
                && SECRET.contains(&name)
                && !value.is_empty()
            {
                secrets.insert(value.to_owned());
            }
        }
        let object: Option<Value> = serde_json::from_str(text).ok();
        for name in SECRET {
            if let Some(secret) = object.as_ref().and_then(|object| object.get(name)).and_then(Value::as_str) {
                secrets.insert(secret.to_owned());
            }
        }
    }

    fn overhear_request(&self, request: &http::Request<Bytes>) {
        self.overhear(&request.uri().to_string());
        self.overhear(&String::from_utf8_lossy(request.body()));
    }

    fn overhear_answer(&self, answer: &Response<Bytes>) {
        self.overhear(&String::from_utf8_lossy(answer.body()));
        self.overhear(answer.headers().get(LOCATION).and_then(|location| location.to_str().ok()).unwrap_or_default());
    }
}

impl Transport for Spy {
    fn send<'a, 'b>(&'a self, request: Request) -> BoxFuture<Result<Response<Bytes>, TransportError>>
    where
        'a: 'b,
        Self: 'b,
    {
        let spy = self.clone();
        Box::pin(async move {
            spy.overhear_request(&request.http);
            let answer = spy.inner.send(request).await;
            if let Ok(answer) = &answer {
                spy.overhear_answer(answer);
            }
            answer
        })
    }
}
