//! Flaw: why an account was left as it is.

use std::borrow::Cow;

use mailgrant_core::Error;

/// Why an account was not taken over: a stable word, a sentence. Neither holds anything of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) code: &'static str,
    pub(super) why: Cow<'static, str>,
}

impl Flaw {
    pub(super) fn new(code: &'static str, why: impl Into<Cow<'static, str>>) -> Self {
        Self { code, why: why.into() }
    }
}

impl From<Error> for Flaw {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        let suffix = format!(" [{}]", error.code());
        let why = text.strip_suffix(&suffix).unwrap_or(&text).to_owned();
        Self::new(error.code(), why)
    }
}
