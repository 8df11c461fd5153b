//! Looking: what the row says that has to be done.

use std::{sync::Arc, time::Duration};

use mailgrant_core::{AnyClient, Error, ErrorKind, RenewalKind, TokenRecord};
use mailgrant_storage::{Attempt, Kept, Row, Status, Version};

use crate::{
    current::{Current, Phase},
    flight::Strip,
    manager::Inner,
};

/// What the row says that has to be done.
pub(crate) enum Look {
    /// Nothing: here is a token.
    Here(u64, Arc<Current>),
    /// To wait: somebody else's attempt is in flight, for at most this long.
    Held(Duration),
    /// To renew.
    Renew(Box<Work>),
}

/// A renewal that is to be done.
pub(crate) struct Work {
    pub(crate) client: Arc<dyn AnyClient>,
    pub(crate) record: TokenRecord,
    pub(crate) generation: u64,
    pub(crate) version: Version,
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
    let phase = current.phase(now);
    let over = phase == Phase::Over || strip.rejected() == Some(current.version);
    if !over {
        // In memory from here on, so that a renewal that fails costs nobody a token that is still good.
        slot.offer(generation, current.clone());
    }
    let here = Ok(Look::Here(generation, current));
    if phase == Phase::Good && !over {
        return here;
    }
    if record.renewal() == RenewalKind::Never {
        return if over { Err(not_renewable()) } else { here };
    }
    if let Some(left) = row.attempt.as_ref().and_then(|attempt| attempt.lease) {
        return if over || phase == Phase::Scarce { Ok(Look::Held(left)) } else { here };
    }
    if !over && (row.resting.is_some() || in_doubt(&row, client.profile().replay.grace)) {
        return here;
    }
    if let Some(left) = row.resting {
        return Err(resting(left));
    }
    Ok(Look::Renew(Box::new(Work { client, record, generation, version: row.version, unsettled: row.attempt })))
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

fn not_renewable() -> Error {
    ask_user(
        "not_renewable",
        "the account's token is no good any more, and its grant has no way to renew it: send the customer through the consent page again",
    )
}
