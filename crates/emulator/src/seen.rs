//! A request as it arrived, for tests of what a client sends.

use bytes::Bytes;
use hyper::header::{AUTHORIZATION, PROXY_AUTHORIZATION};
use hyper::{HeaderMap, Request};

use crate::fields::{decoded, pairs};

const REDACTED: &str = "[redacted]";
const SECRET_FIELDS: [&str; 5] = ["access_token", "client_secret", "code", "code_verifier", "refresh_token"];
const SECRET_HEADERS: [&str; 2] = ["cookie", "x-auth-token"];

/// What a request carried, safe to print: where a secret was, there is `[redacted]`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seen {
    /// `GET`, `POST` …
    pub method: String,
    /// Where it went, with its query as sent (secret parameters redacted).
    pub path_and_query: String,
    /// The headers with their names in lower case; a repeated one is there as often as it was sent.
    /// Of `Authorization` only the scheme is left, as it was spelled.
    pub headers: Vec<(String, String)>,
    /// The body's fields: those of a form in the order sent, or the strings with the numbers of a
    /// JSON object. Empty for another body. `client_secret`, `code`, `code_verifier`,
    /// `refresh_token`, `access_token` are redacted.
    pub form: Vec<(String, String)>,
}

impl Seen {
    /// The first value of a header; its name may be in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The first value of a field of the body.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        let found = self.form.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The first value of a parameter of the query, decoded.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<String> {
        let (_, query) = self.path_and_query.split_once('?')?;
        let mut parameters = form_urlencoded::parse(query.as_bytes());
        parameters.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }

    pub(crate) fn of(request: &Request<Bytes>) -> Self {
        Self {
            method: request.method().to_string(),
            path_and_query: path_and_query(request),
            headers: headers(request.headers()),
            form: pairs(request).into_iter().map(redacted).collect(),
        }
    }
}

fn path_and_query(request: &Request<Bytes>) -> String {
    let path = request.uri().path();
    let Some(query) = request.uri().query() else {
        return path.to_owned();
    };
    let parameters = query.split('&').map(|parameter| match parameter.split_once('=') {
        Some((name, _)) if is_secret(&decoded(name)) => format!("{name}={REDACTED}"),
        _ => parameter.to_owned(),
    });
    format!("{path}?{}", parameters.collect::<Vec<_>>().join("&"))
}

fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let shown = headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        let value = match name {
            _ if *name == AUTHORIZATION || *name == PROXY_AUTHORIZATION => scheme(&value),
            _ if SECRET_HEADERS.contains(&name.as_str()) => REDACTED,
            _ => &value,
        };
        (name.as_str().to_owned(), value.to_owned())
    });
    shown.collect()
}

/// A word that is no scheme may be the secret itself.
fn scheme(authorization: &str) -> &str {
    let scheme = authorization.split(' ').next().unwrap_or_default();
    let known = ["basic", "bearer"];
    if known.contains(&scheme.to_ascii_lowercase().as_str()) { scheme } else { REDACTED }
}

fn redacted((name, value): (String, String)) -> (String, String) {
    if is_secret(&name) { (name, REDACTED.to_owned()) } else { (name, value) }
}

fn is_secret(name: &str) -> bool {
    SECRET_FIELDS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::Seen;
    use bytes::Bytes;
    use hyper::Request;

    fn seen(uri: &str, headers: &[(&str, &str)], body: &'static str) -> Seen {
        let request = Request::post(uri);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        Seen::of(&request.body(Bytes::from_static(body.as_bytes())).unwrap())
    }

    #[test]
    fn no_secret_is_kept() {
        let form = ("content-type", "application/x-www-form-urlencoded");
        let json = ("content-type", "application/json;charset=utf-8");
        let headers = [
            ("authorization", "bEARER s3cret"),
            ("authorization", "s3cret"),
            ("authorization", "s3cret s3cret"),
            ("proxy-authorization", "Basic s3cret"),
            ("x-auth-token", "api-key s3cret"),
            ("cookie", "a=s3cret"),
        ];
        let fields = "code=s3cret&refresh%5Ftoken=s3cret&client_secret=s3cret&code_verifier=s3cret";
        let uri = "/v3/x?a=%20&access_token=s3cret&c%6Fde=s3cret&code&b=1";
        let seen_form = seen(uri, &[&headers[..], &[form]].concat(), fields);
        let seen_json = seen(uri, &[json], r#"{"code":"s3cret","refresh_token":53,"client_secret":{"x":"s3cret"}}"#);
        assert!(!format!("{seen_form:?}{seen_json:?}").contains("s3cret"));
        assert_eq!(seen_form.path_and_query, "/v3/x?a=%20&access_token=[redacted]&c%6Fde=[redacted]&code&b=1");
        assert_eq!(seen_form.header("Authorization"), Some("bEARER"));
        assert_eq!(seen_form.field("refresh_token"), Some("[redacted]"));
        assert_eq!(seen_json.field("refresh_token"), Some("[redacted]"));
    }

    #[test]
    fn the_rest_is_kept_as_sent() {
        let headers = [("X-Two", "1"), ("x-two", "2"), ("content-type", "application/x-www-form-urlencoded")];
        let seen = seen("/v3/x", &headers, "b=1+2&a=&b=3");
        assert_eq!(seen.path_and_query, "/v3/x");
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(seen.headers[..2], [pair("x-two", "1"), pair("x-two", "2")]);
        assert_eq!(seen.form, [pair("b", "1 2"), pair("a", ""), pair("b", "3")]);
    }
}
