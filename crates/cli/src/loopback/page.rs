//! The page that the browser is shown.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode, header};

/// A small page that needs nothing else, and tells nobody where it is.
#[derive(Debug)]
pub(crate) struct Page {
    status: StatusCode,
    title: String,
    text: String,
}

impl Page {
    pub(crate) fn new(status: StatusCode, title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { status, title: title.into(), text: text.into() }
    }

    /// For whatever is no callback.
    pub(crate) fn wrong_request(status: StatusCode) -> Self {
        Self::new(status, "Nothing is here", "This address waits for a login to come back, and that was none.")
    }

    pub(crate) fn into_response(self) -> Response<Full<Bytes>> {
        let (title, text) = (escape(&self.title), escape(&self.text));
        let body = format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\
            <body><h1>{title}</h1><p>{text}</p></body></html>\n"
        );
        response(self.status, "text/html; charset=utf-8", POLICY, body)
    }

    /// For the script of a page that is shown already.
    pub(crate) fn into_json(self) -> Response<Full<Bytes>> {
        let body = serde_json::json!({ "title": self.title, "text": self.text }).to_string();
        response(self.status, "application/json", POLICY, body)
    }
}

/// What every page may do: nothing.
pub(super) const POLICY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// A response that nobody stores, and that tells nobody where it is.
pub(super) fn response(status: StatusCode, kind: &'static str, policy: &str, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        if let Ok(value) = header::HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            char => escaped.push(char),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_text() {
        assert_eq!(escape(r#"<b a="x">&'"#), "&lt;b a=&quot;x&quot;&gt;&amp;&#39;");
    }

    #[test]
    fn the_page_leaks_nothing() {
        let response = Page::new(StatusCode::OK, "t", "x").into_response();
        assert_eq!(response.headers()["referrer-policy"], "no-referrer");
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert!(response.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    }
}
