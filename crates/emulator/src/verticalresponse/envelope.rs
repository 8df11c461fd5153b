//! What the API says when it cannot do what it was asked.

use hyper::StatusCode;
use serde_json::{Map, Value, json};

/// A problem, before it is told.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) message: &'static str,
    /// A parameter with what is wrong with it.
    pub(super) failure: Option<(&'static str, &'static str)>,
}

impl Problem {
    pub(super) const fn new(status: StatusCode, message: &'static str) -> Self {
        Self { status, message, failure: None }
    }

    pub(super) const fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "The requested resource was not found")
    }

    pub(super) const fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "The method is not allowed for this resource")
    }

    /// As clients read it.
    pub(super) fn error(&self, code_as_string: bool) -> Value {
        let mut error = json!({ "code": self.code(code_as_string), "message": self.message });
        if self.failure.is_some() {
            error["failures"] = self.failures();
        }
        error
    }

    /// As the documents tell it.
    pub(super) fn status(&self, code_as_string: bool, method: &str) -> Value {
        json!({
            "code": self.code(code_as_string),
            "message": self.message,
            "method": method,
            "params": {},
            "failures": self.failures(),
        })
    }

    fn failures(&self) -> Value {
        let failures = self.failure.iter().map(|(field, told)| ((*field).to_owned(), json!([told])));
        Value::Object(failures.collect::<Map<_, _>>())
    }

    fn code(&self, as_string: bool) -> Value {
        let code = self.status.as_u16();
        if as_string { code.to_string().into() } else { code.into() }
    }
}
