//! The suite that proves a backend: one function for each promise of [`Store`](crate::Store).
//!
//! Expand [`conformance!`](crate::conformance!) in a test module of the backend. A function panics where its
//! promise is broken.
#![expect(clippy::unwrap_used, reason = "a suite fails by panicking")]

mod bench;
mod claiming;
mod gates;
mod logins;
mod reading;
mod removing;
mod resealing;
mod settling;
mod upkeep;
mod writing;

pub use self::{
    claiming::{
        p04_claim_is_granted_once, p05_claim_is_idempotent_by_attempt, p06_claim_names_the_version_it_saw,
        p07_a_lapsed_attempt_is_unsettled,
    },
    gates::{p24_a_closed_gate_lets_nobody_pass, p25_a_gate_lets_one_probe_pass, p26_an_opened_gate_is_open},
    logins::{p16_pending_is_given_out_once, p17_pending_ends},
    reading::{
        p19_list_is_keyset_paged, p20_every_change_appends_its_event, p21_keys_do_not_meet,
        p27_pruned_events_are_gone_for_good,
    },
    removing::{
        p14_remove_leaves_a_tombstone, p15_remove_can_keep_the_secret_for_its_revocation,
        p22_remove_names_the_version_it_saw,
    },
    resealing::p28_reseal_changes_the_bytes_alone,
    settling::{
        p08_renewed_commits_by_version_alone, p09_other_outcomes_need_version_and_attempt, p10_settle_is_idempotent,
        p11_untouched_rests, p12_refused_closes, p13_uncertain_keeps_the_attempt,
    },
    upkeep::{
        p18_claim_due_pages_what_is_due, p23_claim_due_takes_over_what_nobody_settled,
        p29_hasten_brings_the_upkeep_forward,
    },
    writing::{p01_load_returns_what_was_put, p02_put_compares_and_swaps, p03_put_moves_the_version_by_one},
};

/// One test for each promise of [`Store`](crate::Store), named after it.
///
/// The first argument is an expression, in which `.await` is allowed, for a fresh and empty store with
/// whatever must outlive it: `(Arc<S>, guard)`. The second lets time pass for what the store holds, an
/// `AsyncFn(&S, Duration)`: since nobody can move a database's clock, it moves the stored deadlines back.
/// The crate that expands it needs tokio with `macros` and `rt-multi-thread`.
///
/// ```
/// # fn main() {}
/// #[cfg(test)]
/// mod promises {
///     use std::sync::Arc;
///     use mailgrant_storage::{conformance, memory::MemoryStore};
///
///     conformance!((Arc::new(MemoryStore::default()), ()), async |store: &MemoryStore, by| store.advance(by));
/// }
/// ```
#[macro_export]
macro_rules! conformance {
    ($fresh:expr, $advance:expr $(,)?) => {
        $crate::conformance! { @each ($fresh) ($advance)
            p01_load_returns_what_was_put
            p02_put_compares_and_swaps
            p03_put_moves_the_version_by_one
            p04_claim_is_granted_once
            p05_claim_is_idempotent_by_attempt
            p06_claim_names_the_version_it_saw
            p07_a_lapsed_attempt_is_unsettled
            p08_renewed_commits_by_version_alone
            p09_other_outcomes_need_version_and_attempt
            p10_settle_is_idempotent
            p11_untouched_rests
            p12_refused_closes
            p13_uncertain_keeps_the_attempt
            p14_remove_leaves_a_tombstone
            p15_remove_can_keep_the_secret_for_its_revocation
            p16_pending_is_given_out_once
            p17_pending_ends
            p18_claim_due_pages_what_is_due
            p19_list_is_keyset_paged
            p20_every_change_appends_its_event
            p21_keys_do_not_meet
            p22_remove_names_the_version_it_saw
            p23_claim_due_takes_over_what_nobody_settled
            p24_a_closed_gate_lets_nobody_pass
            p25_a_gate_lets_one_probe_pass
            p26_an_opened_gate_is_open
            p27_pruned_events_are_gone_for_good
            p28_reseal_changes_the_bytes_alone
            p29_hasten_brings_the_upkeep_forward
        }
    };
    (@each $fresh:tt $advance:tt $promise:ident $($rest:ident)*) => {
        #[tokio::test(flavor = "multi_thread")]
        async fn $promise() {
            let (store, _guard) = $fresh;
            $crate::conformance::$promise(store, $advance).await;
        }
        $crate::conformance! { @each $fresh $advance $($rest)* }
    };
    (@each $fresh:tt $advance:tt) => {};
}
