//! Upkeep: renews what is due although nobody asks.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use mailgrant_core::{AnyClient, Error, ErrorKind, GrantKind};
use mailgrant_storage::{AttemptId, Due, Kept, Settlement, Vault};
use tracing::Instrument;

use crate::{
    builder::{GUARD, LEASE},
    flight::Strip,
    gate::{self, Pass},
    look::Work,
    manager::Inner,
    renewal::{self, Leave, Step},
    save,
    schedule::chance,
    slot::Slot,
    tasks::Running,
    telemetry,
};

/// How long after a look at which little was due the next one is; after one at which nothing was, twice as long, up to
/// [`LONGEST`].
const PERIOD: Duration = Duration::from_secs(5);

/// Far less than the fifth of a token's life that is left when its renewal is due. Tokens that live for seconds are due
/// at every look.
const LONGEST: Duration = Duration::from_secs(30);

/// The most rows that are claimed in one step.
const PAGE: usize = 32;

/// One app's accounts of one grant.
struct Herd {
    client: Arc<dyn AnyClient>,
    client_key: String,
    /// How many rows are asked for: twice as many after a full page, so that few permits are drawn for nothing.
    page: usize,
    /// When it is looked at again, on the host's monotonic clock, and how long that is after the last look.
    next: Duration,
    pause: Duration,
}

/// Renews what is due, page by page, until a shutdown begins or the last handle on the manager is gone. There is no
/// task and no timer for an account, and as many renewals under way as the budget lets.
pub(crate) async fn run(manager: Weak<Inner>) {
    let mut herds = match manager.upgrade() {
        Some(inner) => herds(&inner),
        None => return,
    };
    loop {
        let Some(inner) = manager.upgrade() else { return };
        for herd in &mut herds {
            if herd.next <= inner.host.monotonic() {
                let wait = page(&inner, herd).await;
                herd.next = inner.host.monotonic() + wait;
            }
        }
        let next = herds.iter().map(|herd| herd.next).min().unwrap_or_else(|| inner.host.monotonic() + LONGEST);
        let sleep = inner.host.sleep(next.saturating_sub(inner.host.monotonic()));
        tokio::select! {
            biased;
            () = inner.tasks.closing() => return,
            () = sleep => {}
        }
    }
}

fn herds(inner: &Inner) -> Vec<Herd> {
    let grants = [GrantKind::AuthorizationCode, GrantKind::ClientCredentials];
    let of = |client: &Arc<dyn AnyClient>, grant| Herd {
        client_key: Vault::client_key(client.identity(), grant),
        client: client.clone(),
        page: 1,
        next: Duration::ZERO,
        pause: PERIOD,
    };
    inner.clients.all().flat_map(|client| grants.map(|grant| of(client, grant))).collect()
}

/// Begins the renewals of one page. How long until the herd should be looked at again.
async fn page(inner: &Arc<Inner>, herd: &mut Herd) -> Duration {
    let mut leaves = Vec::new();
    let mut wait = PERIOD;
    while leaves.len() < herd.page {
        let Some(running) = inner.tasks.begin() else { break };
        match herd.client.budget().permit_for_upkeep() {
            Ok(permit) => {
                let attempt = AttemptId::draw(&*inner.host);
                leaves.push((attempt, inner.in_hand.grip(attempt), permit, running));
            }
            Err(error) => {
                wait = error.retry_after().unwrap_or(PERIOD);
                break;
            }
        }
    }
    if leaves.is_empty() {
        return wait;
    }
    let mut pass = match gate::peek(inner, &*herd.client).await {
        Ok(pass) => pass,
        Err(error) => return error.retry_after().unwrap_or(PERIOD),
    };
    if pass == Pass::Probe {
        leaves.truncate(1);
    }
    let attempts: Vec<_> = leaves.iter().map(|(attempt, ..)| *attempt).collect();
    let claimed_at = inner.host.monotonic();
    let environment = &herd.client.identity().environment;
    let claimed = inner.vault.store().claim_due(&herd.client_key, environment, Duration::ZERO, &attempts, LEASE).await;
    telemetry::store("claim_due", inner.host.monotonic() - claimed_at);
    // If the store is away, or its answer was lost, the next look finds what there is to do.
    let Ok(claimed) = claimed else { return PERIOD };
    let late = claimed.iter().map(|due| due.late).max().unwrap_or_default();
    telemetry::oldest_due(herd.client.identity(), late);
    if let (Pass::Probe, Some(first)) = (pass, claimed.first()) {
        // Only who has something to ask keeps the others waiting for the answer.
        pass = match gate::pass(inner, &*herd.client).await {
            Ok(pass) => pass,
            Err(error) => {
                let untouched = Settlement::Untouched { pause: Duration::ZERO };
                // What cannot be settled is found unsettled.
                let _ = save::settle(inner, &first.key, first.row.version, &first.attempt, &untouched, 5).await;
                return error.retry_after().unwrap_or(PERIOD);
            }
        };
    }
    let full = claimed.len() == attempts.len();
    herd.page = if full { (herd.page * 2).min(PAGE) } else { 1 };
    herd.pause = if claimed.is_empty() { (herd.pause * 2).min(LONGEST) } else { PERIOD };
    for due in claimed {
        let Some(place) = leaves.iter().position(|(attempt, ..)| *attempt == due.attempt) else { continue };
        let (attempt, grip, permit, running) = leaves.swap_remove(place);
        let leave = Leave { attempt, grip, permit: permit.until(claimed_at + LEASE - GUARD), pass };
        begin(inner, herd.client.clone(), due, leave, running);
    }
    // Not the same in two processes.
    if full { Duration::ZERO } else { herd.pause.mul_f64(0.8 + 0.2 * chance(&*inner.host)) }
}

fn begin(inner: &Arc<Inner>, client: Arc<dyn AnyClient>, due: Due, leave: Leave, running: Running) {
    let inner_of_task = inner.clone();
    let span = tracing::debug_span!("renewal", account = %due.key, upkeep = true);
    let renewal = async move {
        renew(&inner_of_task, client, due, leave).await;
        drop(running);
    };
    inner.host.spawn(Box::pin(renewal.instrument(span)));
}

async fn renew(inner: &Inner, client: Arc<dyn AnyClient>, due: Due, leave: Leave) {
    let Due { key, row, late, before: unsettled, .. } = due;
    // What is in nobody's memory does not get into this one's.
    let slot = inner.slot_in_memory(&key).unwrap_or_else(|| Arc::new(Slot::new(key.clone())));
    let asked = slot.take_asked();
    let (generation, version, age) = (slot.generation(), row.version, row.age);
    if let Some(ours) = unsettled.as_ref().filter(|before| inner.in_hand.has(&before.id)) {
        // It was thought lost while this process was frozen. What it comes to is what it comes to.
        let until = inner.host.monotonic() + LEASE - GUARD;
        while inner.in_hand.has(&ours.id) && inner.host.monotonic() < until {
            inner.host.sleep(POLL).await;
        }
        let untouched = Settlement::Untouched { pause: Duration::ZERO };
        // If it did settle, there is nothing left to say.
        let _ = save::settle(inner, &key, version, &leave.attempt, &untouched, 5).await;
        return;
    }
    let strip = Strip::for_nobody(slot);
    let record = match inner.vault.open(&key, row).await {
        Ok(Kept { record: Some(record), .. }) => record,
        opened => {
            let error = opened
                .err()
                .unwrap_or_else(|| Error::new(ErrorKind::Bug, "secret_missing", "an active account has no secret"));
            tracing::error!(code = error.code(), "an account that is due does not open");
            let pause = if error.kind() == ErrorKind::TryLater { PERIOD } else { AGAIN };
            let untouched = Settlement::Untouched { pause };
            // What cannot be settled is found unsettled.
            let _ = save::settle(inner, &key, version, &leave.attempt, &untouched, 5).await;
            return;
        }
    };
    let work = Work { client, record, generation, version, age, late, unsettled };
    match renewal::send(inner, &strip, work, leave, asked).await {
        Step::Done => {}
        Step::Land(error) => renewal::fail(inner, &strip, error),
        // Somebody changed the row meanwhile, or the answer can be asked for again: as if somebody had asked.
        Step::Again | Step::Wait(_) => renewal::run(inner, &strip).await,
    }
}

/// How often an attempt in hand is looked after.
const POLL: Duration = Duration::from_millis(100);

/// When an account whose secret does not open is looked at again: not before somebody has mended something.
const AGAIN: Duration = Duration::from_secs(600);
