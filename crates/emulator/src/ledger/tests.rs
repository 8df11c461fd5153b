//! The books, checked without a wire.

use std::time::Duration;

use super::{AuthorizationRequest, Exchange, Flow, Issued, Ledger, Refusal, Scene, Standing};
use crate::counters::Counters;
use crate::provider::Provider;
use crate::settings::{Rotation, Settings};
use crate::terms::Terms;

struct Books {
    provider: Provider,
    ledger: Ledger,
    settings: Settings,
    counters: Counters,
    now: u64,
}

impl Default for Books {
    fn default() -> Self {
        Self::of(Provider::GetResponse)
    }
}

impl Books {
    fn of(provider: Provider) -> Self {
        let (ledger, settings, counters) = Default::default();
        Self { provider, ledger, settings, counters, now: 0 }
    }

    fn step<R>(&mut self, step: impl FnOnce(&mut Ledger, &mut Scene<'_>) -> R) -> R {
        let terms = Terms::of(self.provider, &self.settings);
        let mut scene = Scene { now: Duration::from_secs(self.now), terms, counters: &mut self.counters };
        step(&mut self.ledger, &mut scene)
    }

    fn code(&mut self, redirect_uri_sent: bool) -> String {
        let request = AuthorizationRequest {
            provider: self.provider,
            client_id: "app".into(),
            flow: Flow::Code,
            redirect_uri: "http://127.0.0.1:1/".into(),
            redirect_uri_sent,
            state: None,
            challenge: None,
            account: None,
        };
        self.step(|ledger, scene| {
            let account = ledger.new_account();
            ledger.consent(request, account, scene)
        })
    }

    fn exchange(&mut self, code: &str, client: &str, uri: Option<&str>) -> Result<Issued, Refusal> {
        let presented = Exchange { client_id: client, code, redirect_uri: uri, verifier: None };
        self.step(|ledger, scene| ledger.exchange(&presented, || false, scene))
    }

    fn refresh(&mut self, token: &str, client: &str) -> Result<Issued, Refusal> {
        self.step(|ledger, scene| ledger.refresh(token, client, || false, scene))
    }

    fn connected(&mut self) -> Issued {
        let code = self.code(false);
        self.exchange(&code, "app", None).unwrap()
    }

    fn is_live(&self, access_token: &str) -> bool {
        let now = Duration::from_secs(self.now);
        matches!(self.ledger.standing(access_token, self.provider, now), Standing::Live(_))
    }
}

fn refresh_token(issued: &Issued) -> &str {
    issued.refresh_token.as_deref().unwrap()
}

#[test]
fn a_code_serves_once() {
    let mut books = Books::default();
    let code = books.code(false);
    assert!(books.exchange(&code, "app", None).is_ok());
    let again = books.exchange(&code, "app", None);
    assert_eq!(again.unwrap_err(), Refusal::CodeUnknown);
    assert_eq!(books.counters.exchanges, 1);
    assert_eq!(books.counters.reused_codes, 1);
}

#[test]
fn a_refused_code_stays_good() {
    let mut books = Books::default();
    let code = books.code(true);
    let foreign = books.exchange(&code, "other", Some("http://127.0.0.1:1/"));
    assert_eq!(foreign.unwrap_err(), Refusal::CodeForeign);
    let bare = books.exchange(&code, "app", None);
    assert_eq!(bare.unwrap_err(), Refusal::RedirectUriMismatch);
    assert!(books.exchange(&code, "app", Some("http://127.0.0.1:1/")).is_ok());
}

#[test]
fn a_code_ends_on_the_second() {
    let mut books = Books::default();
    let (early, late) = (books.code(false), books.code(false));
    books.now = 599;
    assert!(books.exchange(&early, "app", None).is_ok());
    books.now = 600;
    let expired = books.exchange(&late, "app", None);
    assert_eq!(expired.unwrap_err(), Refusal::CodeExpired);
}

#[test]
fn strict_rotation_revokes_the_family_on_reuse() {
    let mut books = Books::default();
    let first = books.connected();
    let second = books.refresh(refresh_token(&first), "app").unwrap();
    assert_ne!(first.refresh_token, second.refresh_token);
    assert!(books.is_live(&first.access_token), "a refresh ends no access token");

    for _ in 0..2 {
        let reused = books.refresh(refresh_token(&first), "app");
        assert_eq!(reused.unwrap_err(), Refusal::RefreshTokenUnknown);
    }
    let innocent = books.refresh(refresh_token(&second), "app");
    assert_eq!(innocent.unwrap_err(), Refusal::RefreshTokenUnknown);
    assert!(!books.is_live(&second.access_token));
    assert_eq!(books.counters.reused_refresh_tokens, 2);
    assert_eq!(books.counters.family_revocations, 1);
}

#[test]
fn one_family_does_not_suffer_for_another() {
    let mut books = Books::default();
    let (guilty, innocent) = (books.connected(), books.connected());
    books.refresh(refresh_token(&guilty), "app").unwrap();
    books.refresh(refresh_token(&guilty), "app").unwrap_err();
    assert!(books.is_live(&innocent.access_token));
    assert!(books.refresh(refresh_token(&innocent), "app").is_ok());
}

#[test]
fn a_stranger_cannot_spend_or_revoke() {
    let mut books = Books::default();
    let first = books.connected();
    let second = books.refresh(refresh_token(&first), "app").unwrap();
    for token in [&first, &second] {
        let foreign = books.refresh(refresh_token(token), "other");
        assert_eq!(foreign.unwrap_err(), Refusal::RefreshTokenForeign);
    }
    assert!(books.refresh(refresh_token(&second), "app").is_ok());
}

#[test]
fn other_rotations_keep_the_token() {
    let mut books = Books::default();
    let first = books.connected();
    books.settings.rotation = Rotation::Same;
    let same = books.refresh(refresh_token(&first), "app").unwrap();
    assert_eq!(same.refresh_token, first.refresh_token);
    books.settings.rotation = Rotation::Absent;
    let absent = books.refresh(refresh_token(&first), "app").unwrap();
    assert_eq!(absent.refresh_token, None);
    assert!(books.refresh(refresh_token(&first), "app").is_ok());
}

#[test]
fn a_refresh_token_may_end() {
    let mut books = Books::default();
    books.settings.refresh_lifetime = Some(100);
    let issued = books.connected();
    books.now = 100;
    let expired = books.refresh(refresh_token(&issued), "app");
    assert_eq!(expired.unwrap_err(), Refusal::RefreshTokenExpired);
}

#[test]
fn revoking_access_spares_the_grant() {
    let mut books = Books::default();
    let issued = books.connected();
    books.ledger.revoke_access_tokens();
    assert!(!books.is_live(&issued.access_token));
    let next = books.refresh(refresh_token(&issued), "app").unwrap();
    assert!(books.is_live(&next.access_token));

    books.ledger.revoke_grants();
    assert!(books.is_live(&next.access_token));
    let refused = books.refresh(refresh_token(&next), "app");
    assert_eq!(refused.unwrap_err(), Refusal::RefreshTokenUnknown);
    assert_eq!(books.counters.family_revocations, 0);
}

#[test]
fn lifetimes_come_from_the_settings() {
    let mut books = Books::default();
    books.settings.refreshed_lifetime = Some(7);
    let issued = books.connected();
    assert_eq!(issued.lifetime, Some(3600));
    assert_eq!(books.refresh(refresh_token(&issued), "app").unwrap().lifetime, Some(7));
    let own = books.step(|ledger, scene| ledger.client_credentials("app", scene));
    assert_eq!((own.lifetime, own.refresh_token), (Some(86400), None));
    books.now = 3600;
    assert!(!books.is_live(&issued.access_token));
    assert!(books.is_live(&own.access_token));
}

#[test]
fn lenient_rotation_spares_the_family() {
    let mut books = Books::default();
    books.settings.rotation = Rotation::Lenient;
    let first = books.connected();
    let second = books.refresh(refresh_token(&first), "app").unwrap();
    let reused = books.refresh(refresh_token(&first), "app");
    assert_eq!(reused.unwrap_err(), Refusal::RefreshTokenUnknown);
    assert!(books.refresh(refresh_token(&second), "app").is_ok());
    assert_eq!((books.counters.reused_refresh_tokens, books.counters.family_revocations), (1, 0));
}

#[test]
fn a_provider_knows_only_what_it_issued() {
    const PROVIDERS: [Provider; 3] = [Provider::GetResponse, Provider::Classic, Provider::Delegated];
    for issuer in PROVIDERS {
        for other in PROVIDERS.into_iter().filter(|other| *other != issuer) {
            let mut books = Books::of(issuer);
            let (code, spent) = (books.code(true), books.code(true));
            let issued = books.exchange(&spent, "app", Some("http://127.0.0.1:1/")).unwrap();
            books.provider = other;
            let foreign = books.exchange(&code, "app", Some("http://127.0.0.1:1/"));
            assert_eq!(foreign.unwrap_err(), Refusal::CodeUnknown);
            assert!(!books.is_live(&issued.access_token));
            assert_eq!(books.ledger.issued_to(&issued.access_token, other), None);
            if let Some(token) = &issued.refresh_token {
                assert_eq!(books.refresh(token, "app").unwrap_err(), Refusal::RefreshTokenUnknown);
                assert!(!books.ledger.revoke_refresh_token(token, "app", other));
            }
            books.provider = issuer;
            assert!(books.is_live(&issued.access_token));
            assert!(books.exchange(&code, "app", Some("http://127.0.0.1:1/")).is_ok());
        }
    }
}

#[test]
fn a_refresh_token_is_given_up_once() {
    let mut books = Books::of(Provider::Delegated);
    let code = books.code(true);
    let first = books.exchange(&code, "app", Some("http://127.0.0.1:1/")).unwrap();
    let second = books.refresh(refresh_token(&first), "app").unwrap();
    let mut revoked =
        |issued, client| books.ledger.revoke_refresh_token(refresh_token(issued), client, Provider::Delegated);
    assert!(!revoked(&first, "app"), "rotated away");
    assert!(!revoked(&second, "other"));
    assert!(revoked(&second, "app"));
    assert!(!revoked(&second, "app"));
    assert!(books.is_live(&second.access_token), "nobody calls back what is judged by itself");
    assert_eq!(books.refresh(refresh_token(&second), "app").unwrap_err(), Refusal::RefreshTokenUnknown);
}
