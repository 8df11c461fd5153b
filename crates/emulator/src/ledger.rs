//! Who holds what: the provider's books, without I/O or a clock.

mod chance;
mod code;
mod jwt;
mod refusal;
mod registry;
mod token;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use crate::account::Account;
use crate::clock::Moment;
use crate::counters::Counters;
use crate::provider::Provider;
use crate::settings::Rotation;
use crate::terms::Terms;

pub(crate) use chance::hex40;
pub(crate) use code::{AuthorizationRequest, Challenge, Exchange, Flow};
pub(crate) use refusal::Refusal;
pub(crate) use registry::Registry;
pub(crate) use token::{Issued, Standing};

use crate::app::App;
use code::Code;
use token::{Access, Family, Life, Refresh};

/// The books. Every method is one step: it refuses and changes nothing, or does it all.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) registry: Registry,
    parked: HashMap<String, AuthorizationRequest>,
    codes: HashMap<String, Code>,
    access: HashMap<String, Access>,
    refresh: HashMap<String, Refresh>,
    families: Vec<Family>,
    accounts_made: u64,
}

/// What every step needs to know of the moment.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) now: Moment,
    pub(crate) terms: Terms,
    pub(crate) counters: &'a mut Counters,
}

impl Ledger {
    pub(crate) fn register(&mut self, app: App) {
        self.registry.register(app);
    }

    /// An account that did not exist before.
    pub(crate) fn new_account(&mut self) -> Account {
        self.accounts_made += 1;
        Account::new(format!("customer-{}@example.com", self.accounts_made))
    }

    /// Keeps an authorization request until the customer decides; answers its one-time id.
    pub(crate) fn park(&mut self, request: AuthorizationRequest) -> String {
        let id = hex40();
        self.parked.insert(id.clone(), request);
        id
    }

    pub(crate) fn unpark(&mut self, id: &str, provider: Provider) -> Option<AuthorizationRequest> {
        let known = self.parked.get(id).is_some_and(|request| request.provider == provider);
        if known { self.parked.remove(id) } else { None }
    }

    /// The customer said yes: a code.
    pub(crate) fn consent(&mut self, request: AuthorizationRequest, account: Account, scene: &mut Scene<'_>) -> String {
        let code = chance::opaque(scene.terms.provider);
        scene.counters.consents += 1;
        let life = Life::of(scene.now, Some(scene.terms.code_lifetime));
        self.codes.insert(code.clone(), Code::new(request, account, life));
        code
    }

    /// The customer said yes to an app that wants no code: a token, never to be refreshed.
    pub(crate) fn consent_implicitly(&mut self, client_id: &str, account: Account, scene: &mut Scene<'_>) -> Issued {
        scene.counters.consents += 1;
        scene.counters.implicit_grants += 1;
        let family = self.found_family(client_id, account, scene);
        self.issue_access(family, scene.terms.access_lifetime, None, scene)
    }

    /// A code for tokens. `accept_used` is asked when the code was exchanged before.
    pub(crate) fn exchange(
        &mut self,
        presented: &Exchange<'_>,
        accept_used: impl FnOnce() -> bool,
        scene: &mut Scene<'_>,
    ) -> Result<Issued, Refusal> {
        let code = self.codes.get_mut(presented.code).ok_or(Refusal::CodeUnknown)?;
        if !code.is_of(scene.terms.provider) {
            return Err(Refusal::CodeUnknown);
        }
        if code.used {
            scene.counters.reused_codes += 1;
            if scene.terms.code_single_use && !accept_used() {
                return Err(Refusal::CodeUnknown);
            }
        }
        code.check(presented, scene.now, &scene.terms)?;
        code.used = true;
        scene.counters.exchanges += 1;
        let account = code.account.clone();
        let family = self.found_family(presented.client_id, account, scene);
        let refresh_token = scene.terms.refreshable.then(|| self.issue_refresh(family, scene));
        Ok(self.issue_access(family, scene.terms.access_lifetime, refresh_token, scene))
    }

    /// A refresh token for tokens. `keep` is asked whether a rotation that is due stays away.
    pub(crate) fn refresh(
        &mut self,
        presented: &str,
        client_id: &str,
        keep: impl FnOnce() -> bool,
        scene: &mut Scene<'_>,
    ) -> Result<Issued, Refusal> {
        let token = self.refresh.get_mut(presented).ok_or(Refusal::RefreshTokenUnknown)?;
        let id = token.family;
        let family = &mut self.families[id];
        if family.provider != scene.terms.provider {
            return Err(Refusal::RefreshTokenUnknown);
        }
        if family.client_id != client_id {
            return Err(Refusal::RefreshTokenForeign);
        }
        if token.rotated {
            scene.counters.reused_refresh_tokens += 1;
            // Nobody can say which of the two who hold it is the thief, so both lose.
            if !family.refresh_dead && scene.terms.rotation == Rotation::Strict {
                scene.counters.family_revocations += 1;
                family.end();
            }
            return Err(Refusal::RefreshTokenUnknown);
        }
        if family.refresh_dead {
            return Err(Refusal::RefreshTokenUnknown);
        }
        if token.life.ended(scene.now) {
            return Err(Refusal::RefreshTokenExpired);
        }
        let rotation = match scene.terms.rotation {
            rotation if rotation.rotates() && keep() => Rotation::Same,
            rotation => rotation,
        };
        token.rotated = rotation.rotates();
        scene.counters.refreshes += 1;
        let answered = match rotation {
            Rotation::Strict | Rotation::Lenient => Some(self.issue_refresh(id, scene)),
            Rotation::Same => Some(presented.to_owned()),
            Rotation::Absent => None,
        };
        Ok(self.issue_access(id, scene.terms.refreshed_lifetime, answered, scene))
    }

    /// The app itself for a token.
    pub(crate) fn client_credentials(&mut self, client_id: &str, scene: &mut Scene<'_>) -> Issued {
        scene.counters.client_credentials += 1;
        let family = self.found_family(client_id, Account::owner_of(client_id), scene);
        self.issue_access(family, scene.terms.client_credentials_lifetime, None, scene)
    }

    /// What an access token is worth at this provider.
    pub(crate) fn standing(&self, access_token: &str, provider: Provider, now: Moment) -> Standing<'_> {
        let Some(token) = self.access.get(access_token) else {
            return Standing::Unknown;
        };
        let family = &self.families[token.family];
        if token.revoked || family.access_dead || family.provider != provider {
            Standing::Unknown
        } else if token.life.ended(now) {
            Standing::Expired(&family.account)
        } else {
            Standing::Live(&family.account)
        }
    }

    /// The app that an access token was issued to, whatever became of the token.
    pub(crate) fn issued_to(&self, access_token: &str, provider: Provider) -> Option<&str> {
        let token = self.access.get(access_token)?;
        let family = &self.families[token.family];
        (family.provider == provider).then_some(&family.client_id)
    }

    /// An app gives up a refresh token, with all that came of the same consent; tells whether that
    /// changed anything.
    pub(crate) fn revoke_refresh_token(&mut self, presented: &str, client_id: &str, provider: Provider) -> bool {
        let Some(token) = self.refresh.get(presented).filter(|token| !token.rotated) else {
            return false;
        };
        let family = &mut self.families[token.family];
        if family.refresh_dead || family.client_id != client_id || family.provider != provider {
            return false;
        }
        family.end();
        true
    }

    pub(crate) fn revoke_access_tokens(&mut self) {
        for token in self.access.values_mut() {
            token.revoked = true;
        }
    }

    pub(crate) fn revoke_grants(&mut self) {
        for family in &mut self.families {
            family.refresh_dead = true;
        }
    }

    /// The customers remove every app from their accounts.
    pub(crate) fn revoke_by_user(&mut self) {
        for family in &mut self.families {
            family.end();
        }
    }

    fn found_family(&mut self, client_id: &str, account: Account, scene: &Scene<'_>) -> usize {
        self.families.push(Family::new(client_id, account, scene.terms.provider));
        self.families.len() - 1
    }

    fn issue_refresh(&mut self, family: usize, scene: &Scene<'_>) -> String {
        let token = chance::opaque(scene.terms.provider);
        let life = Life::of(scene.now, scene.terms.refresh_lifetime);
        self.refresh.insert(token.clone(), Refresh::new(family, life));
        token
    }

    fn issue_access(
        &mut self,
        family: usize,
        lifetime: Option<u64>,
        refresh_token: Option<String>,
        scene: &Scene<'_>,
    ) -> Issued {
        let account = self.families[family].account.clone();
        let terms = &scene.terms;
        let access_token = match terms.provider {
            Provider::GetResponse | Provider::Classic => chance::opaque(terms.provider),
            Provider::Delegated => jwt::jwt(&account, scene.now, lifetime, terms.exp),
        };
        let life = Life::of(scene.now, lifetime);
        self.access.insert(access_token.clone(), Access::new(family, life));
        Issued { access_token, lifetime, refresh_token, account }
    }
}
