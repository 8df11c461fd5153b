//! The suite can fail: for each promise a store that breaks it, and is found out.
#![cfg(feature = "conformance")]

mod flawed;

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use flawed::{Flaw, Flawed};
use futures_util::FutureExt;
use mailgrant_storage::conformance;

async fn advance(store: &Flawed, by: Duration) {
    store.inner.advance(by);
}

/// Without a flaw the same store passes, so it is the flaw that is found.
mod sound {
    use super::*;

    conformance!((Arc::new(Flawed::by(Flaw::None)), ()), advance);
}

macro_rules! found_out {
    ($($flaw:ident breaks $promise:ident)+) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $promise() {
            let store = Arc::new(Flawed::by(Flaw::$flaw));
            let promise = AssertUnwindSafe(conformance::$promise(store, advance));
            assert!(promise.catch_unwind().await.is_err(), "the flaw was not found");
        }
    )+};
}

mod broken {
    use super::*;

    found_out! {
        LosesEnvironment breaks p01_load_returns_what_was_put
        PutsOverAnything breaks p02_put_compares_and_swaps
        WritesTwice breaks p03_put_moves_the_version_by_one
        GrantsTwice breaks p04_claim_is_granted_once
        ForgetsHolder breaks p05_claim_is_idempotent_by_attempt
        ClaimsAnyVersion breaks p06_claim_names_the_version_it_saw
        TakesOverUnasked breaks p07_a_lapsed_attempt_is_unsettled
        RenewsForHoldersOnly breaks p08_renewed_commits_by_version_alone
        SettlesForAnybody breaks p09_other_outcomes_need_version_and_attempt
        SettlesOnce breaks p10_settle_is_idempotent
        NeverRests breaks p11_untouched_rests
        ReopensRefused breaks p12_refused_closes
        ForgetsUncertain breaks p13_uncertain_keeps_the_attempt
        RevivesTombstones breaks p14_remove_leaves_a_tombstone
        NeverErases breaks p15_remove_can_keep_the_secret_for_its_revocation
        GivesOutTwice breaks p16_pending_is_given_out_once
        KeepsForever breaks p17_pending_ends
        ClaimsWhatIsNotDue breaks p18_claim_due_pages_what_is_due
        RepeatsAcrossPages breaks p19_list_is_keyset_paged
        KeepsQuiet breaks p20_every_change_appends_its_event
        MixesTenants breaks p21_keys_do_not_meet
        RemovesUnseen breaks p22_remove_names_the_version_it_saw
        LeavesUnsettledAlone breaks p23_claim_due_takes_over_what_nobody_settled
        OpensByItself breaks p24_a_closed_gate_lets_nobody_pass
        ProbesWithEverybody breaks p25_a_gate_lets_one_probe_pass
        StaysClosed breaks p26_an_opened_gate_is_open
        NumbersAnew breaks p27_pruned_events_are_gone_for_good
        ResealsByPutting breaks p28_reseal_changes_the_bytes_alone
        NeverHastens breaks p29_hasten_brings_the_upkeep_forward
    }
}
