//! Answers before they travel.

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;

/// An answer that is complete, though perhaps never delivered.
pub(crate) type Reply = Response<Bytes>;

pub(crate) fn empty(status: StatusCode) -> Reply {
    with(status, None, Bytes::new())
}

pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Reply {
    let body = serde_json::to_vec(body).unwrap_or_default();
    with(status, Some("application/json"), body.into())
}

pub(crate) fn html(status: StatusCode, page: String) -> Reply {
    with(status, Some("text/html; charset=utf-8"), page.into())
}

pub(crate) fn text(status: StatusCode, text: &'static str) -> Reply {
    let body = Bytes::from_static(text.as_bytes());
    with(status, Some("text/plain; charset=utf-8"), body)
}

pub(crate) fn header(mut reply: Reply, name: &'static str, value: &str) -> Reply {
    if let Ok(value) = HeaderValue::from_str(value) {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let Ok(name) = name {
            reply.headers_mut().insert(name, value);
        }
    }
    reply
}

fn with(status: StatusCode, content_type: Option<&'static str>, body: Bytes) -> Reply {
    let mut reply = Response::new(body);
    *reply.status_mut() = status;
    if let Some(content_type) = content_type {
        let value = HeaderValue::from_static(content_type);
        reply.headers_mut().insert(CONTENT_TYPE, value);
    }
    reply
}
