//! Named values in a query string, a form or a JSON object.

use std::collections::HashMap;

use bytes::Bytes;
use hyper::header::CONTENT_TYPE;
use hyper::{HeaderMap, Request};
use serde_json::{Map, Value};

/// The last value of each name, which is how PHP reads a repeated parameter.
#[derive(Debug, Default)]
pub(crate) struct Fields(HashMap<String, String>);

impl Fields {
    pub(crate) fn of_query(request: &Request<Bytes>) -> Self {
        Self(of_form(request.uri().query().unwrap_or_default().as_bytes()).into_iter().collect())
    }

    /// A form or a JSON object, as the content type says; nothing if it says something else.
    pub(crate) fn of_body(request: &Request<Bytes>) -> Self {
        Self(pairs(request).into_iter().collect())
    }

    /// A form; nothing if the content type says something else.
    pub(crate) fn of_form(request: &Request<Bytes>) -> Self {
        if is_json(request.headers()) { Self::default() } else { Self::of_body(request) }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The value, unless it is empty.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }
}

/// The fields of a body as they were sent, repeated ones included.
pub(crate) fn pairs(request: &Request<Bytes>) -> Vec<(String, String)> {
    if is_json(request.headers()) {
        of_json(request.body())
    } else if content_type(request.headers()).starts_with("application/x-www-form-urlencoded") {
        of_form(request.body())
    } else {
        Vec::new()
    }
}

pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    content_type(headers).starts_with("application/json")
}

fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_ascii_lowercase()
}

fn of_form(form: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(form).into_owned().collect()
}

fn of_json(body: &[u8]) -> Vec<(String, String)> {
    let object = serde_json::from_slice::<Map<String, Value>>(body).unwrap_or_default();
    let scalars = object.into_iter().filter_map(|(name, value)| match value {
        Value::String(text) => Some((name, text)),
        Value::Number(number) => Some((name, number.to_string())),
        _ => None,
    });
    scalars.collect()
}

/// Undoes the form encoding of one value.
pub(crate) fn decoded(value: &str) -> String {
    let form = format!("v={value}");
    form_urlencoded::parse(form.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn one_value_is_decoded() {
        assert_eq!(decoded("a+b%20c%3A%2B%25%26%3D"), "a b c:+%&=");
        assert_eq!(decoded("a=b"), "a=b");
    }
}
