//! The verbs in which a child is killed, each with what has to be there before it.

use std::time::Duration;

use mailgrant_storage::{
    AccountKey, AttemptId, Claim, Entry, Purpose, Sealed, Secret, Settled, Settlement, Store, StoreError, Version,
};

/// Whatever has a length has a multiple of this one, so that it can be told however long a test takes.
pub(crate) const UNIT: Duration = Duration::from_secs(10_000);

const ATTEMPT: AttemptId = AttemptId::from_bytes([7; 16]);
const SECOND: Version = Version::FIRST.next();

#[derive(Clone, Copy, Debug)]
pub(crate) enum Verb {
    Put,
    PutOver,
    Claim,
    Renewed,
    Refused,
    Uncertain,
    Untouched,
    Remove,
    Reseal,
}

/// What a verb said, without what is a matter of time.
#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    Made(Version),
    Conflict(Option<Version>),
    Claimed(Claim),
    Settled(Settled),
    Done,
}

impl Verb {
    /// What was said before it.
    pub(crate) async fn prepare(self, store: &dyn Store, key: &AccountKey) {
        if let Self::Put = self {
            return;
        }
        store.put(key, None, &entry(b"the first secret", 10)).await.unwrap();
        if self.settlement().is_some() {
            let claim = store.claim(key, &ATTEMPT, UNIT * 4, Version::FIRST, Purpose::Renew).await.unwrap();
            assert_eq!(claim, Claim::Granted);
        }
    }

    /// Says it, the first time or again.
    pub(crate) async fn say(self, store: &dyn Store, key: &AccountKey) -> Answer {
        if let Some(settlement) = self.settlement() {
            return Answer::Settled(store.settle(key, Version::FIRST, &ATTEMPT, &settlement).await.unwrap());
        }
        let seen = Version::FIRST;
        match self {
            Self::Put => made(store.put(key, None, &entry(b"a secret", 20)).await),
            Self::PutOver => made(store.put(key, Some(seen), &entry(b"a second secret", 20)).await),
            Self::Claim => Answer::Claimed(store.claim(key, &ATTEMPT, UNIT * 4, seen, Purpose::Renew).await.unwrap()),
            Self::Remove => made(store.remove(key, seen, Secret::EraseNow).await),
            _ => {
                let resealed = Sealed { key_id: "the new key".into(), ..entry(b"the first secret again", 0).sealed };
                store.reseal(key, seen, &resealed).await.unwrap();
                Answer::Done
            }
        }
    }

    /// What is answered to whoever does it.
    pub(crate) fn answer(self) -> Answer {
        match self {
            Self::Put => Answer::Made(Version::FIRST),
            Self::PutOver | Self::Remove => Answer::Made(SECOND),
            Self::Claim => Answer::Claimed(Claim::Granted),
            Self::Renewed => Answer::Settled(Settled::Done(SECOND)),
            Self::Refused | Self::Uncertain | Self::Untouched => Answer::Settled(Settled::Done(Version::FIRST)),
            Self::Reseal => Answer::Done,
        }
    }

    /// What is answered to the same word once it is done: promises 2, 5, 10, 22, 28.
    pub(crate) fn answer_again(self) -> Answer {
        match self {
            Self::Put => Answer::Conflict(Some(Version::FIRST)),
            Self::PutOver | Self::Remove => Answer::Conflict(Some(SECOND)),
            _ => self.answer(),
        }
    }

    fn settlement(self) -> Option<Settlement> {
        match self {
            Self::Renewed => Some(Settlement::Renewed(entry(b"the renewed secret", 20))),
            Self::Refused => Some(Settlement::Refused { cause: "grant_refused".into() }),
            Self::Uncertain => Some(Settlement::Uncertain { pause: UNIT * 5 }),
            Self::Untouched => Some(Settlement::Untouched { pause: UNIT * 6 }),
            Self::Put | Self::PutOver | Self::Claim | Self::Remove | Self::Reseal => None,
        }
    }
}

/// As long as a sealed record may be, and longer than a page of SQLite.
fn entry(secret: &[u8], units: u32) -> Entry {
    Entry {
        sealed: Sealed { key_id: "key".into(), bytes: secret.iter().copied().cycle().take(5000).collect() },
        client_key: "client".into(),
        environment: "retail".into(),
        expires_in: Some(UNIT * (units + 1)),
        due_in: Some(UNIT * (units + 2)),
        upkeep_in: Some(UNIT * (units + 3)),
        remark: Some("asked_for".into()),
    }
}

fn made(answer: Result<Version, StoreError>) -> Answer {
    match answer {
        Ok(version) => Answer::Made(version),
        Err(StoreError::Conflict(found)) => Answer::Conflict(found),
        Err(other) => panic!("{other:?}"),
    }
}
