//! Sabotage: one guard switched off at its seam, to see whether the simulation sees it.

use std::time::Duration;

use futures_util::FutureExt;
use mailgrant_storage::{
    AccountKey, AttemptId, Claim, Purpose, Row, Settled, Settlement, Status, Store, StoreError, Timing, Version,
};

use crate::{oracle::LEASE, store::SimulatedStore};

/// What is switched off. The code under test is the same in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sabotage {
    None,
    /// A renewal is stored over whatever stands there.
    StoreIgnoresTheVersion,
    /// A refusal is stored whoever says it.
    StoreIgnoresTheAttempt,
    /// A renewal is stored over a tombstone.
    StoreRevivesTombstones,
    /// A claim that somebody holds is granted again.
    StoreGrantsHeldClaims,
    /// A request is sent however late it is.
    ClientIgnoresTheDeadline,
    /// What a caller spawned ends with the caller.
    TasksDieWithTheirCaller,
    /// A rejection asks for a renewal, whichever token it is about.
    CallersRefreshInsteadOfRejecting,
    /// A refusal that comes too late is said to be stored, so that its holder does not look again.
    StoreHidesWhatMovedOn,
    /// The budget is asked once the account is claimed.
    ClientAsksTheBudgetLate,
}

impl SimulatedStore {
    pub(crate) fn sabotaged_claim(&self, claim: Claim) -> Claim {
        match claim {
            Claim::Held(_) if self.world.sabotage == Sabotage::StoreGrantsHeldClaims => Claim::Granted,
            claim => claim,
        }
    }

    pub(crate) async fn sabotaged_settlement(
        &self,
        key: &AccountKey,
        settlement: &Settlement,
        settled: Settled,
        claimed: Version,
        attempt: &AttemptId,
    ) -> Result<Settled, StoreError> {
        let (Settled::Missed(Some(row)), sabotage) = (&settled, self.world.sabotage) else { return Ok(settled) };
        let buried = row.status == Status::Disconnected;
        match (sabotage, settlement) {
            (Sabotage::StoreIgnoresTheVersion, Settlement::Renewed(_)) if !buried => {
                let resealed = self.resealed(key, settlement, claimed, row);
                let before = self.look(key).await;
                let settled = self.world.store.settle(key, row.version, attempt, &resealed).await?;
                self.watched(key, before, self.world.executor.now()).await;
                Ok(settled)
            }
            (Sabotage::StoreRevivesTombstones, Settlement::Renewed(_)) if buried => {
                let Settlement::Renewed(entry) = self.resealed(key, settlement, claimed, row) else { unreachable!() };
                let before = self.look(key).await;
                let version = self.world.store.put(key, Some(row.version), &entry).await?;
                self.watched(key, before, self.world.executor.now()).await;
                Ok(Settled::Done(version))
            }
            (Sabotage::StoreIgnoresTheAttempt, Settlement::Refused { .. }) if row.status == Status::Active => {
                if row.attempt.is_none() {
                    // Only an attempt can be refused: the saboteur's own, which nobody holds against anybody.
                    self.world.store.claim(key, attempt, LEASE, row.version, Purpose::Renew).await?;
                }
                let holder = row.attempt.as_ref().map_or(*attempt, |attempt| attempt.id);
                let before = self.look(key).await;
                let settled = self.world.store.settle(key, row.version, &holder, settlement).await?;
                self.watched(key, before, self.world.executor.now()).await;
                Ok(settled)
            }
            (Sabotage::StoreHidesWhatMovedOn, Settlement::Refused { .. }) => Ok(Settled::Done(row.version)),
            _ => Ok(settled),
        }
    }

    /// The renewal of `claimed`, as one of what stands in the row now.
    fn resealed(&self, key: &AccountKey, settlement: &Settlement, claimed: Version, row: &Row) -> Settlement {
        let Settlement::Renewed(entry) = settlement else { unreachable!("nothing else is sealed") };
        let as_sealed = Row {
            version: claimed.next(),
            status: Status::Active,
            sealed: Some(entry.sealed.clone()),
            client_key: entry.client_key.clone(),
            environment: entry.environment.clone(),
            ..row.clone()
        };
        let record = self.world.opener.open(key, as_sealed).now_or_never().unwrap().unwrap().record.unwrap();
        let timing = Timing { expires_in: entry.expires_in, due_in: entry.due_in, upkeep_in: entry.upkeep_in };
        self.world.opener.renewed(key, row.version, &record, timing)
    }
}

/// A deadline that nobody keeps.
pub(crate) const NEVER: Duration = Duration::from_secs(24 * 3600);
