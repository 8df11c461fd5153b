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

/// JSON under another name.
pub(crate) fn json_as(status: StatusCode, content_type: &'static str, body: &impl Serialize) -> Reply {
    header(json(status, body), "content-type", content_type)
}

/// What Mashery's gateways answer in their own name.
pub(crate) fn xml(status: StatusCode, heading: &str) -> Reply {
    with(status, Some("text/xml"), format!("<h1>{heading}</h1>").into())
}

/// A proxy's own words when what is behind it does not answer.
pub(crate) fn bad_gateway() -> Reply {
    let page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
        <center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n\
        </body>\r\n</html>\r\n";
    html(StatusCode::BAD_GATEWAY, page.to_owned())
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
