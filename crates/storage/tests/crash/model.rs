//! What has to be under a key: as it was, or as it is after the verb.

use std::time::Duration;

use mailgrant_storage::{AccountKey, Attempt, AttemptId, EventKind, Row, Store, Version, memory::MemoryStore};

use crate::verb::{UNIT, Verb};

/// An event without its number, its moment, its key.
type Told = (EventKind, Option<Version>, Option<AttemptId>, Option<String>);

/// All that a store says of an account, without what is a matter of time.
#[derive(Debug, PartialEq)]
pub(crate) struct Account {
    row: Option<Row>,
    events: Vec<Told>,
}

impl Account {
    /// The account under `key`, of which nothing was told up to the event `since`.
    pub(crate) async fn of(store: &dyn Store, key: &AccountKey, since: u64) -> Self {
        let events = store.events(since, usize::MAX).await.unwrap();
        assert!(events.is_sorted_by(|one, next| one.id < next.id), "{events:?}");
        let of_key = events.into_iter().filter(|event| event.key == *key);
        Self {
            row: store.load(key).await.unwrap().map(timeless),
            events: of_key.map(|event| (event.kind, event.version, event.attempt, event.cause)).collect(),
        }
    }
}

fn timeless(row: Row) -> Row {
    let rounded = |length: Duration| UNIT * u32::try_from((length + UNIT / 2).as_secs() / UNIT.as_secs()).unwrap();
    Row {
        expires_in: row.expires_in.map(rounded),
        due_in: row.due_in.map(rounded),
        upkeep_in: row.upkeep_in.map(rounded),
        age: rounded(row.age),
        resting: row.resting.map(rounded),
        attempt: row.attempt.map(|open| Attempt { lease: open.lease.map(rounded), age: rounded(open.age), ..open }),
        ..row
    }
}

/// Which of the two an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Before,
    After,
}

/// An account before a verb, then after it.
pub(crate) struct Model {
    before: Account,
    after: Account,
}

impl Model {
    pub(crate) async fn of(verb: Verb) -> Self {
        let (store, key) = (MemoryStore::default(), AccountKey::new("tenant", "getresponse", "model").unwrap());
        verb.prepare(&store, &key).await;
        let before = Account::of(&store, &key, 0).await;
        assert_eq!(verb.say(&store, &key).await, verb.answer());
        let after = Account::of(&store, &key, 0).await;
        assert_eq!(verb.say(&store, &key).await, verb.answer_again());
        assert_eq!(Account::of(&store, &key, 0).await, after, "said again it changes nothing");
        assert_ne!(before, after);
        Self { before, after }
    }

    pub(crate) fn find(&self, account: &Account) -> Option<Found> {
        let found = [(Found::Before, &self.before), (Found::After, &self.after)];
        found.into_iter().find_map(|(found, expected)| (expected == account).then_some(found))
    }
}
