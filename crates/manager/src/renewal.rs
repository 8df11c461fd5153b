//! Renewal: permit, claim, send, settle, in no other order.

use std::{
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    sync::Arc,
    time::Duration,
};

use mailgrant_core::{Error, ErrorKind, Outcome, Permit, TokenRecord};
use mailgrant_storage::{AccountKey, AttemptId, Claim, Purpose, Settled, Settlement, Status};

use crate::{
    account::is_of_the_want,
    builder::{GUARD, LEASE},
    disconnect::give_back,
    flight::Strip,
    gate::{self, Pass},
    in_hand::Grip,
    look::{Hasten, Look, Work, ask_user, look, resting},
    manager::Inner,
    save,
    schedule::chance,
    telemetry,
};

/// What to do next.
pub(crate) enum Step {
    Done,
    Land(Error),
    Again,
    Wait(Duration),
}

/// What an attempt was claimed with, and may be sent with.
pub(crate) struct Leave {
    pub(crate) attempt: AttemptId,
    pub(crate) grip: Grip,
    pub(crate) permit: Permit,
    pub(crate) pass: Pass,
}

/// Brings the slot a token such as is wanted, by somebody else's renewal or by one of its own.
pub(crate) async fn run(inner: &Inner, strip: &Strip) {
    let began = inner.host.monotonic();
    let mut polls = 0;
    loop {
        let step = match look(inner, strip).await {
            Ok(Look::Here(generation, current, hasten)) => {
                strip.land_on(generation, current);
                if let Some(Hasten { version, upkeep_in }) = hasten {
                    // If the store is away, whoever asks next renews it.
                    let _ = inner.vault.store().hasten(&strip.slot.key, version, upkeep_in).await;
                }
                return;
            }
            Ok(Look::Held(left)) => Step::Wait(left),
            Ok(Look::Renew(work)) => claim(inner, strip, *work, began).await,
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
        if is_too_long(inner, began) {
            let message = "others keep renewing this account, and no token came of it yet: try again";
            return fail(inner, strip, Error::new(ErrorKind::TryLater, "busy", message).after(LEASE));
        }
    }
}

/// Tells all who wait, and remembers it for a moment, so that a loop of callers is no loop of requests.
pub(crate) fn fail(inner: &Inner, strip: &Strip, error: Error) {
    if error.kind() == ErrorKind::AskUser {
        if strip.want().rejected.is_some() {
            // The API rejects the token and there is no other: nobody is to be given it again.
            strip.slot.clear();
        }
    } else if !is_of_the_want(&error) {
        let pause = error.retry_after().unwrap_or(Duration::from_secs(1)).min(Duration::from_secs(60));
        strip.slot.note_failure(error.clone(), inner.host.monotonic() + pause);
    }
    strip.land(Err(error));
}

async fn claim(inner: &Inner, strip: &Strip, work: Work, began: Duration) -> Step {
    let key = &strip.slot.key;
    let permit = match permit(inner, strip, &work, began).await {
        Ok(permit) => permit,
        Err(error) => return Step::Land(error),
    };
    let pass = match gate::pass(inner, &*work.client).await {
        Ok(pass) => pass,
        Err(error) => return Step::Land(error),
    };
    let attempt = AttemptId::draw(&*inner.host);
    let grip = inner.in_hand.grip(attempt);
    let purpose = work.unsettled.as_ref().map_or(Purpose::Renew, |open| Purpose::Replay(open.id));
    let claimed_at = inner.host.monotonic();
    let claim = inner.vault.store().claim(key, &attempt, LEASE, work.version, purpose).await;
    telemetry::store("claim", inner.host.monotonic() - claimed_at);
    match claim {
        Ok(Claim::Granted) => {
            let permit = permit.until(claimed_at + LEASE - GUARD);
            // Whoever asks from here on asks for the token that comes of this.
            strip.slot.take_asked();
            send(inner, strip, work, Leave { attempt, grip, permit, pass }, true).await
        }
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

/// The account's share is asked for once; for the app's, callers wait.
async fn permit(inner: &Inner, strip: &Strip, work: &Work, began: Duration) -> Result<Permit, Error> {
    let budget = work.client.budget();
    let account = BuildHasherDefault::<DefaultHasher>::default().hash_one(&strip.slot.key);
    let mut permit = budget.permit_for(account);
    let mut polls = 0;
    loop {
        match permit {
            Err(error) if error.code() == "budget_spent" && !is_too_long(inner, began) => {
                polls += 1;
                let wait = error.retry_after().unwrap_or_default();
                inner.host.sleep(wait.max(poll_pause(inner, polls))).await;
            }
            decided => return decided,
        }
        permit = budget.permit();
    }
}

/// `asked`: somebody waits for it, or will be glad of it.
pub(crate) async fn send(inner: &Inner, strip: &Strip, work: Work, leave: Leave, asked: bool) -> Step {
    let Leave { attempt, permit, pass, grip: _grip } = leave;
    let (key, identity) = (&strip.slot.key, work.client.identity());
    if work.unsettled.is_some()
        && let Err(step) = look_again(inner, key, &work, &attempt).await
    {
        return step;
    }
    let sent_at = inner.host.monotonic();
    let outcome = work.client.refresh(permit, &work.record).await;
    let took = inner.host.monotonic() - sent_at;
    telemetry::renewal(identity, &outcome, took, work.late, work.unsettled.is_some());
    let (settlement, step) = match &outcome {
        Outcome::Renewed(record) => {
            let step = renewed(inner, strip, &work, attempt, record, sent_at, asked).await;
            gate::learn(inner, &*work.client, key, pass, &outcome).await;
            return step;
        }
        Outcome::Untouched(error) => (Settlement::Untouched { pause: pause_after(error) }, Step::Land(error.clone())),
        Outcome::Refused(error) => {
            telemetry::refused(identity, work.age);
            (Settlement::Refused { cause: error.code().to_owned() }, Step::Land(error.clone()))
        }
        Outcome::Uncertain(error) => {
            let pause = pause_in_doubt(&work, error);
            // Within a known grace the answer can be asked for again at once.
            let step = if pause.is_zero() { Step::Again } else { Step::Land(error.clone().after(pause)) };
            (Settlement::Uncertain { pause }, step)
        }
    };
    let settled = save::settle(inner, key, work.version, &attempt, &settlement, 5).await;
    gate::learn(inner, &*work.client, key, pass, &outcome).await;
    match settled {
        // The row has moved on: what was refused is not what is stored now.
        Ok(Settled::Missed(Some(_))) => Step::Again,
        // If even this could not be stored, the attempt stays open, and is found so.
        _ => step,
    }
}

/// Before a token is sent a second time: who was thought lost may have come back and saved what came of the first.
async fn look_again(inner: &Inner, key: &AccountKey, work: &Work, attempt: &AttemptId) -> Result<(), Step> {
    match inner.vault.store().load(key).await {
        Ok(Some(row))
            if row.version == work.version && row.attempt.as_ref().is_some_and(|open| open.id == *attempt) =>
        {
            Ok(())
        }
        Ok(_) => Err(Step::Again),
        Err(error) => {
            let untouched = Settlement::Untouched { pause: Duration::ZERO };
            let _ = save::settle(inner, key, work.version, attempt, &untouched, 1).await;
            Err(Step::Land(error.into()))
        }
    }
}

/// An answer that did nothing is not asked for again at once, whichever process asks. Where nothing was sent there
/// is nothing to be gentle with.
fn pause_after(error: &Error) -> Duration {
    let gentle = if error.status().is_some() { Duration::from_secs(1) } else { Duration::ZERO };
    error.retry_after().unwrap_or(gentle)
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
    asked: bool,
) -> Step {
    let (key, version) = (&strip.slot.key, work.version.next());
    let want = strip.want();
    if want.rejected == Some(work.version) && !want.by_hand {
        strip.slot.note_forced(version, inner.host.monotonic());
    }
    let schedule = inner.schedule(&*work.client, record, asked);
    let mut settled = save::renewed(inner, key, work.version, &attempt, record, &schedule, sent_at, false).await;
    let timing = schedule.timing(inner.host.monotonic() - sent_at);
    let current = inner.current_of(&*work.client, record, version, inner.host.monotonic(), timing);
    if let (Err(_), Ok(current)) = (&settled, &current) {
        // The pair exists in this memory alone: it is served from here, and saved by retry until it is in.
        strip.land_on(work.generation, Arc::new(current.clone()));
    }
    if settled.is_err() {
        settled = save::renewed(inner, key, work.version, &attempt, record, &schedule, sent_at, true).await;
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

/// No flight lasts longer: whoever still waits is told to come again.
fn is_too_long(inner: &Inner, began: Duration) -> bool {
    inner.host.monotonic() - began > 3 * LEASE
}

/// Longer from poll to poll, and never the same in two processes.
fn poll_pause(inner: &Inner, polls: u32) -> Duration {
    let longest = Duration::from_millis(20) * 2_u32.pow(polls.min(5));
    longest / 2 + longest.mul_f64(chance(&*inner.host) / 2.0)
}
