//! What the test tells its workers, what they tell it.

use std::{
    env,
    fmt::Display,
    io::{Write, stdout},
};

use serde::{Deserialize, Serialize};

use crate::place::Place;

/// The variable of the environment that makes a worker of this program.
pub(crate) const POST: &str = "FLEET_WORKER";

/// Before each word of a worker's, so that it is told from what the test harness prints.
const MARK: &str = "fleet: ";

/// Where a worker works.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Post {
    pub(crate) place: Place,
    /// The emulator's endpoints: authorize, token, API.
    pub(crate) endpoints: [String; 3],
    pub(crate) accounts: usize,
    /// A stream of chance of its own.
    pub(crate) seed: u64,
}

/// What a worker is told, a line on its stdin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Order {
    /// To ask for tokens of accounts, until told to rest.
    Ask,
    /// To stop at this point of its next renewal.
    Hold(Point),
    /// To go on from where it was held.
    Go,
    /// To ask no more, and to say so when everybody has been answered.
    Rest,
    /// To use each account once, whatever tries that takes.
    Round,
    /// To shut down.
    End,
}

/// Where a renewal can be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Point {
    /// Between the claim and the sending, with no other attempt in the worker's hands.
    Sending,
    /// Between the answer and the saving.
    Saving,
}

/// What a worker says, a line on its stdout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Word {
    Ready,
    /// It is about to claim: with this attempt.
    Claims(String),
    /// It is held: with this attempt, for this account.
    Held(String, usize),
    /// A caller of this account was not served.
    Told(usize, Told),
    /// Nobody waits any more; so many were served so far.
    Rests(u64),
    /// Each account was used.
    Rounded,
    /// It has shut down; whether all of its renewals ended.
    Ended(bool),
}

/// What a caller is told in place of being served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Told {
    /// To try later, in words of this code.
    Later(String),
    /// To ask the customer.
    Lost(String),
    /// The API took neither the token nor the one that came in its place.
    Spoiled,
    /// Something that nobody should ever be told.
    Fault(String),
}

impl Post {
    pub(crate) fn of_this_process() -> Option<Self> {
        env::var(POST).ok().map(|text| serde_json::from_str(&text).unwrap())
    }
}

impl Word {
    /// In one write, so that it is said whole or not at all, and outlives whoever says it.
    pub(crate) fn say(&self) {
        let line = format!("{MARK}{}\n", serde_json::to_string(self).unwrap());
        // If nobody listens any more, the end is near anyway.
        let _ = stdout().lock().write_all(line.as_bytes());
    }

    /// What a line says, if it is a worker's word.
    pub(crate) fn heard(line: &str) -> Option<Self> {
        let (_, word) = line.split_once(MARK)?;
        serde_json::from_str(word).ok()
    }
}

impl Told {
    pub(crate) fn fault(what: impl Display) -> Self {
        Self::Fault(what.to_string())
    }
}
