//! The sets by which rows are found.

use std::collections::BTreeMap;

use super::names::Names;
use crate::{AccountKey, Status, StatusKind, rules::Stored, state::micros};

/// A change of the place that a member has in a set.
pub(super) struct Place {
    pub(super) set: String,
    pub(super) member: String,
    /// `None` to leave the set.
    pub(super) score: Option<u64>,
}

/// What brings a row from the places it had to those that it has now.
pub(super) fn places(names: &Names, key: &AccountKey, before: Option<&Stored>, now: Option<&Stored>) -> Vec<Place> {
    let (before, now) = (of(names, before), of(names, now));
    let left = before.keys().filter(|set| !now.contains_key(*set)).map(|set| (set, None));
    let taken =
        now.iter().filter(|(set, score)| before.get(*set) != Some(*score)).map(|(set, score)| (set, Some(*score)));
    left.chain(taken).map(|(set, score)| Place { set: set.clone(), member: key.joined(), score }).collect()
}

/// The sets in which a row is, with its score.
fn of(names: &Names, row: Option<&Stored>) -> BTreeMap<String, u64> {
    let Some(row) = row else { return BTreeMap::new() };
    let mut sets = BTreeMap::new();
    match row.status {
        Status::Active => {
            sets.insert(names.living.clone(), 0);
            let due = names.due(&row.client_key, &row.environment);
            sets.extend(row.upkeep_at.map(|upkeep_at| (due, micros(upkeep_at))));
        }
        Status::Refused { .. } => sets.extend([(names.living.clone(), 0), (names.refused.clone(), 0)]),
        Status::Disconnected => _ = sets.insert(names.removed.clone(), 0),
    }
    sets
}

/// The smallest set that holds every row of that status; no status is all but tombstones.
pub(super) fn listed(names: &Names, status: Option<StatusKind>) -> &str {
    match status {
        None | Some(StatusKind::Active) => &names.living,
        Some(StatusKind::Refused) => &names.refused,
        Some(StatusKind::Disconnected) => &names.removed,
    }
}
