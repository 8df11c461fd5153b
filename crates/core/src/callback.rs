//! Callback: what a browser brings back, doubted while it is parsed.

use std::fmt;

use secrecy::SecretString;

use crate::{Binding, Code, CsrfState, Error, Lookup, MarkedBy, Profile};

/// What a browser brought to the redirect URI. Everybody can send one: nothing in it is believed until
/// [`receive`](crate::Session::receive) has compared its `state`.
#[derive(Clone)]
pub struct Callback {
    code: Option<Code>,
    state: Option<CsrfState>,
    error: Option<&'static str>,
    issuer: Option<Box<str>>,
    token: Option<FragmentToken>,
    /// Where it came to, if that was said.
    path: Option<Box<str>>,
    /// A token in the query, where none may ever be (RFC 9700 §4.3.2).
    token_in_query: bool,
}

/// The token of a fragment: RFC 6749 §4.2.2.
#[derive(Clone)]
pub(crate) struct FragmentToken {
    pub(crate) access_token: SecretString,
    pub(crate) token_type: Option<String>,
    pub(crate) expires_in: Option<String>,
    pub(crate) scope: Option<String>,
}

/// Longer than any provider's callback; a longer one is somebody's attempt at something.
const MAX_LENGTH: usize = 16 * 1024;

impl Callback {
    /// Parses the query of a callback, or the whole address that the browser was sent to, its fragment included. A
    /// fragment on its own begins with its `#`.
    ///
    /// ```
    /// # use mailgrant_core::{Callback, Error};
    /// # fn main() -> Result<(), Error> {
    /// let of_a_server = Callback::parse("code=a&state=b")?;
    /// let pasted = Callback::parse("https://app.example/callback?code=a&state=b")?;
    /// let of_a_page = Callback::parse("#access_token=a&token_type=Bearer&state=b")?;
    /// assert!(Callback::parse("code=a&code=b").is_err_and(|error| error.code() == "callback_ambiguous"));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::AskUser`](crate::ErrorKind::AskUser): the address is not a callback, or says something twice.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if text.len() > MAX_LENGTH {
            return Err(malformed(
                "callback_too_long",
                "the callback is longer than any provider's: begin the login again",
            ));
        }
        let (text, fragment) = text.split_once('#').map_or((text, ""), |(text, fragment)| (text, fragment));
        let mut callback = Self {
            code: None,
            state: None,
            error: None,
            issuer: None,
            token: None,
            path: path_of(text),
            token_in_query: false,
        };
        let mut token = Fragment::default();
        let parts = [(query_of(text), false), (fragment, true)];
        for (part, in_fragment) in parts {
            for (name, value) in form_urlencoded::parse(part.as_bytes()) {
                let repeated = match &*name {
                    // Some servers return an empty one where none was sent.
                    "state" if value.is_empty() => false,
                    "code" => callback.code.replace(Code::from_secret(value.into_owned().into())).is_some(),
                    "state" => callback.state.replace(CsrfState::from_secret(value.into_owned().into())).is_some(),
                    "error" => callback.error.replace(known_error(&value)).is_some(),
                    "iss" => callback.issuer.replace(value.into()).is_some(),
                    "access_token" if in_fragment => token.access_token.replace(value.into_owned().into()).is_some(),
                    "access_token" => std::mem::replace(&mut callback.token_in_query, true),
                    "token_type" if in_fragment => token.token_type.replace(value.into_owned()).is_some(),
                    "expires_in" if in_fragment => token.expires_in.replace(value.into_owned()).is_some(),
                    "scope" if in_fragment => token.scope.replace(value.into_owned()).is_some(),
                    _ => false,
                };
                if repeated {
                    return Err(malformed(
                        "callback_ambiguous",
                        "the callback says something twice, which no provider does: begin the login again",
                    ));
                }
            }
        }
        let Fragment { access_token, token_type, expires_in, scope } = token;
        callback.token = access_token.map(|access_token| FragmentToken { access_token, token_type, expires_in, scope });
        Ok(callback)
    }

    /// Where the login that this callback claims to finish lies, for whoever is bound by `binding`.
    pub(crate) fn lookup(&self, binding: &Binding, marked_by: MarkedBy) -> Result<Lookup, Error> {
        match (&self.state, marked_by) {
            (None, MarkedBy::State | MarkedBy::RedirectNonce) => Err(state_missing()),
            // Somebody who just looks in takes nobody's login.
            (None, MarkedBy::BrowserOnly) if self.code.is_none() && self.error.is_none() && self.token.is_none() => {
                Err(malformed("code_missing", CODE_MISSING))
            }
            (state, _) => Ok(binding.lookup(state.as_ref())),
        }
    }

    /// The code in it, if the callback is this login's.
    pub(crate) fn judge_code(
        self,
        expected: Option<&CsrfState>,
        profile: &Profile,
        redirect_uri: Option<&str>,
    ) -> Result<Code, Verdict> {
        self.verify(expected, profile)?;
        // Each provider has an address of its own (RFC 9700 §4.4.2), so that a code of the one never goes to the other.
        if let (Some(path), Some(own)) = (self.path.as_deref(), redirect_uri.and_then(path_of))
            && !same_place(path, &own)
        {
            return Err(unusable(
                "redirect_uri_mismatch",
                "the callback came to another address than this login's redirect URI: nothing was sent; begin the login again",
            ));
        }
        if self.token.is_some() || self.token_in_query {
            return Err(unusable(
                "token_in_callback",
                "the callback carries a token where a code was asked for: it was not used",
            ));
        }
        match self.code {
            Some(code) if !is_empty(&code) => Ok(code),
            _ => Err(unusable("code_missing", CODE_MISSING)),
        }
    }

    /// The token in its fragment, if the callback is this login's.
    pub(crate) fn judge_token(self, expected: Option<&CsrfState>, profile: &Profile) -> Result<FragmentToken, Verdict> {
        self.verify(expected, profile)?;
        if self.code.is_some() || self.token_in_query {
            return Err(unusable(
                "token_misplaced",
                "the callback carries a code, or a token in its query, where a token in the fragment was asked for: it was not used",
            ));
        }
        self.token.ok_or_else(|| {
            unusable(
                "token_missing",
                "the callback's fragment brings neither a token nor an error: begin the login again",
            )
        })
    }

    fn verify(&self, expected: Option<&CsrfState>, profile: &Profile) -> Result<(), Verdict> {
        let matches = match (&self.state, expected) {
            (Some(state), Some(expected)) => state.matches(expected),
            (None, Some(_)) => return Err(Verdict::Unusable(state_missing())),
            // None was sent, so one that comes is of another login.
            (state, None) => state.is_none(),
        };
        if !matches {
            return Err(unusable(
                "state_mismatch",
                "the callback belongs to another login: nothing was sent; begin the login again from the page that you trust",
            ));
        }
        if self.issuer.is_none() && profile.issuer.is_some() {
            return Err(unusable(
                "issuer_missing",
                "the callback does not name its issuer, as this provider's callbacks do (RFC 9207): nothing was sent; begin the login again",
            ));
        }
        if self.issuer.as_deref().is_some_and(|issuer| !profile.is_issued_by(issuer)) {
            return Err(unusable(
                "issuer_mismatch",
                "the callback comes from another authorization server (RFC 9207): nothing was sent",
            ));
        }
        match self.error {
            None => Ok(()),
            Some("access_denied") => Err(Verdict::Denied(Error::ask_user(
                "access_denied",
                "the customer, or the provider on their behalf, declined: nothing is connected",
            ))),
            Some(code) => Err(Verdict::Unusable(authorize_error(code))),
        }
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Callback")
            .field("code", &self.code.is_some())
            .field("state", &self.state.is_some())
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

/// Why a callback does not yield a code.
pub(crate) enum Verdict {
    Denied(Error),
    Unusable(Error),
}

const CODE_MISSING: &str = "the callback brings neither a code nor an error: begin the login again";

/// The path of an address; `None` of a query alone.
fn path_of(text: &str) -> Option<Box<str>> {
    let address = text.split(['?', '#']).next().unwrap_or_default();
    if address.contains('=') {
        return None;
    }
    if address.starts_with('/') {
        return Some(address.into());
    }
    let (_, behind) = address.split_once("://")?;
    Some(behind.find('/').map_or("/", |at| &behind[at..]).into())
}

/// Something in between may have taken a part off the front, or put one there; a bare `/` says nothing.
fn same_place(path: &str, own: &str) -> bool {
    let (path, own) = (path.trim_end_matches('/'), own.trim_end_matches('/'));
    own.ends_with(path) || path.ends_with(own)
}

/// The query of an address, or a query as it is. An address has no `=` before its `?`.
fn query_of(text: &str) -> &str {
    let end = text.find(['?', '=']).unwrap_or(text.len());
    let (before, rest) = text.split_at(end);
    match rest.strip_prefix('?') {
        Some(query) => query,
        None if before.contains("://") => "",
        None => text,
    }
}

#[derive(Default)]
struct Fragment {
    access_token: Option<SecretString>,
    token_type: Option<String>,
    expires_in: Option<String>,
    scope: Option<String>,
}

fn unusable(code: &'static str, message: &'static str) -> Verdict {
    Verdict::Unusable(malformed(code, message))
}

fn malformed(code: &'static str, message: &'static str) -> Error {
    Error::ask_user(code, message)
}

fn state_missing() -> Error {
    malformed(
        "state_missing",
        "the callback brings no `state`, so nobody can tell whose login it is: nothing was sent; begin the login again",
    )
}

/// The codes of RFC 6749 §4.1.2.1; what else a callback says may be anybody's text.
fn known_error(code: &str) -> &'static str {
    const KNOWN: [&str; 7] = [
        "access_denied",
        "invalid_request",
        "invalid_scope",
        "server_error",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_response_type",
    ];
    KNOWN.into_iter().find(|known| *known == code).unwrap_or("other")
}

fn authorize_error(code: &'static str) -> Error {
    match code {
        "server_error" | "temporarily_unavailable" => Error::try_later(
            "authorize_unavailable",
            format!("the provider could not ask the customer ({code}): begin the login again later"),
        ),
        _ => Error::configuration(
            "authorize_refused",
            format!(
                "the provider refused to ask the customer ({code}): check the app's registration, its redirect URI above all"
            ),
        ),
    }
}

#[expect(clippy::disallowed_methods, reason = "door: to see whether there is a code at all")]
fn is_empty(code: &Code) -> bool {
    secrecy::ExposeSecret::expose_secret(code).is_empty()
}

#[cfg(test)]
mod tests;
