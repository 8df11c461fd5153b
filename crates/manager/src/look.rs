//! Looking: what the row says that has to be done.

use std::{sync::Arc, time::Duration};

use mailgrant_core::{AnyClient, Error, ErrorKind, RenewalKind, TokenRecord};
use mailgrant_storage::{Attempt, Kept, Row, Status, Version};

use crate::{
    builder::FLOOR,
    current::{Current, Phase},
    flight::Strip,
    manager::Inner,
};

/// What the row says that has to be done.
pub(crate) enum Look {
    /// Nothing: here is a token. Whoever renewed it may have thought that nobody asks for it.
    Here(u64, Arc<Current>, Option<Hasten>),
    /// To wait: somebody else's attempt is in flight, for at most this long.
    Held(Duration),
    /// To renew.
    Renew(Box<Work>),
}

/// The upkeep of a version that somebody asks for after all.
pub(crate) struct Hasten {
    pub(crate) version: Version,
    pub(crate) upkeep_in: Duration,
}

/// A renewal that is to be done.
pub(crate) struct Work {
    pub(crate) client: Arc<dyn AnyClient>,
    pub(crate) record: TokenRecord,
    pub(crate) generation: u64,
    pub(crate) version: Version,
    /// How long ago the token was stored, and for how long its renewal has been due.
    pub(crate) age: Duration,
    pub(crate) late: Duration,
    /// The attempt that nobody holds any more and whose outcome is unknown.
    pub(crate) unsettled: Option<Attempt>,
}

pub(crate) async fn look(inner: &Inner, strip: &Strip) -> Result<Look, Error> {
    let slot = &strip.slot;
    let (now, generation) = (inner.host.monotonic(), slot.generation());
    let Some(kept) = inner.vault.load(&slot.key).await? else {
        return Err(ask_user("account_unknown", "there is no such account: connect it first"));
    };
    match &kept.row.status {
        Status::Active => {}
        Status::Disconnected => {
            slot.clear();
            return Err(ask_user("account_disconnected", "the account was disconnected: connect it again"));
        }
        _ => {
            return Err(ask_user(
                "grant_refused",
                "the provider has refused this account's grant: send the customer through the consent page again",
            ));
        }
    }
    let Kept { row, record: Some(record), .. } = kept else {
        return Err(Error::new(ErrorKind::Bug, "secret_missing", "an active account has no secret"));
    };
    let client = inner.clients.find(record.identity())?;
    let current = Arc::new(inner.current(&*client, &record, &row, now)?);
    let (phase, want) = (current.phase(now), strip.want());
    let rejected = want.rejected == Some(current.version);
    if phase != Phase::Over && !rejected {
        // In memory from here on, so that a renewal that fails costs nobody a token that is still good.
        slot.offer(generation, current.clone());
    }
    if !current.affords(want.valid_for) {
        return Err(life_too_short());
    }
    // Of one that is over, a rejection says nothing new.
    if rejected
        && phase != Phase::Over
        && !want.by_hand
        && let Some(wait) = slot.forced_just_now(row.version, now)
    {
        return Err(rejected_again(wait));
    }
    let over = phase == Phase::Over || !want.is_met_by(&current, now);
    let late = current.late(now);
    let here = Ok(Look::Here(generation, current, hasten(&record, &row)));
    if phase == Phase::Good && !over {
        return here;
    }
    if record.renewal() == RenewalKind::Never {
        return if over { Err(not_renewable()) } else { here };
    }
    if let Some(left) = row.attempt.as_ref().and_then(|attempt| attempt.lease) {
        return if over || phase == Phase::Scarce { Ok(Look::Held(left)) } else { here };
    }
    if let Some(attempt) = row.attempt.as_ref().filter(|attempt| inner.in_hand.has(&attempt.id)) {
        return if over { Ok(Look::Held(attempt.age)) } else { here };
    }
    if !over && (row.resting.is_some() || in_doubt(&row, client.profile().replay.grace)) {
        return here;
    }
    if let Some(left) = row.resting {
        return Err(resting(left));
    }
    let (version, age, unsettled) = (row.version, row.age, row.attempt);
    Ok(Look::Renew(Box::new(Work { client, record, generation, version, age, late, unsettled })))
}

/// Upkeep that waits for the grant's sake, of a token that is used: it is renewed ahead of its end instead.
fn hasten(record: &TokenRecord, row: &Row) -> Option<Hasten> {
    let upkeep_in = row.due_in.filter(|_| record.renewal() != RenewalKind::Never)?;
    let waits = row.upkeep_in.is_none_or(|planned| planned > upkeep_in + FLOOR);
    waits.then_some(Hasten { version: row.version, upkeep_in })
}

/// What became of the last renewal is unknown. While the old token works, time is on our side, unless the
/// provider is known to answer a refresh token twice for a while.
fn in_doubt(row: &Row, grace: Duration) -> bool {
    row.attempt.as_ref().is_some_and(|attempt| attempt.age >= grace)
}

pub(crate) fn resting(left: Duration) -> Error {
    Error::new(
        ErrorKind::TryLater,
        "resting",
        "a renewal of this account failed a moment ago, and is not tried again before its pause is over",
    )
    .after(left)
}

pub(crate) fn ask_user(code: &'static str, message: &'static str) -> Error {
    Error::new(ErrorKind::AskUser, code, message)
}

fn rejected_again(wait: Duration) -> Error {
    Error::new(
        ErrorKind::TryLater,
        "rejected_again",
        "the API rejects a token that was renewed because of a rejection just now: take its answer as final",
    )
    .after(wait)
}

pub(crate) fn life_too_short() -> Error {
    Error::new(
        ErrorKind::Configuration,
        "life_too_short",
        "the account's tokens do not live long enough for what was asked: ask for at most four fifths of their life, and again in between",
    )
}

fn not_renewable() -> Error {
    ask_user(
        "not_renewable",
        "the account's token is no good any more, and its grant has no way to renew it: send the customer through the consent page again",
    )
}
