//! Leaving: an account that nobody renews here any more, its secret still sealed here.

use std::time::Duration;

use mailgrant_core::{Error, Host, SystemHost};
use mailgrant_storage::{
    AccountKey, AttemptId, Claim, Purpose, Row, Secret, Settlement, Status, StoreError, Vault, Version,
};

use super::moved::{self, Moved};
use crate::{exit::quoted, sealed};

/// For as long as nobody else may begin a renewal. It only has to last until the tombstone stands.
const LEASE: Duration = Duration::from_secs(30);

/// How often an account is looked at whose renewal is under way, with a pause in between.
const TRIES: usize = 60;
const PAUSE: Duration = Duration::from_millis(500);

const CONNECT: &str = "connect it anew where it is to be";

/// An account that left.
#[derive(Debug)]
pub(super) struct Left {
    pub(super) key: AccountKey,
    pub(super) way: Moved,
    /// The note's version: it moves once another export takes the account over.
    pub(super) noted: Version,
}

impl Left {
    /// Says once more whose it is, from when on others leave it alone for as long again; whether it is still so.
    pub(super) async fn confirm(&mut self, vault: &Vault) -> Result<bool, Error> {
        let noted = moved::put(vault, &self.key, Some(self.noted), &self.way).await?;
        self.noted = noted.unwrap_or(self.noted);
        Ok(noted.is_some())
    }
}

/// Makes it a tombstone that keeps its secret; why not, if it has to stay.
pub(super) async fn leave(vault: &Vault, key: &AccountKey, way: &Moved) -> Result<Result<Left, String>, Error> {
    let (noted, before) = moved::load(vault, key).await?;
    let before = before.filter(|before| before.gone.is_none());
    if let (Some(noted), Some(before)) = (noted, &before)
        && let Some(flaw) = in_hand(vault, key, noted, before).await?
    {
        return Ok(Err(flaw));
    }
    let mut leaving = Leaving { vault, key, way: way.clone(), noted };
    let left = leaving.bury(before.as_ref()).await?;
    match (leaving.noted, left) {
        (Some(noted), Ok(())) => Ok(Ok(Left { key: key.clone(), way: leaving.way, noted })),
        (None, Ok(())) => Ok(Err(taken_over())),
        (noted, Err(flaw)) => {
            if let Some(noted) = noted {
                moved::forget(vault, key, noted).await?;
            }
            Ok(Err(flaw))
        }
    }
}

pub(super) fn taken_over() -> String {
    "another export took it over".to_owned()
}

/// Why an account cannot be taken over from the export that has begun with it. One that was ended is in no doubt, since
/// nothing was sent; whether it was ended, the time tells alone.
async fn in_hand(vault: &Vault, key: &AccountKey, noted: Version, before: &Moved) -> Result<Option<String>, Error> {
    let row = vault.store().load(key).await?;
    let open = row.and_then(|row| Some((row.version, row.attempt?))).filter(|(_, open)| open.id == before.attempt());
    let lease = open.as_ref().and_then(|(_, open)| open.lease);
    let hold = before.hold().checked_sub(moved::age(vault, key, noted).await?);
    let left = lease.unwrap_or_default().max(hold.unwrap_or_default());
    if !left.is_zero() {
        let seconds = left.as_secs_f64().ceil();
        return Ok(Some(format!("another export began with it, and may be under way: try again in {seconds} s")));
    }
    if sealed::id(&before.out) == Some(before.id) {
        let file = before.out.display();
        return Ok(Some(format!("it is in {file}, by an export that was ended just now: run the same command again")));
    }
    if let Some((version, open)) = open {
        let settlement = Settlement::Untouched { pause: Duration::ZERO };
        vault.store().settle(key, version, &open.id, &settlement).await?;
    }
    Ok(None)
}

/// An account on its way to be a tombstone.
struct Leaving<'a> {
    vault: &'a Vault,
    key: &'a AccountKey,
    way: Moved,
    /// The newest version of the note that is known.
    noted: Option<Version>,
}

impl Leaving<'_> {
    async fn bury(&mut self, before: Option<&Moved>) -> Result<Result<(), String>, Error> {
        let (vault, key) = (self.vault, self.key);
        // A tombstone of the export before this one is known by its note, which is not to be without it at any moment.
        if !self.note(before.and_then(|before| before.leaving)).await? {
            return Ok(Err(taken_over()));
        }
        for _ in 0..TRIES {
            let Some(row) = vault.store().load(key).await? else {
                return Ok(Err("there is no such account".to_owned()));
            };
            match row.status {
                Status::Disconnected => return self.inherit(before, &row).await,
                Status::Active => {}
                _ => return Ok(Err(format!("its grant is dead, so that there is nothing to move: {CONNECT}"))),
            }
            // What does not open here is of no use to anybody.
            if let Err(error) = vault.load(key).await {
                return if error.code() == "store_unavailable" { Err(error) } else { Ok(Err(error.to_string())) };
            }
            let attempt = self.way.attempt();
            match vault.store().claim(key, &attempt, LEASE, row.version, Purpose::Renew).await? {
                Claim::Granted => match self.entomb(row.version, &attempt).await {
                    Ok(true) => return Ok(Ok(())),
                    Ok(false) => return Ok(Err(taken_over())),
                    Err(error) if error.code() == "store_conflict" => {}
                    Err(error) => return Err(error),
                },
                Claim::Newer(_) => {}
                Claim::Held(_) => SystemHost.sleep(PAUSE).await,
                Claim::Unsettled(_) => {
                    let token = format!("mailgrant token {}", quoted(key.account()));
                    return Ok(Err(format!("what became of its last renewal is not known: run `{token}` first")));
                }
                Claim::Resting(left) => {
                    let seconds = left.as_secs_f64().ceil();
                    return Ok(Err(format!("its renewal failed, and it rests: try again in {seconds} s")));
                }
                _ => return Ok(Err(format!("it was given up just now: {CONNECT}"))),
            }
        }
        Ok(Err("its renewal is under way for too long: try again".to_owned()))
    }

    /// Goes on with the tombstone of the export that began with it. One that is none of an export's is still to be
    /// given back at the provider.
    async fn inherit(&mut self, before: Option<&Moved>, row: &Row) -> Result<Result<(), String>, Error> {
        let Some(before) = before.filter(|before| before.has_left(row)) else {
            return Ok(Err(format!("it was given up: {CONNECT}")));
        };
        Ok(if self.note(before.leaving).await? { Ok(()) } else { Err(taken_over()) })
    }

    /// Nobody renews it while the claim holds. The note says which version leaves before the tombstone can stand.
    async fn entomb(&mut self, seen: Version, attempt: &AttemptId) -> Result<bool, Error> {
        let noted = self.note(Some(seen.get())).await;
        let buried = match &noted {
            Ok(true) => self.vault.store().remove(self.key, seen, Secret::UntilRevoked).await,
            _ => Err(StoreError::Conflict(None)),
        };
        if buried.is_err() {
            // It is not in doubt: nothing was sent.
            let settlement = Settlement::Untouched { pause: Duration::ZERO };
            let _ = self.vault.store().settle(self.key, seen, attempt, &settlement).await;
        }
        if noted? { Ok(buried.map(|_| true)?) } else { Ok(false) }
    }

    /// Notes that it is this export's; whether nobody else noted anything meanwhile.
    async fn note(&mut self, leaving: Option<u64>) -> Result<bool, Error> {
        self.way.leaving = leaving;
        let noted = moved::put(self.vault, self.key, self.noted, &self.way).await?;
        self.noted = noted.or(self.noted);
        Ok(noted.is_some())
    }
}
