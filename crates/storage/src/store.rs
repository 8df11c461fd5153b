//! The store: the contract that a backend fulfils, its promises numbered.

use std::time::Duration;

use async_trait::async_trait;
use mailgrant_core::Lookup;

use crate::{AccountKey, Attempt, AttemptId, Entry, Event, Passage, Row, Sealed, Status, StoreError, Version};

/// Rows of accounts and logins on their way, all of it sealed before it comes here.
///
/// Two ideas carry the contract. A [`Version`] is the identity of a secret: only a change of the sealed
/// secret moves it, it is never used twice, and it goes on past a tombstone. An [`AttemptId`] is one try to
/// renew, stored *before* anything is sent to the provider. Both are compared for equality, never for order.
/// Every duration is counted by the **store's** clock, so that hosts may disagree about the time.
///
/// # Promises
///
/// Each is a test of that name, expanded by `conformance!` in a backend's own module.
///
/// 1. `p01_load_returns_what_was_put`: a row comes back as it was written; a missing one is `None`.
/// 2. `p02_put_compares_and_swaps`: `put` writes only if the row is at the named version (`None`: no row);
///    otherwise [`StoreError::Conflict`] names the version it is at, and nothing changes. Of many at once, one wins.
/// 3. `p03_put_moves_the_version_by_one`: the first version is 1; each put is its predecessor's next.
/// 4. `p04_claim_is_granted_once`: of many claims at once one is `Granted`; the others are `Held`.
/// 5. `p05_claim_is_idempotent_by_attempt`: the same attempt claiming again while its lease runs is `Granted` again.
/// 6. `p06_claim_names_the_version_it_saw`: with another version in the row the answer is `Newer`, with that row.
/// 7. `p07_a_lapsed_attempt_is_unsettled`: once a lease is over, a new `Renew` claim is answered `Unsettled` and
///    changes nothing; only `Replay` naming that very attempt takes it over.
/// 8. `p08_renewed_commits_by_version_alone`: `settle(Renewed)` commits while the row is at the claimed version
///    and is no tombstone, whoever holds the attempt by now; it ends the attempt and any rest.
/// 9. `p09_other_outcomes_need_version_and_attempt`: `Untouched`, `Refused` and `Uncertain` change the row only if
///    both match; a stale holder's word is `Missed`.
/// 10. `p10_settle_is_idempotent`: the same settlement again answers `Done` again, and changes nothing.
/// 11. `p11_untouched_rests`: after `Untouched`, claims are answered `Resting` until its pause is over. A `Replay`
///     that was `Untouched` leaves the attempt it took over as unsettled, and as old, as it was.
/// 12. `p12_refused_closes`: after `Refused`, claims are answered `Closed`, until a put.
/// 13. `p13_uncertain_keeps_the_attempt`: after `Uncertain` the attempt is `Unsettled` at once, however long its
///     lease was (after its pause, if it has one).
/// 14. `p14_remove_leaves_a_tombstone`: the secret is gone, the version has moved on, claims are `Closed`, no
///     settlement brings the account back, and only a put that names the tombstone's version replaces it.
/// 15. `p15_remove_can_keep_the_secret_for_its_revocation`: with [`Secret::UntilRevoked`] the sealed secret stays
///     readable until it is removed again with [`Secret::EraseNow`], sealed for [`Row::sealed_for`].
/// 16. `p16_pending_is_given_out_once`: of many takers at once one gets it; the others, and later ones, hear `Spent`.
///     Under a lookup that is shared, another login takes its place; under one of its own, never.
/// 17. `p17_pending_ends`: after its life the answer is `Expired`; what was never put is `Unknown`.
/// 18. `p18_claim_due_pages_what_is_due`: only active, unclaimed, unrested rows of the named client in the named
///     environment whose upkeep is due within the time that was named, each to one caller, the most overdue first.
/// 19. `p19_list_is_keyset_paged`: in order of key, filtered, without gaps or repeats across pages.
/// 20. `p20_every_change_appends_its_event`: in the same atomic step, in order, with ids that only grow.
/// 21. `p21_keys_do_not_meet`: rows whose keys differ in any one part are different rows.
/// 22. `p22_remove_names_the_version_it_saw`: what stands at another version is left as it is, and is a
///     [`StoreError::Conflict`].
/// 23. `p23_claim_due_takes_over_what_nobody_settled`: `claim_due` replays an unsettled attempt too, once the access
///     token is over or if no end of it is known; one whose lease runs, or whose token lives, is left alone.
/// 24. `p24_a_closed_gate_lets_nobody_pass`: while its pause runs the answer is `Closed`, with what is left and the
///     newest cause; of two pauses the one that ends later stands. What was never closed is `Open`.
/// 25. `p25_a_gate_lets_one_probe_pass`: after the pause one of many at once hears `Probe`; the others hear `Closed`
///     until its hold is over, and then there is one `Probe` again.
/// 26. `p26_an_opened_gate_is_open`: after `open_gate` everybody passes. Only an open gate that is closed, and a closed one
///     that is opened, append an event.
/// 27. `p27_pruned_events_are_gone_for_good`: `prune` drops the events up to an id, and says how many; no id is used
///     again, even if none is left.
/// 28. `p28_reseal_changes_the_bytes_alone`: `reseal` replaces the sealed bytes of the named version, and nothing else;
///     elsewhere, or where the secret was erased, it is a [`StoreError::Conflict`]. A renewal in flight still commits.
/// 29. `p29_hasten_brings_the_upkeep_forward`: the upkeep of an active row at the named version is due within the named
///     time afterwards, or sooner if it was; nothing else changes, and no event tells of it.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// The row under `key`.
    async fn load(&self, key: &AccountKey) -> Result<Option<Row>, StoreError>;

    /// Writes `entry` as the row's new secret if the row is at `expected`: a new consent.
    ///
    /// The row becomes [`Status::Active`]; an attempt or a rest that was there is over.
    async fn put(&self, key: &AccountKey, expected: Option<Version>, entry: &Entry) -> Result<Version, StoreError>;

    /// Claims the right to spend the secret of version `seen`, for `lease`, in one atomic step.
    async fn claim(
        &self,
        key: &AccountKey,
        attempt: &AttemptId,
        lease: Duration,
        seen: Version,
        purpose: Purpose,
    ) -> Result<Claim, StoreError>;

    /// Claims up to `attempts.len()` rows of `client_key` in `environment` whose upkeep is due within `within`.
    ///
    /// An attempt that nobody settled is taken over by it as by a `Replay`, but not while the access token lives: until
    /// then nobody is served worse for it, and its holder may still come back.
    async fn claim_due(
        &self,
        client_key: &str,
        environment: &str,
        within: Duration,
        attempts: &[AttemptId],
        lease: Duration,
    ) -> Result<Vec<Due>, StoreError>;

    /// Says what became of an attempt that claimed version `claimed`.
    ///
    /// It borrows the settlement, so that a failed save can be tried again.
    async fn settle(
        &self,
        key: &AccountKey,
        claimed: Version,
        attempt: &AttemptId,
        settlement: &Settlement,
    ) -> Result<Settled, StoreError>;

    /// Somebody uses the account: the upkeep of version `seen` is due in `upkeep_in` from now, unless it is due sooner. Of
    /// a row that stands at another version, or cannot be used, nothing changes.
    async fn hasten(&self, key: &AccountKey, seen: Version, upkeep_in: Duration) -> Result<(), StoreError>;

    /// Turns the row at version `seen` into a tombstone, or goes on with the tombstone at that version; the tombstone's
    /// version. What stands there at another version is left as it is.
    async fn remove(&self, key: &AccountKey, seen: Version, secret: Secret) -> Result<Version, StoreError>;

    /// Replaces the sealed bytes of version `seen` by the same secret under another sealing key.
    ///
    /// A tombstone that keeps its secret is resealed too. Said again with the same bytes, it changes nothing.
    async fn reseal(&self, key: &AccountKey, seen: Version, sealed: &Sealed) -> Result<(), StoreError>;

    /// Keeps a login on its way for `ttl`. `key` is whose login it is, for the event.
    ///
    /// With a lookup of its own, said again before it was given out, the first stands; afterwards it is a
    /// [`StoreError::Conflict`]. With a shared one it takes the place of what is there, given out or not.
    async fn put_pending(
        &self,
        key: &AccountKey,
        lookup: &Lookup,
        sealed: &Sealed,
        sharing: Sharing,
        ttl: Duration,
    ) -> Result<(), StoreError>;

    /// Gives out a login on its way, once.
    async fn take_pending(&self, lookup: &Lookup) -> Result<Taken, StoreError>;

    /// Up to `limit` rows that pass `filter`, in order of key, beginning behind `after`.
    async fn list(
        &self,
        filter: &Filter,
        after: Option<&AccountKey>,
        limit: usize,
    ) -> Result<Vec<(AccountKey, Row)>, StoreError>;

    /// Up to `limit` events with an id above `after`, in order. An id is never reused.
    async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>, StoreError>;

    /// Drops the events with an id up to `through`; how many there were.
    async fn prune(&self, through: u64) -> Result<u64, StoreError>;

    /// Leave to ask the provider behind `gate`. Whoever hears [`Passage::Probe`] asks for everybody: the gate is closed
    /// again for `hold`, in the same step.
    async fn pass_gate(&self, gate: &str, hold: Duration) -> Result<Passage, StoreError>;

    /// Closes `gate` for `pause`, for `cause`; `key` is the account at which it was noticed, for the event.
    ///
    /// Of two pauses the one that ends later stands, and the pause after a probe takes the place of its hold; the cause is
    /// the newest.
    async fn close_gate(&self, gate: &str, key: &AccountKey, pause: Duration, cause: &str) -> Result<(), StoreError>;

    /// Opens `gate`: the provider answers again. `key` is the account at which it was noticed, for the event.
    async fn open_gate(&self, gate: &str, key: &AccountKey) -> Result<(), StoreError>;
}

/// What a claim is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Purpose {
    /// To renew a grant in which no attempt is open.
    Renew,
    /// To take over an attempt whose outcome nobody knows. If it was settled meanwhile, and the version is
    /// still the one that was seen, nothing is unknown any more: this is a `Renew`.
    Replay(AttemptId),
}

/// The answer to a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Claim {
    /// The attempt is stored; its holder may send, once, until the lease is over.
    Granted,
    /// Somebody else's attempt is in flight, for at most this long.
    Held(Duration),
    /// The secret is another one by now.
    Newer(Box<Row>),
    /// An attempt is open that nobody holds any more: what became of it is unknown.
    Unsettled(Attempt),
    /// Nothing may be tried for this long.
    Resting(Duration),
    /// The account cannot be renewed: refused or disconnected.
    Closed(Status),
    /// There is no such row.
    Missing,
}

/// A row that [`Store::claim_due`] claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize))]
#[expect(clippy::exhaustive_structs, reason = "backends of others make these")]
pub struct Due {
    /// Whose.
    pub key: AccountKey,
    /// The row, with the attempt in it.
    pub row: Row,
    /// The attempt that now holds it.
    pub attempt: AttemptId,
    /// For how long its upkeep had been due; zero if it was not yet.
    pub late: Duration,
    /// The unsettled attempt that was taken over, as it stood before; `None` for a first one.
    pub before: Option<Attempt>,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Settlement {
    /// The provider answered with a new token.
    Renewed(Entry),
    /// Nothing was sent, or nothing came of it; not to be tried again before the pause is over.
    Untouched {
        /// The pause; zero for none.
        pause: Duration,
    },
    /// The provider said no to the grant.
    Refused {
        /// A stable word for why.
        cause: String,
    },
    /// It was sent and nobody knows what came of it.
    Uncertain {
        /// How long to leave it alone before it is looked at again; zero for not at all.
        pause: Duration,
    },
}

/// The answer to a settlement.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Settled {
    /// It is so; the version that the row is at now.
    Done(Version),
    /// The row had moved on and was left alone: as it stands, `None` if it is gone.
    Missed(Option<Box<Row>>),
}

/// What happens to the secret of a row that becomes a tombstone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Secret {
    /// It is erased in the same step.
    EraseNow,
    /// It stays sealed until its revocation is through.
    UntilRevoked,
}

/// Whether a login has its lookup to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Sharing {
    /// It has: the lookup was drawn for it.
    Own,
    /// Nothing marks it, so every login of the same browser lies there, and the newest is the one that is open.
    Shared,
}

/// The answer to a take.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Taken {
    /// The login, given to this caller alone.
    Pending(Sealed),
    /// It was given out before.
    Spent,
    /// Its life was over.
    Expired,
    /// No such login is known (any more).
    Unknown,
}

/// Which rows to list; the default is all but tombstones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize))]
#[expect(clippy::exhaustive_structs, reason = "written with struct update syntax")]
pub struct Filter {
    /// Only this tenant's.
    pub tenant: Option<String>,
    /// Only this provider's.
    pub provider: Option<String>,
    /// Only these, tombstones included only if this asks for them.
    pub status: Option<StatusKind>,
}

/// A status without its details, to filter by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum StatusKind {
    /// [`Status::Active`].
    Active,
    /// [`Status::Refused`].
    Refused,
    /// [`Status::Disconnected`].
    Disconnected,
}
