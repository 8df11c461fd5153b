//! An authorization code.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::refusal::Refusal;
use super::token::Life;
use crate::account::Account;
use crate::clock::Moment;
use crate::fields::Fields;
use crate::provider::Provider;
use crate::settings::Pkce;
use crate::terms::Terms;

/// A checked authorization request that waits for the customer.
#[derive(Clone, Debug)]
pub(crate) struct AuthorizationRequest {
    /// Whose customer is asked.
    pub(crate) provider: Provider,
    pub(crate) client_id: String,
    pub(crate) flow: Flow,
    /// Where the browser goes back to.
    pub(crate) redirect_uri: String,
    /// Whether the request named it, so that the exchange has to repeat it.
    pub(crate) redirect_uri_sent: bool,
    pub(crate) state: Option<String>,
    pub(crate) challenge: Option<Challenge>,
    /// The address of the account that the request asks for.
    pub(crate) account: Option<String>,
}

/// What the customer's yes yields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    Code,
    /// A token at once.
    Implicit,
}

/// The hash of a PKCE verifier, or the verifier itself under the method `plain`.
#[derive(Clone, Debug)]
pub(crate) struct Challenge {
    pub(crate) value: String,
    pub(crate) hashed: bool,
}

impl Challenge {
    /// The challenge of an authorization request, or what is wrong with it.
    pub(crate) fn of(query: &Fields, pkce: Pkce) -> Result<Option<Self>, &'static str> {
        let method = query.filled("code_challenge_method");
        let Some(value) = query.filled("code_challenge") else {
            return Ok(None);
        };
        match pkce {
            Pkce::Refused => Err("code_challenge is not supported"),
            Pkce::Honoured if method.is_some_and(|method| !matches!(method, "S256" | "plain")) => {
                Err("Unknown code_challenge_method")
            }
            _ => Ok(Some(Self { value: value.to_owned(), hashed: method == Some("S256") })),
        }
    }
}

/// A code as it is presented.
#[derive(Debug)]
pub(crate) struct Exchange<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) code: &'a str,
    pub(crate) redirect_uri: Option<&'a str>,
    pub(crate) verifier: Option<&'a str>,
}

#[derive(Debug)]
pub(super) struct Code {
    pub(super) account: Account,
    pub(super) used: bool,
    request: AuthorizationRequest,
    life: Life,
}

impl Code {
    pub(super) fn new(request: AuthorizationRequest, account: Account, life: Life) -> Self {
        Self { account, used: false, request, life }
    }

    pub(super) fn is_of(&self, provider: Provider) -> bool {
        self.request.provider == provider
    }

    pub(super) fn check(&self, presented: &Exchange<'_>, now: Moment, terms: &Terms) -> Result<(), Refusal> {
        if self.request.client_id != presented.client_id {
            return Err(Refusal::CodeForeign);
        }
        let bound = self.request.redirect_uri_sent && terms.redirect_uri_repeated;
        if bound && presented.redirect_uri != Some(self.request.redirect_uri.as_str()) {
            return Err(Refusal::RedirectUriMismatch);
        }
        if self.life.ended(now) {
            return Err(Refusal::CodeExpired);
        }
        if terms.verifier_needed {
            return verified(self.request.challenge.as_ref(), presented.verifier);
        }
        Ok(())
    }
}

fn verified(challenge: Option<&Challenge>, verifier: Option<&str>) -> Result<(), Refusal> {
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (Some(_), None) => Err(Refusal::VerifierMissing),
        // A verifier without a challenge is what is left when somebody stripped the challenge.
        (None, Some(_)) => Err(Refusal::VerifierWrong),
        (Some(challenge), Some(verifier)) => {
            let meant = if challenge.hashed {
                URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
            } else {
                verifier.to_owned()
            };
            if meant == challenge.value { Ok(()) } else { Err(Refusal::VerifierWrong) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Challenge, Refusal, verified};

    #[test]
    fn the_verifier_of_rfc_7636_matches_its_challenge() {
        let challenge = Challenge { value: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".into(), hashed: true };
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(verified(Some(&challenge), Some(verifier)), Ok(()));
        let wrong = verified(Some(&challenge), Some("another"));
        assert_eq!(wrong, Err(Refusal::VerifierWrong));
        assert_eq!(verified(Some(&challenge), None), Err(Refusal::VerifierMissing));
        assert_eq!(verified(None, Some(verifier)), Err(Refusal::VerifierWrong));
        assert_eq!(verified(None, None), Ok(()));
    }
}
