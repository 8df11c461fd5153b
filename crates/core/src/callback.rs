//! Callback: what a browser brings back, doubted while it is parsed.

use std::fmt;

use crate::{Binding, Code, CsrfState, Error, Lookup};

/// What a browser brought to the redirect URI. Everybody can send one: nothing in it is believed until
/// [`receive`](crate::Session::receive) has compared its `state`.
#[derive(Clone)]
pub struct Callback {
    code: Option<Code>,
    state: Option<CsrfState>,
    error: Option<&'static str>,
    issuer: Option<Box<str>>,
    holds_token: bool,
}

/// Longer than any provider's callback; a longer one is somebody's attempt at something.
const MAX_LENGTH: usize = 16 * 1024;

impl Callback {
    /// Parses the query of a callback, or the whole address that the browser was sent to.
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
        let (text, fragment) = text.split_once('#').map_or((text, None), |(text, fragment)| (text, Some(fragment)));
        let query = query_of(text);
        let mut callback = Self { code: None, state: None, error: None, issuer: None, holds_token: false };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let repeated = match &*name {
                "code" => callback.code.replace(Code::from_secret(value.into_owned().into())).is_some(),
                "state" => callback.state.replace(CsrfState::from_secret(value.into_owned().into())).is_some(),
                "error" => callback.error.replace(known_error(&value)).is_some(),
                "iss" => callback.issuer.replace(value.into()).is_some(),
                "access_token" => std::mem::replace(&mut callback.holds_token, true),
                _ => false,
            };
            if repeated {
                return Err(malformed(
                    "callback_ambiguous",
                    "the callback says something twice, which no provider does: begin the login again",
                ));
            }
        }
        callback.holds_token |= fragment.is_some_and(|fragment| fragment.contains("access_token="));
        Ok(callback)
    }

    /// Where the login that this callback claims to finish lies, for whoever is bound by `binding`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::AskUser`](crate::ErrorKind::AskUser) if it brings no `state`.
    pub fn lookup(&self, binding: &Binding) -> Result<Lookup, Error> {
        self.state.as_ref().map(|state| binding.lookup(state)).ok_or_else(state_missing)
    }

    pub(crate) fn judge(self, expected: &CsrfState, issuer: Option<&str>) -> Result<Code, Verdict> {
        let unusable = |code, message: &'static str| Verdict::Unusable(malformed(code, message));
        let state = self.state.as_ref().ok_or_else(|| Verdict::Unusable(state_missing()))?;
        if !state.matches(expected) {
            return Err(unusable(
                "state_mismatch",
                "the callback belongs to another login: nothing was sent; begin the login again from the page that you trust",
            ));
        }
        if let (Some(expected), Some(issuer)) = (issuer, self.issuer.as_deref())
            && expected != issuer
        {
            return Err(unusable(
                "issuer_mismatch",
                "the callback comes from another authorization server (RFC 9207): nothing was sent",
            ));
        }
        if let Some(code) = self.error {
            return Err(if code == "access_denied" {
                Verdict::Denied(Error::ask_user(
                    "access_denied",
                    "the customer, or the provider on their behalf, declined: nothing is connected",
                ))
            } else {
                Verdict::Unusable(authorize_error(code))
            });
        }
        if self.holds_token {
            return Err(unusable(
                "token_in_callback",
                "the callback carries a token where a code was asked for: it was not used",
            ));
        }
        match self.code {
            Some(code) if !is_empty(&code) => Ok(code),
            _ => {
                Err(unusable("code_missing", "the callback brings neither a code nor an error: begin the login again"))
            }
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
mod tests {
    use super::*;

    fn judge(text: &str) -> Result<(), &'static str> {
        let expected = CsrfState::from_secret("S".to_owned().into());
        match Callback::parse(text).map_err(|error| error.code())?.judge(&expected, Some("https://issuer.example")) {
            Ok(_) => Ok(()),
            Err(Verdict::Denied(error) | Verdict::Unusable(error)) => Err(error.code()),
        }
    }

    #[test]
    fn each_defect_has_its_own_word() {
        for (text, expected) in [
            ("code=c&state=S", Ok(())),
            ("?code=c&state=S&iss=https%3A%2F%2Fissuer.example", Ok(())),
            ("https://app.example/cb?page=1&code=c&state=S", Ok(())),
            ("/cb?state=S&code=c&unknown=x&unknown=y", Ok(())),
            ("code=c&state=T", Err("state_mismatch")),
            ("code=c", Err("state_missing")),
            ("", Err("state_missing")),
            ("https://app.example/cb", Err("state_missing")),
            ("state=S", Err("code_missing")),
            ("state=S&code=", Err("code_missing")),
            ("state=S&code=c&code=d", Err("callback_ambiguous")),
            ("state=S&state=S&code=c", Err("callback_ambiguous")),
            ("state=S&error=access_denied", Err("access_denied")),
            ("state=T&error=access_denied", Err("state_mismatch")),
            ("state=S&error=invalid_scope", Err("authorize_refused")),
            ("state=S&error=%1b%5b31m", Err("authorize_refused")),
            ("state=S&error=server_error&code=c", Err("authorize_unavailable")),
            ("state=S&code=c&iss=https://evil.example", Err("issuer_mismatch")),
            ("state=S&code=c#access_token=t", Err("token_in_callback")),
            ("state=S&access_token=t", Err("token_in_callback")),
        ] {
            assert_eq!(judge(text), expected, "{text}");
        }
    }

    #[test]
    fn length_is_capped_and_debug_shows_nothing() {
        assert_eq!(Callback::parse(&"x".repeat(MAX_LENGTH + 1)).unwrap_err().code(), "callback_too_long");
        let shown = format!("{:?}", Callback::parse("code=hush&state=mum&error=<b>").unwrap());
        assert!(!shown.contains("hush") && !shown.contains("mum") && !shown.contains("<b>"), "{shown}");
    }
}
