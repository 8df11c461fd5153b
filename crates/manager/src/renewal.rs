//! Renewal: permit, claim, send, settle, in no other order.

use std::{
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    sync::Arc,
    time::Duration,
};

use mailgrant_core::{Error, ErrorKind, Outcome, Permit, TokenRecord};
use mailgrant_storage::{AttemptId, Claim, Purpose, Settled, Settlement, Status};

use crate::{
    builder::{GUARD, LEASE},
    disconnect::give_back,
    flight::Strip,
    look::{Look, Work, ask_user, look, resting},
    manager::Inner,
    save,
};

/// What to do next.
enum Step {
    Done,
    Land(Error),
    Again,
    Wait(Duration),
}

/// Brings the slot a token other than the rejected one, by somebody else's renewal or by one of its own.
pub(crate) async fn run(inner: &Inner, strip: &Strip) {
    let began = inner.host.monotonic();
    let mut polls = 0;
    loop {
        let step = match look(inner, strip).await {
            Ok(Look::Here(generation, current)) => return strip.land_on(generation, current),
            Ok(Look::Held(left)) => Step::Wait(left),
            Ok(Look::Renew(work)) => claim(inner, strip, *work).await,
            Err(error) => Step::Land(error),
        };
        match step {
            Step::Done => return,
            Step::Land(error) => return fail(inner, strip, error),
            // Somebody changed the row meanwhile: look again.
            Step::Again => polls += 1,
            Step::Wait(left) => {
                polls += 1;
                inner.host.sleep(left.min(poll_pause(inner, polls))).await;
            }
        }
        if inner.host.monotonic() - began > 3 * LEASE {
            let message = "others keep renewing this account, and no token came of it yet: try again";
            return fail(inner, strip, Error::new(ErrorKind::TryLater, "busy", message).after(LEASE));
        }
    }
}

/// Tells all who wait, and remembers it for a moment, so that a loop of callers is no loop of requests.
fn fail(inner: &Inner, strip: &Strip, error: Error) {
    if error.kind() == ErrorKind::AskUser {
        if strip.rejected().is_some() {
            // The API rejects the token and there is no other: nobody is to be given it again.
            strip.slot.clear();
        }
    } else {
        let pause = error.retry_after().unwrap_or(Duration::from_secs(1)).min(Duration::from_secs(60));
        strip.slot.note_failure(error.clone(), inner.host.monotonic() + pause);
    }
    strip.land(Err(error));
}

async fn claim(inner: &Inner, strip: &Strip, work: Work) -> Step {
    let key = &strip.slot.key;
    let account = BuildHasherDefault::<DefaultHasher>::default().hash_one(key);
    let permit = match work.client.budget().permit_for(account) {
        Ok(permit) => permit,
        Err(error) => return Step::Land(error),
    };
    let attempt = AttemptId::draw(&*inner.host);
    let purpose = work.unsettled.as_ref().map_or(Purpose::Renew, |open| Purpose::Replay(open.id));
    let claimed_at = inner.host.monotonic();
    match inner.vault.store().claim(key, &attempt, LEASE, work.version, purpose).await {
        Ok(Claim::Granted) => send(inner, strip, work, attempt, permit.until(claimed_at + LEASE - GUARD)).await,
        Ok(Claim::Held(left)) => Step::Wait(left),
        Ok(Claim::Resting(left)) => Step::Land(resting(left)),
        Ok(_) => Step::Again,
        Err(error) => {
            // It may have been granted all the same: nothing was sent, and nobody is to wait or wonder.
            let untouched = Settlement::Untouched { pause: Duration::ZERO };
            let _ = save::settle(inner, key, work.version, &attempt, &untouched, 1).await;
            Step::Land(error.into())
        }
    }
}

async fn send(inner: &Inner, strip: &Strip, work: Work, attempt: AttemptId, permit: Permit) -> Step {
    let sent_at = inner.host.monotonic();
    let (settlement, error) = match work.client.refresh(permit, &work.record).await {
        Outcome::Renewed(record) => return renewed(inner, strip, &work, attempt, &record, sent_at).await,
        Outcome::Untouched(error) => (Settlement::Untouched { pause: pause_after(&error) }, Step::Land(error)),
        Outcome::Refused(error) => (Settlement::Refused { cause: error.code().to_owned() }, Step::Land(error)),
        Outcome::Uncertain(error) => {
            let pause = pause_in_doubt(&work, &error);
            // Within a known grace the answer can be asked for again at once.
            let step = if pause.is_zero() { Step::Again } else { Step::Land(paused(error, pause)) };
            (Settlement::Uncertain { pause }, step)
        }
    };
    match save::settle(inner, &strip.slot.key, work.version, &attempt, &settlement, 5).await {
        // The row has moved on: what was refused is not what is stored now.
        Ok(Settled::Missed(Some(_))) => Step::Again,
        // If even this could not be stored, the attempt stays open, and is found so.
        _ => error,
    }
}

/// An answer that did nothing is not asked for again at once, whichever process asks. Where nothing was sent there
/// is nothing to be gentle with.
fn pause_after(error: &Error) -> Duration {
    let gentle = if error.status().is_some() { Duration::from_secs(1) } else { Duration::ZERO };
    error.retry_after().unwrap_or(gentle)
}

/// The error, with the pause that the store will hold everybody to.
fn paused(error: Error, pause: Duration) -> Error {
    if pause.is_zero() { error } else { error.after(pause) }
}

/// How long an attempt whose outcome is unknown is left alone: longer each time, as the provider is unwell.
fn pause_in_doubt(work: &Work, error: &Error) -> Duration {
    let replays = work.unsettled.as_ref().map_or(0, |open| open.replays + 1);
    if replays == 0 && !work.client.profile().replay.grace.is_zero() {
        return Duration::ZERO;
    }
    let pause = Duration::from_secs(1) * 2_u32.saturating_pow(replays.min(8));
    pause.max(error.retry_after().unwrap_or_default())
}

async fn renewed(
    inner: &Inner,
    strip: &Strip,
    work: &Work,
    attempt: AttemptId,
    record: &TokenRecord,
    sent_at: Duration,
) -> Step {
    let (key, version) = (&strip.slot.key, work.version.next());
    if strip.rejected() == Some(work.version) {
        strip.slot.note_forced(version, inner.host.monotonic());
    }
    let due = inner.draw_due(record);
    let mut settled = save::renewed(inner, key, work.version, &attempt, record, due, sent_at, false).await;
    let timing = save::timing(record, due, inner.host.monotonic() - sent_at);
    let current = inner.current_of(&*work.client, record, version, inner.host.monotonic(), timing);
    if let (Err(_), Ok(current)) = (&settled, &current) {
        // The pair exists in this memory alone: it is served from here, and saved by retry until it is in.
        strip.land_on(work.generation, Arc::new(current.clone()));
    }
    if settled.is_err() {
        settled = save::renewed(inner, key, work.version, &attempt, record, due, sent_at, true).await;
    }
    match (settled, current) {
        (Ok(Settled::Done(_)), Ok(current)) => {
            strip.land_on(work.generation, Arc::new(current));
            Step::Done
        }
        (Ok(Settled::Done(_)), Err(error)) => Step::Land(error),
        (Ok(Settled::Missed(None)) | Err(_), _) => {
            Step::Land(ask_user("account_unknown", "the account vanished from the store while it was renewed"))
        }
        // A tombstone or a new consent stands there now; looking again says which.
        (Ok(settled), _) => {
            strip.slot.clear();
            if matches!(settled, Settled::Missed(Some(row)) if row.status == Status::Disconnected) {
                // The grant was given up while its pair was on its way: nobody is to hold it.
                give_back(inner, &*work.client, record).await;
            }
            Step::Again
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
