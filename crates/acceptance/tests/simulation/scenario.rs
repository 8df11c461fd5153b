//! Scenario: what a seed draws of its world, before anything happens in it.

use std::time::Duration;

use mailgrant_core::Pace;

use crate::chance::Chance;

/// What the provider makes of a refresh token that was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Mode {
    /// Sent again, it is taken for stolen: the whole family is revoked.
    Strict,
    /// Sent again within so long, it is answered with the same successor; later, as in `Strict`.
    Grace(Duration),
    /// It works until the token that came of it is first used.
    RevokeOnNewTokenUse,
    /// It stays what it is.
    NonRotating,
}

/// A place in the protocol at which a process can die or stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Point {
    /// Before the claim.
    K1,
    /// The claim is stored.
    K2,
    /// The bytes are sent.
    K3,
    /// The provider has made up its mind.
    K4,
    /// The answer has been received.
    K5,
    /// The row is written.
    K6,
    /// All is over.
    K7,
}

impl Point {
    pub(crate) const ALL: [Self; 7] = [Self::K1, Self::K2, Self::K3, Self::K4, Self::K5, Self::K6, Self::K7];
}

/// How often, in a thousand, each thing goes wrong.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rates {
    pub(crate) store_fails: u64,
    pub(crate) store_answer_lost: u64,
    pub(crate) store_slow: u64,
    pub(crate) store_stale: u64,
    pub(crate) unreachable: u64,
    pub(crate) slow: u64,
    pub(crate) dropped_before: u64,
    pub(crate) dropped_after: u64,
    pub(crate) truncated: u64,
    pub(crate) html: u64,
    pub(crate) too_many: u64,
    pub(crate) unavailable: u64,
    pub(crate) invalid_client: u64,
    pub(crate) no_refresh_token: u64,
    pub(crate) silent: u64,
    /// An API that rejects tokens that are good.
    pub(crate) moody: u64,
    /// At each [`Point`].
    pub(crate) crash: u64,
    pub(crate) freeze: u64,
    /// Of callers, at a drawn poll.
    pub(crate) leaves: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) hosts: usize,
    pub(crate) accounts: usize,
    pub(crate) life: Duration,
    pub(crate) mode: Mode,
    /// Whether the profile says what the provider does.
    pub(crate) grace_known: bool,
    pub(crate) token_timeout: Duration,
    pub(crate) revocable: bool,
    /// How long things go wrong; afterwards all is well.
    pub(crate) length: Duration,
    pub(crate) calls: usize,
    pub(crate) rates: Rates,
    pub(crate) crash_points: Vec<Point>,
    pub(crate) freeze_points: Vec<Point>,
    pub(crate) wrong_clocks: bool,
    pub(crate) outages: usize,
    /// Disconnects, new consents, revocations by the customer.
    pub(crate) changes: usize,
    /// Whether hosts renew what is due although nobody asks.
    pub(crate) upkeep: bool,
    /// Whether the app may ask so rarely that the accounts of one host wait for each other.
    pub(crate) narrow: bool,
}

impl Scenario {
    /// Half of all kinds of misfortune are left out of each world, so that each is also seen without the others.
    pub(crate) fn draw(chance: &mut Chance) -> Self {
        let life = Duration::from_secs(chance.one_of(&[30, 60, 300, 600, 3600, 7200]));
        let mode = match chance.below(5) {
            0 | 1 => Mode::Strict,
            2 => Mode::Grace(Duration::from_secs(chance.one_of(&[10, 30, 120, 600]))),
            3 => Mode::RevokeOnNewTokenUse,
            _ => Mode::NonRotating,
        };
        let accounts = if chance.hits(600) { 1 } else { 2 + chance.below(5) };
        let lives = u32::try_from(2 + chance.below(5)).expect("a few");
        let calls = accounts * usize::try_from(lives).expect("a few") * (2 + chance.below(5));
        let mut rate = |choices: &[u64]| if chance.hits(350) { chance.one_of(choices) } else { 0 };
        let rates = Rates {
            store_fails: rate(&[5, 30, 150]),
            store_answer_lost: rate(&[5, 30, 150]),
            store_slow: rate(&[10, 50]),
            store_stale: rate(&[20, 200]),
            unreachable: rate(&[20, 200]),
            slow: rate(&[50, 200]),
            dropped_before: rate(&[20, 100]),
            dropped_after: rate(&[20, 100]),
            truncated: rate(&[20, 100]),
            html: rate(&[20, 100]),
            too_many: rate(&[20, 100]),
            unavailable: rate(&[20, 100]),
            invalid_client: rate(&[20, 100]),
            no_refresh_token: rate(&[50, 500]),
            silent: rate(&[20, 100]),
            moody: rate(&[20, 100]),
            crash: rate(&[20, 100]),
            freeze: rate(&[10, 60]),
            leaves: rate(&[200, 600]),
        };
        let mut points = || {
            let some: Vec<Point> = Point::ALL.into_iter().filter(|_| chance.hits(400)).collect();
            if some.is_empty() { Point::ALL.to_vec() } else { some }
        };
        let (crash_points, freeze_points) = (points(), points());
        // It looks every few seconds, which takes long where lives are.
        let upkeep = life <= Duration::from_secs(60) && chance.hits(200);
        Self {
            hosts: 1 + chance.below(4),
            accounts,
            life,
            mode,
            grace_known: chance.hits(700),
            token_timeout: Duration::from_secs(chance.one_of(&[5, 10, 20])),
            revocable: chance.hits(500),
            length: life * lives,
            calls,
            rates,
            crash_points,
            freeze_points,
            wrong_clocks: chance.hits(300),
            outages: if chance.hits(250) { 1 + chance.below(2) } else { 0 },
            changes: if chance.hits(300) { 1 + chance.below(3) } else { 0 },
            upkeep,
            narrow: false,
        }
    }

    /// Two hosts, one account, ten minutes of life, and nothing goes wrong: what named scenarios begin with.
    pub(crate) fn calm(mode: Mode) -> Self {
        let life = Duration::from_secs(600);
        Self {
            hosts: 2,
            accounts: 1,
            life,
            mode,
            grace_known: true,
            token_timeout: Duration::from_secs(10),
            revocable: true,
            length: life * 4,
            calls: 20,
            rates: Rates::default(),
            crash_points: Point::ALL.to_vec(),
            freeze_points: Point::ALL.to_vec(),
            wrong_clocks: false,
            outages: 0,
            changes: 0,
            upkeep: false,
            narrow: false,
        }
    }

    /// How often the app may ask.
    pub(crate) fn pace(&self) -> Pace {
        if self.narrow { Pace::new(1, 1).parallel(1) } else { Pace::default() }
    }

    /// What the profile says about sending a refresh token twice.
    pub(crate) fn known_grace(&self) -> Duration {
        match self.mode {
            Mode::Grace(grace) if self.grace_known => grace,
            _ => Duration::ZERO,
        }
    }
}
