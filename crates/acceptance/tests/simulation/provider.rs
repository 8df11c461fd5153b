//! What the provider knows: families of tokens, by its own clock.

use std::time::Duration;

use crate::scenario::Mode;

/// A refresh token, an access token, a code: numbers, and texts only on the wire.
pub(crate) type Token = usize;

/// The provider's books.
pub(crate) struct Provider {
    mode: Mode,
    life: Duration,
    families: Vec<Family>,
    refresh: Vec<Refresh>,
    access: Vec<Access>,
    /// The account that consented to each code, until it is spent.
    codes: Vec<Option<usize>>,
}

struct Family {
    account: usize,
    dead: Option<Death>,
}

/// Why a family is no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Death {
    Customer,
    GivenBack,
    Reuse,
}

struct Refresh {
    family: usize,
    used: Option<Duration>,
    successor: Option<Token>,
    dead: bool,
}

struct Access {
    family: usize,
    ends: Duration,
    /// The refresh token that it came with.
    with: Token,
    /// The refresh token that dies when this one is first used.
    supersedes: Option<Token>,
    /// Whether the API rejects it for no reason.
    moody: bool,
}

/// What became of a refresh token that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spent {
    /// A new pair; `again` if its refresh token was issued before.
    Issued { access: Token, refresh: Token, again: bool },
    /// It is no good.
    Refused,
    /// It was used before: its family is revoked.
    Reused,
}

impl Provider {
    pub(crate) fn new(mode: Mode, life: Duration) -> Self {
        let (families, refresh, access, codes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { mode, life, families, refresh, access, codes }
    }

    pub(crate) fn life(&self) -> Duration {
        self.life
    }

    /// A customer says yes.
    pub(crate) fn consent(&mut self, account: usize) -> Token {
        self.codes.push(Some(account));
        self.codes.len() - 1
    }

    /// A code, for the first tokens of a new family; `None` if it was spent.
    pub(crate) fn exchange(&mut self, code: Token, now: Duration) -> Option<(Token, Token)> {
        let account = self.codes[code].take()?;
        self.families.push(Family { account, dead: None });
        let family = self.families.len() - 1;
        let refresh = self.issue_refresh(family);
        Some((self.issue_access(refresh, None, now), refresh))
    }

    /// A refresh token, for the next tokens. `keeps`: this answer is to bring no refresh token.
    pub(crate) fn refresh(&mut self, token: Token, keeps: bool, now: Duration) -> Spent {
        let Refresh { family, used, successor, dead } = self.refresh[token];
        if self.families[family].dead.is_some() || dead {
            return Spent::Refused;
        }
        if let (Some(at), Some(next)) = (used, successor) {
            let grace = if let Mode::Grace(grace) = self.mode { grace } else { Duration::ZERO };
            match self.mode {
                Mode::Strict | Mode::Grace(_) if now >= at + grace || self.refresh[next].used.is_some() => {
                    self.families[family].dead = Some(Death::Reuse);
                    return Spent::Reused;
                }
                Mode::Grace(_) => {
                    return Spent::Issued { access: self.issue_access(next, None, now), refresh: next, again: true };
                }
                _ => {}
            }
        }
        if keeps || self.mode == Mode::NonRotating {
            return Spent::Issued { access: self.issue_access(token, None, now), refresh: token, again: false };
        }
        let next = self.issue_refresh(family);
        (self.refresh[token].used, self.refresh[token].successor) = (Some(now), Some(next));
        let supersedes = (self.mode == Mode::RevokeOnNewTokenUse).then_some(token);
        Spent::Issued { access: self.issue_access(next, supersedes, now), refresh: next, again: false }
    }

    /// Whether the API takes this access token.
    pub(crate) fn uses(&mut self, token: Token, now: Duration) -> bool {
        let access = &self.access[token];
        let alive = self.families[access.family].dead.is_none() && !self.refresh[access.with].dead;
        if !alive || access.ends <= now || access.moody {
            return false;
        }
        if let Some(before) = self.access[token].supersedes.take() {
            self.refresh[before].dead = true;
        }
        true
    }

    pub(crate) fn revoke(&mut self, family: usize, death: Death) {
        self.families[family].dead.get_or_insert(death);
    }

    /// The customer takes back every grant.
    pub(crate) fn forget_customer(&mut self, account: usize) {
        for family in self.families.iter_mut().filter(|family| family.account == account) {
            family.dead.get_or_insert(Death::Customer);
        }
    }

    /// Whether this refresh token is the one to renew with: sent now, for the first time, it brings a pair.
    pub(crate) fn is_current(&self, token: Token) -> bool {
        let refresh = &self.refresh[token];
        let spent = refresh.successor.is_some() && matches!(self.mode, Mode::Strict | Mode::Grace(_));
        self.families[refresh.family].dead.is_none() && !refresh.dead && !spent
    }

    pub(crate) fn family(&self, refresh: Token) -> usize {
        self.refresh[refresh].family
    }

    pub(crate) fn account_of(&self, refresh: Token) -> usize {
        self.families[self.refresh[refresh].family].account
    }

    pub(crate) fn account_of_access(&self, access: Token) -> usize {
        self.families[self.access[access].family].account
    }

    pub(crate) fn ends(&self, access: Token) -> Duration {
        self.access[access].ends
    }

    pub(crate) fn turn_moody(&mut self, access: Token) {
        self.access[access].moody = true;
    }

    /// The API takes what is good again.
    pub(crate) fn cheer_up(&mut self) {
        self.access.iter_mut().for_each(|access| access.moody = false);
    }

    fn issue_refresh(&mut self, family: usize) -> Token {
        self.refresh.push(Refresh { family, used: None, successor: None, dead: false });
        self.refresh.len() - 1
    }

    fn issue_access(&mut self, with: Token, supersedes: Option<Token>, now: Duration) -> Token {
        let family = self.refresh[with].family;
        self.access.push(Access { family, ends: now + self.life, with, supersedes, moody: false });
        self.access.len() - 1
    }
}
