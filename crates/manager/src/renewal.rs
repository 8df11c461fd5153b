//! Renewal: permit, claim, send, settle, in no other order.

use std::{
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    sync::Arc,
    time::Duration,
};

use mailgrant_core::{AnyClient, Error, ErrorKind, Outcome, Permit, RenewalKind, TokenRecord};
use mailgrant_storage::{Attempt, AttemptId, Claim, Kept, Purpose, Settled, Settlement, Status, Version};

use crate::{
    builder::{GUARD, LEASE},
    current::{Current, Phase},
    flight::Strip,
    manager::Inner,
    save,
};

/// Brings the slot a token other than `rejected`, by somebody else's renewal or by one of its own.
pub(crate) async fn run(inner: &Arc<Inner>, strip: &Strip, rejected: Option<Version>) {
    let began = inner.host.monotonic();
    let mut polls = 0;
    loop {
        let step = match look(inner, strip, rejected).await {
            Ok(Look::Here(generation, current)) => return strip.land_on(generation, current),
            Ok(Look::Held(left)) => Step::Wait(left),
            Ok(Look::Renew(work)) => work.run(inner, strip, rejected).await,
            Err(error) => Step::Land(error),
        };
        match step {
            Step::Done => return,
            Step::Land(error) => {
                if error.kind() == ErrorKind::AskUser && rejected.is_some() {
                    // The API rejects the token and there is no other: nobody is to be given it again.
                    strip.slot.clear();
                }
                return strip.land(Err(error));
            }
            // Somebody changed the row meanwhile: look again.
            Step::Again => polls += 1,
            Step::Wait(left) => {
                polls += 1;
                inner.host.sleep(left.min(poll_pause(inner, polls))).await;
            }
        }
        if inner.host.monotonic() - began > 3 * LEASE {
            return strip.land(Err(try_later(
                "busy",
                "others keep renewing this account, and no token came of it yet: try again",
            )
            .after(LEASE)));
        }
    }
}

/// What the row says that has to be done.
enum Look {
    Here(u64, Arc<Current>),
    Held(Duration),
    Renew(Box<Work>),
}

/// What to do next.
enum Step {
    Done,
    Land(Error),
    Again,
    Wait(Duration),
}

async fn look(inner: &Inner, strip: &Strip, rejected: Option<Version>) -> Result<Look, Error> {
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
    let Some(current) = inner.current(&kept, now)? else {
        return Err(Error::new(ErrorKind::Bug, "secret_missing", "an active account has no secret"));
    };
    let (phase, current) = (current.phase(now), Arc::new(current));
    let over = phase == Phase::Over || rejected == Some(current.version);
    if !over {
        // In memory from here on, so that a renewal that fails costs nobody a token that is still good.
        slot.offer(generation, current.clone());
    }
    if phase == Phase::Good && !over {
        return Ok(Look::Here(generation, current));
    }
    if let Some(left) = kept.row.attempt.as_ref().and_then(|attempt| attempt.lease) {
        let held = if phase == Phase::Due && !over { Look::Here(generation, current) } else { Look::Held(left) };
        return Ok(held);
    }
    let Kept { row, record: Some(record), .. } = kept else {
        unreachable!("there is a current token, so there is a record")
    };
    match record.renewal() {
        RenewalKind::Refresh => {}
        _ if over => {
            return Err(ask_user(
                "not_renewable",
                "the account's token has ended, and this grant has no way to renew it: send the customer through the consent page again",
            ));
        }
        _ => return Ok(Look::Here(generation, current)),
    }
    if row.attempt.is_some() && !over {
        // What became of the last renewal is unknown, and the old token still works: time is on our side.
        return Ok(Look::Here(generation, current));
    }
    let client = inner.clients.find(record.identity())?;
    Ok(Look::Renew(Box::new(Work { client, record, generation, version: row.version, unsettled: row.attempt })))
}

/// A renewal that is to be done.
struct Work {
    client: Arc<dyn AnyClient>,
    record: TokenRecord,
    generation: u64,
    version: Version,
    unsettled: Option<Attempt>,
}

impl Work {
    async fn run(self, inner: &Inner, strip: &Strip, rejected: Option<Version>) -> Step {
        let key = &strip.slot.key;
        let account = BuildHasherDefault::<DefaultHasher>::default().hash_one(key);
        let permit = match self.client.budget().permit_for(account) {
            Ok(permit) => permit,
            Err(error) => return Step::Land(error),
        };
        let attempt = AttemptId::draw(&*inner.host);
        let purpose = self.unsettled.as_ref().map_or(Purpose::Renew, |open| Purpose::Replay(open.id));
        let claimed_at = inner.host.monotonic();
        match inner.vault.store().claim(key, &attempt, LEASE, self.version, purpose).await {
            Ok(Claim::Granted) => {
                self.send(inner, strip, rejected, attempt, permit.until(claimed_at + LEASE - GUARD)).await
            }
            Ok(Claim::Held(left)) => Step::Wait(left),
            Ok(Claim::Resting(left)) => Step::Land(
                try_later(
                    "resting",
                    "a renewal of this account failed a moment ago, and is not tried again before its pause is over",
                )
                .after(left),
            ),
            Ok(_) => Step::Again,
            Err(error) => Step::Land(error.into()),
        }
    }

    async fn send(
        self,
        inner: &Inner,
        strip: &Strip,
        rejected: Option<Version>,
        attempt: AttemptId,
        permit: Permit,
    ) -> Step {
        let sent_at = inner.host.monotonic();
        let (settlement, error) = match self.client.refresh(permit, &self.record).await {
            Outcome::Renewed(record) => return self.renewed(inner, strip, rejected, attempt, &record, sent_at).await,
            Outcome::Untouched(error) => {
                (Settlement::Untouched { pause: error.retry_after().unwrap_or_default() }, error)
            }
            Outcome::Refused(error) => (Settlement::Refused { cause: error.code().to_owned() }, error),
            Outcome::Uncertain(error) => (Settlement::Uncertain { pause: self.pause_in_doubt(&error) }, error),
        };
        match save::settle(inner, &strip.slot.key, self.version, &attempt, &settlement, 5).await {
            // The row has moved on: what was refused is not what is stored now.
            Ok(Settled::Missed(Some(_))) => Step::Again,
            // If even this could not be stored, the attempt stays open, and is found so.
            _ => Step::Land(error),
        }
    }

    /// How long an attempt whose outcome is unknown is left alone: longer each time, as the provider is unwell.
    fn pause_in_doubt(&self, error: &Error) -> Duration {
        let replays = self.unsettled.as_ref().map_or(0, |open| open.replays + 1);
        let pause = Duration::from_secs(1) * 2_u32.saturating_pow(replays.min(8));
        let grace = self.client.profile().replay.grace;
        if !grace.is_zero() && replays == 0 {
            Duration::ZERO
        } else {
            pause.max(error.retry_after().unwrap_or_default())
        }
    }

    async fn renewed(
        self,
        inner: &Inner,
        strip: &Strip,
        rejected: Option<Version>,
        attempt: AttemptId,
        record: &TokenRecord,
        sent_at: Duration,
    ) -> Step {
        let (key, version) = (&strip.slot.key, self.version.next());
        let now = inner.host.monotonic();
        let timing = save::timing(inner, record, now - sent_at);
        let bearer = match self.client.bearer(record, record.expires_at(), version.get()) {
            Ok(bearer) => bearer,
            Err(error) => return Step::Land(error),
        };
        let left = timing.expires_in.zip(timing.due_in);
        let whole = record.expires_at().remaining(record.obtained_at()).unwrap_or_default();
        let current = Arc::new(Current::new(bearer, version, now, left, whole, inner.settings.margin));
        if rejected == Some(self.version) {
            strip.slot.note_forced(version, now);
        }
        let settlement = inner.vault.renewed(key, self.version, record, timing);
        let mut settled = save::settle(inner, key, self.version, &attempt, &settlement, 1).await;
        if settled.is_err() {
            // The pair exists in this memory alone: it is served from here, and saved by retry until it is in.
            strip.land_on(self.generation, current.clone());
            settled = save::settle(inner, key, self.version, &attempt, &settlement, u32::MAX).await;
        }
        match settled {
            Ok(Settled::Done(_)) => {
                strip.land_on(self.generation, current);
                Step::Done
            }
            Ok(Settled::Missed(None)) | Err(_) => {
                Step::Land(ask_user("account_unknown", "the account vanished from the store while it was renewed"))
            }
            // A tombstone or a new consent stands there now; looking again says which.
            Ok(_) => {
                strip.slot.clear();
                Step::Again
            }
        }
    }
}

/// Longer from poll to poll, and never the same in two processes.
fn poll_pause(inner: &Inner, polls: u32) -> Duration {
    let mut byte = [0];
    inner.host.random(&mut byte);
    let longest = Duration::from_millis(20) * 2_u32.pow(polls.min(5));
    longest / 2 + longest.mul_f64(f64::from(byte[0]) / 512.0)
}

fn ask_user(code: &'static str, message: &'static str) -> Error {
    Error::new(ErrorKind::AskUser, code, message)
}

fn try_later(code: &'static str, message: &'static str) -> Error {
    Error::new(ErrorKind::TryLater, code, message)
}
