//! An answer as a row has it.

use std::{borrow::Cow, fmt};

pub(crate) type Headers = &'static [(&'static str, &'static str)];

/// No headers.
pub(crate) const NO: Headers = &[];

#[derive(Clone, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Cow<'static, [u8]>,
}

impl Reply {
    pub(crate) fn new(status: u16, headers: Headers, body: impl Into<Cow<'static, [u8]>>) -> Self {
        Self { status, headers, body: body.into() }
    }

    /// Status 200, without headers.
    pub(crate) fn ok(body: impl Into<String>) -> Self {
        Self::new(200, NO, body.into().into_bytes())
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {:?} {}", self.status, self.headers, String::from_utf8_lossy(&self.body))
    }
}
