//! What each verb does to one row at one moment: the contract as functions.

use std::time::Duration;

use crate::{
    AccountKey, Attempt, AttemptId, Claim, Due, Entry, EventKind, Filter, Purpose, Row, Sealed, Secret, Settled,
    Settlement, Status, StatusKind, StoreError, Version,
};

/// A point in time on the store's clock, counted from wherever that clock begins.
pub(crate) type Moment = Duration;

/// The answer of a verb, and the event to append if it changed the row. No event means no change.
pub(crate) type Step<T> = (T, Option<Note>);

/// An event as a verb reports it; the backend adds the id, the moment and the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) kind: EventKind,
    pub(crate) version: Option<Version>,
    pub(crate) attempt: Option<AttemptId>,
    pub(crate) cause: Option<String>,
}

/// A row as a backend keeps it, with moments where [`Row`] has what is left until them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) version: Version,
    pub(crate) status: Status,
    pub(crate) sealed: Option<Sealed>,
    pub(crate) client_key: String,
    pub(crate) environment: String,
    pub(crate) expires_at: Option<Moment>,
    pub(crate) due_at: Option<Moment>,
    pub(crate) upkeep_at: Option<Moment>,
    /// When this version was made.
    pub(crate) written_at: Moment,
    pub(crate) rest_until: Option<Moment>,
    pub(crate) open: Option<Open>,
    /// The attempt whose renewal made this version, so that a settlement said twice is known again.
    pub(crate) renewed_by: Option<AttemptId>,
    /// The last attempt that ended without a new version, for the same reason.
    pub(crate) ended: Option<AttemptId>,
}

/// An attempt that has not been settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Open {
    pub(crate) id: AttemptId,
    pub(crate) claimed_at: Moment,
    /// `None` once its holder let go without knowing the outcome.
    pub(crate) lease_until: Option<Moment>,
    pub(crate) replays: u32,
    /// When the attempt that this one took over was claimed.
    pub(crate) replayed_at: Option<Moment>,
}

pub(crate) fn put(
    row: &mut Option<Stored>,
    expected: Option<Version>,
    entry: &Entry,
    now: Moment,
) -> Step<Result<Version, StoreError>> {
    let found = row.as_ref().map(|row| row.version);
    if found != expected {
        return (Err(StoreError::Conflict(found)), None);
    }
    let version = Version::after(expected);
    *row = Some(Stored::written(entry, version, now));
    (Ok(version), Some(Note { cause: entry.remark.clone(), ..Note::of(EventKind::Connected, version) }))
}

/// A `Replay` of an attempt that was settled meanwhile, at an unchanged version, is as good as a `Renew`:
/// nothing is unknown any more, so nothing is taken over.
pub(crate) fn claim(
    row: &mut Option<Stored>,
    attempt: &AttemptId,
    lease: Duration,
    seen: Version,
    purpose: Purpose,
    now: Moment,
) -> Step<Claim> {
    let Some(row) = row else {
        return (Claim::Missing, None);
    };
    if row.status != Status::Active {
        return (Claim::Closed(row.status.clone()), None);
    }
    if row.version != seen {
        return (Claim::Newer(Box::new(row.at(now))), None);
    }
    if let Some(open) = &row.open
        && let Some(left) = left(open.lease_until, now)
    {
        return (if open.id == *attempt { Claim::Granted } else { Claim::Held(left) }, None);
    }
    if let Some(left) = left(row.rest_until, now) {
        return (Claim::Resting(left), None);
    }
    match (&row.open, purpose) {
        (None, _) => {}
        (Some(open), Purpose::Replay(named)) if open.id == named => {}
        (Some(open), _) => return (Claim::Unsettled(open.at(now)), None),
    }
    (Claim::Granted, Some(row.hold(attempt, lease, now)))
}

/// Whether `claim_due` may have this row; it is granted with [`take_due`].
///
/// What became of an attempt that nobody settled is asked of the provider only once the access token serves nobody any
/// more: its holder may have the answer and be about to store it.
pub(crate) fn is_due(row: &Stored, client_key: &str, environment: &str, within: Duration, now: Moment) -> bool {
    let over = row.expires_at.is_none_or(|at| at <= now);
    row.client_key == client_key
        && row.environment == environment
        && row.status == Status::Active
        && row.open.as_ref().is_none_or(|open| over && left(open.lease_until, now).is_none())
        && left(row.rest_until, now).is_none()
        && row.upkeep_at.is_some_and(|at| at <= now.saturating_add(within))
}

/// Grants a row that [`is_due`] to `attempt`.
pub(crate) fn take_due(
    key: AccountKey,
    row: &mut Stored,
    attempt: &AttemptId,
    lease: Duration,
    now: Moment,
) -> (Due, Note) {
    let before = row.open.as_ref().map(|open| open.at(now));
    let late = row.upkeep_at.map_or(Duration::ZERO, |at| now.saturating_sub(at));
    let note = row.hold(attempt, lease, now);
    (Due { key, row: row.at(now), attempt: *attempt, late, before }, note)
}

/// What is due sooner stays so.
pub(crate) fn hasten(row: &mut Stored, seen: Version, upkeep_in: Duration, now: Moment) {
    let at = now.saturating_add(upkeep_in);
    if row.version == seen && row.status == Status::Active && row.upkeep_at.is_none_or(|upkeep_at| upkeep_at > at) {
        row.upkeep_at = Some(at);
    }
}

pub(crate) fn settle(
    row: &mut Option<Stored>,
    claimed: Version,
    attempt: &AttemptId,
    settlement: &Settlement,
    now: Moment,
) -> Step<Settled> {
    let Some(row) = row else {
        return (Settled::Missed(None), None);
    };
    if row.has_heard(claimed, attempt, settlement) {
        return (Settled::Done(row.version), None);
    }
    let holds = row.open.as_ref().is_some_and(|open| open.id == *attempt);
    // Who spent the secret of this version has its only successor, whoever holds the attempt by now.
    let renews = matches!(settlement, Settlement::Renewed(_)) && row.status != Status::Disconnected;
    if row.version != claimed || !(holds || renews) {
        return (Settled::Missed(Some(Box::new(row.at(now)))), None);
    }
    let (kind, cause) = match settlement {
        Settlement::Renewed(entry) => {
            *row = Stored { renewed_by: Some(*attempt), ..Stored::written(entry, claimed.next(), now) };
            (EventKind::Renewed, entry.remark.clone())
        }
        Settlement::Untouched { pause } => {
            // A replay that was not made leaves the attempt before it as unknown as it was.
            row.open = row.open.take().and_then(Open::before);
            row.rest(*pause, now);
            row.ended = Some(*attempt);
            (EventKind::Untouched, None)
        }
        Settlement::Refused { cause } => {
            row.open = None;
            row.rest_until = None;
            row.status = Status::Refused { cause: cause.clone() };
            row.ended = Some(*attempt);
            (EventKind::Refused, Some(cause.clone()))
        }
        Settlement::Uncertain { pause } => {
            row.open = row.open.take().map(|open| Open { lease_until: None, ..open });
            row.rest(*pause, now);
            (EventKind::Uncertain, None)
        }
    };
    let note = Note { attempt: Some(*attempt), cause, ..Note::of(kind, row.version) };
    (Settled::Done(row.version), Some(note))
}

/// A tombstone at the version that was seen is gone on with: its secret may be erased now.
pub(crate) fn remove(
    row: &mut Option<Stored>,
    seen: Version,
    secret: Secret,
    now: Moment,
) -> Step<Result<Version, StoreError>> {
    let found = row.as_ref().map(|row| row.version);
    let Some(row) = row.as_mut().filter(|row| row.version == seen) else {
        return (Err(StoreError::Conflict(found)), None);
    };
    let buries = row.status != Status::Disconnected;
    if buries {
        *row = Stored {
            version: row.version.next(),
            status: Status::Disconnected,
            due_at: None,
            upkeep_at: None,
            written_at: now,
            rest_until: None,
            open: None,
            renewed_by: None,
            ended: None,
            ..row.clone()
        };
    }
    let erases = secret == Secret::EraseNow && row.sealed.take().is_some();
    let note = (buries || erases).then(|| Note::of(EventKind::Disconnected, row.version));
    (Ok(row.version), note)
}

/// The secret stays the same, so its version does, with everything that hangs on it.
pub(crate) fn reseal(row: &mut Option<Stored>, seen: Version, sealed: &Sealed) -> Step<Result<(), StoreError>> {
    let found = row.as_ref().map(|row| row.version);
    let Some((version, kept)) =
        row.as_mut().filter(|row| row.version == seen).and_then(|row| Some((row.version, row.sealed.as_mut()?)))
    else {
        return (Err(StoreError::Conflict(found)), None);
    };
    let changes = kept != sealed;
    kept.clone_from(sealed);
    (Ok(()), changes.then(|| Note::of(EventKind::Resealed, version)))
}

/// Whether `list` shows this row; a tombstone only to those who ask for tombstones.
pub(crate) fn passes(filter: &Filter, key: &AccountKey, status: &Status) -> bool {
    let kind = match status {
        Status::Active => StatusKind::Active,
        Status::Refused { .. } => StatusKind::Refused,
        Status::Disconnected => StatusKind::Disconnected,
    };
    filter.tenant.as_deref().is_none_or(|tenant| tenant == key.tenant())
        && filter.provider.as_deref().is_none_or(|provider| provider == key.provider())
        && filter.status.map_or(kind != StatusKind::Disconnected, |wanted| wanted == kind)
}

impl Note {
    fn of(kind: EventKind, version: Version) -> Self {
        Self { kind, version: Some(version), attempt: None, cause: None }
    }

    /// An event of a login or a gate, which concerns no row.
    pub(crate) fn beside_rows(kind: EventKind) -> Self {
        Self { kind, version: None, attempt: None, cause: None }
    }
}

impl Stored {
    fn written(entry: &Entry, version: Version, now: Moment) -> Self {
        Self {
            version,
            status: Status::Active,
            sealed: Some(entry.sealed.clone()),
            client_key: entry.client_key.clone(),
            environment: entry.environment.clone(),
            expires_at: entry.expires_in.map(|left| now.saturating_add(left)),
            due_at: entry.due_in.map(|left| now.saturating_add(left)),
            upkeep_at: entry.upkeep_in.map(|left| now.saturating_add(left)),
            written_at: now,
            rest_until: None,
            open: None,
            renewed_by: None,
            ended: None,
        }
    }

    /// The row as it stands at `now`.
    pub(crate) fn at(&self, now: Moment) -> Row {
        Row {
            version: self.version,
            status: self.status.clone(),
            sealed: self.sealed.clone(),
            client_key: self.client_key.clone(),
            environment: self.environment.clone(),
            expires_in: self.expires_at.map(|at| at.saturating_sub(now)),
            due_in: self.due_at.map(|at| at.saturating_sub(now)),
            upkeep_in: self.upkeep_at.map(|at| at.saturating_sub(now)),
            age: now.saturating_sub(self.written_at),
            resting: left(self.rest_until, now),
            attempt: self.open.as_ref().map(|open| open.at(now)),
        }
    }

    /// Stores `attempt` as the one in flight, over the one that is open if there is one.
    pub(crate) fn hold(&mut self, attempt: &AttemptId, lease: Duration, now: Moment) -> Note {
        let over = self.open.take();
        let kind = if over.is_some() { EventKind::Replayed } else { EventKind::Claimed };
        self.open = Some(Open {
            id: *attempt,
            claimed_at: now,
            lease_until: Some(now.saturating_add(lease)),
            replays: over.as_ref().map_or(0, |over| over.replays.saturating_add(1)),
            replayed_at: over.map(|over| over.claimed_at),
        });
        self.rest_until = None;
        self.ended = None;
        Note { attempt: Some(*attempt), ..Note::of(kind, self.version) }
    }

    fn rest(&mut self, pause: Duration, now: Moment) {
        self.rest_until = (!pause.is_zero()).then(|| now.saturating_add(pause));
    }

    /// Whether this very settlement has been applied already.
    fn has_heard(&self, claimed: Version, attempt: &AttemptId, settlement: &Settlement) -> bool {
        if let Settlement::Renewed(_) = settlement {
            return self.version == claimed.next() && self.renewed_by.as_ref() == Some(attempt);
        }
        let ended = self.ended.as_ref() == Some(attempt);
        self.version == claimed
            && match settlement {
                Settlement::Untouched { .. } => ended && self.status == Status::Active,
                Settlement::Refused { .. } => ended && matches!(self.status, Status::Refused { .. }),
                _ => self.open.as_ref().is_some_and(|open| open.id == *attempt && open.lease_until.is_none()),
            }
    }
}

impl Open {
    fn at(&self, now: Moment) -> Attempt {
        Attempt {
            id: self.id,
            lease: left(self.lease_until, now),
            age: now.saturating_sub(self.claimed_at),
            replays: self.replays,
        }
    }

    /// What is open once this attempt turns out not to have happened.
    fn before(self) -> Option<Self> {
        let replays = self.replays.checked_sub(1)?;
        let claimed_at = self.replayed_at.unwrap_or(self.claimed_at);
        Some(Self { lease_until: None, claimed_at, replays, replayed_at: None, ..self })
    }
}

/// What is left until `until`, if anything.
pub(crate) fn left(until: Option<Moment>, now: Moment) -> Option<Duration> {
    until.and_then(|until| until.checked_sub(now)).filter(|left| !left.is_zero())
}
