//! In hand: the attempts of this process that have not come to their end here.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use mailgrant_storage::AttemptId;

/// A process that was frozen past its lease finds its own attempt unsettled in the store, while the answer to it waits in
/// its own socket: that is no attempt whose end nobody knows.
#[derive(Clone, Debug, Default)]
pub(crate) struct InHand(Arc<Mutex<HashSet<AttemptId>>>);

/// An attempt that is in hand for as long as this lives.
#[derive(Debug)]
pub(crate) struct Grip {
    attempt: AttemptId,
    of: InHand,
}

impl InHand {
    pub(crate) fn grip(&self, attempt: AttemptId) -> Grip {
        self.change(|attempts| attempts.insert(attempt));
        Grip { attempt, of: self.clone() }
    }

    pub(crate) fn has(&self, attempt: &AttemptId) -> bool {
        self.change(|attempts| attempts.contains(attempt))
    }

    fn change<T>(&self, change: impl FnOnce(&mut HashSet<AttemptId>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Grip {
    fn drop(&mut self) {
        self.of.change(|attempts| attempts.remove(&self.attempt));
    }
}
