//! The same long story told to this store as to the one in memory: they answer alike.

use mailgrant_core::Lookup;
use rand::{Rng as _, RngExt as _, SeedableRng as _, rngs::StdRng};

use super::*;
use crate::{
    Attempt, Claim, Due, Filter, Passage, Purpose, Row, Secret, Settled, Settlement, Sharing, StatusKind, Store,
    Version, memory::MemoryStore,
};

/// Every time in the story is a multiple of this, so that what passes while it is told rounds away.
const UNIT: Duration = Duration::from_secs(1000);

struct Teller {
    dice: StdRng,
    attempts: Vec<AttemptId>,
}

impl Teller {
    /// Two of the same seed tell the same turn.
    fn of(seed: u64, attempts: &[AttemptId]) -> Self {
        Self { dice: StdRng::seed_from_u64(seed), attempts: attempts.to_vec() }
    }

    fn below(&mut self, end: usize) -> usize {
        self.dice.random_range(0..end)
    }

    fn time(&mut self) -> Duration {
        UNIT * u32::try_from(self.below(6)).unwrap()
    }

    fn sometime(&mut self) -> Option<Duration> {
        if self.below(3) == 0 { None } else { Some(self.time()) }
    }

    fn key(&mut self) -> AccountKey {
        let (tenant, provider, account) = (self.below(2), self.below(2), self.below(3));
        AccountKey::new(["a", "a b"][tenant], ["one", "two"][provider], ["1", "2", "ä"][account]).unwrap()
    }

    fn entry(&mut self) -> Entry {
        let mark = self.dice.next_u32().to_be_bytes();
        Entry {
            sealed: Sealed { key_id: format!("key {}", mark[0]), bytes: mark.into() },
            client_key: ["client", "other"][self.below(2)].into(),
            environment: ["retail", "max"][self.below(2)].into(),
            expires_in: self.sometime(),
            due_in: self.sometime(),
            upkeep_in: self.sometime(),
            remark: (self.below(4) == 0).then(|| "consented_again".into()),
        }
    }

    fn attempt(&mut self) -> AttemptId {
        if self.attempts.is_empty() || self.below(3) == 0 {
            let drawn = self.drawn();
            self.attempts.push(drawn);
        }
        let recent = self.attempts.len().saturating_sub(6);
        let chosen = recent + self.below(self.attempts.len() - recent);
        self.attempts[chosen]
    }

    fn drawn(&mut self) -> AttemptId {
        let mut bytes = [0; 16];
        self.dice.fill_bytes(&mut bytes);
        AttemptId::from_bytes(bytes)
    }

    /// Mostly a version that is there.
    fn version(&mut self, row: Option<&Row>) -> Version {
        match row {
            Some(row) if self.below(6) > 0 => row.version,
            _ => Version::from_stored(1 + self.below(4) as u64).unwrap(),
        }
    }

    fn settlement(&mut self) -> Settlement {
        match self.below(5) {
            0 => Settlement::Untouched { pause: self.time() },
            1 => Settlement::Refused { cause: "grant_refused".into() },
            2 => Settlement::Uncertain { pause: self.time() },
            _ => Settlement::Renewed(self.entry()),
        }
    }
}

fn round(time: Duration) -> Duration {
    UNIT * u32::try_from((time + UNIT / 2).as_secs() / UNIT.as_secs()).unwrap()
}

fn rounded_attempt(open: Attempt) -> Attempt {
    Attempt { age: round(open.age), lease: open.lease.map(round), ..open }
}

fn rounded(row: Row) -> Row {
    Row {
        expires_in: row.expires_in.map(round),
        due_in: row.due_in.map(round),
        upkeep_in: row.upkeep_in.map(round),
        age: round(row.age),
        resting: row.resting.map(round),
        attempt: row.attempt.map(rounded_attempt),
        ..row
    }
}

fn rounded_claim(claim: Claim) -> Claim {
    match claim {
        Claim::Held(left) => Claim::Held(round(left)),
        Claim::Resting(left) => Claim::Resting(round(left)),
        Claim::Newer(row) => Claim::Newer(Box::new(rounded(*row))),
        Claim::Unsettled(open) => Claim::Unsettled(rounded_attempt(open)),
        other => other,
    }
}

fn rounded_due(due: Due) -> Due {
    Due { row: rounded(due.row), late: round(due.late), before: due.before.map(rounded_attempt), ..due }
}

fn words(answer: impl std::fmt::Debug) -> String {
    format!("{answer:?}")
}

/// One turn of the story, told to one store; the same dice make the same turn.
async fn turn(store: &impl Store, teller: &mut Teller) -> String {
    let key = teller.key();
    let row = store.load(&key).await.unwrap();
    let lookup = Lookup::from_bytes([u8::try_from(teller.below(3)).unwrap(); 32]);
    let gate = ["one", "two"][teller.below(2)];
    match teller.below(16) {
        0 | 1 => {
            let version = teller.version(row.as_ref());
            let expected = if row.is_none() && teller.below(4) > 0 { None } else { Some(version) };
            words(store.put(&key, expected, &teller.entry()).await)
        }
        2 | 3 => {
            let (attempt, lease, version) = (teller.attempt(), teller.time(), teller.version(row.as_ref()));
            let open = row.and_then(|row| row.attempt).map(|open| open.id);
            let purpose = open.filter(|_| teller.below(2) == 0).map_or(Purpose::Renew, Purpose::Replay);
            words(store.claim(&key, &attempt, lease, version, purpose).await.map(rounded_claim))
        }
        4..=6 => {
            let held = row.as_ref().and_then(|row| row.attempt.as_ref()).map(|open| open.id);
            let (version, stranger) = (teller.version(row.as_ref()), teller.attempt());
            let attempt = held.filter(|_| teller.below(5) > 0).unwrap_or(stranger);
            let settled = store.settle(&key, version, &attempt, &teller.settlement()).await.unwrap();
            match settled {
                Settled::Missed(row) => words(row.map(|row| rounded(*row))),
                done => words(done),
            }
        }
        7 => {
            let secret = if teller.below(2) == 0 { Secret::EraseNow } else { Secret::UntilRevoked };
            words(store.remove(&key, teller.version(row.as_ref()), secret).await)
        }
        8 => words(store.reseal(&key, teller.version(row.as_ref()), &teller.entry().sealed).await),
        9 => words(store.hasten(&key, teller.version(row.as_ref()), teller.time()).await),
        10 | 11 => {
            let attempts: Vec<_> = (0..teller.below(4)).map(|_| teller.drawn()).collect();
            let (within, lease) = (teller.time(), teller.time());
            let whose = (["client", "other"][teller.below(2)], ["retail", "max"][teller.below(2)]);
            let due = store.claim_due(whose.0, whose.1, within, &attempts, lease).await.unwrap();
            words(due.into_iter().map(rounded_due).collect::<Vec<_>>())
        }
        12 => {
            let sharing = if teller.below(2) == 0 { Sharing::Own } else { Sharing::Shared };
            words(store.put_pending(&key, &lookup, &teller.entry().sealed, sharing, teller.time()).await)
        }
        13 => words(store.take_pending(&lookup).await),
        14 => match teller.below(3) {
            0 => words(store.open_gate(gate, &key).await),
            _ => words(store.close_gate(gate, &key, teller.time(), ["down", "slow"][teller.below(2)]).await),
        },
        _ => match store.pass_gate(gate, teller.time()).await.unwrap() {
            Passage::Closed { left, cause, .. } => words((round(left), cause)),
            other => words(other),
        },
    }
}

async fn listed(store: &impl Store) -> String {
    let mut all = Vec::new();
    for status in [None, Some(StatusKind::Active), Some(StatusKind::Refused), Some(StatusKind::Disconnected)] {
        for tenant in [None, Some("a")] {
            for provider in [None, Some("two")] {
                let [tenant, provider] = [tenant, provider].map(|part| part.map(str::to_owned));
                let filter = Filter { tenant, provider, status };
                let rows = store.list(&filter, None, 100).await.unwrap();
                all.push(rows.into_iter().map(|(key, row)| (key, rounded(row))).collect::<Vec<_>>());
            }
        }
    }
    words(all)
}

async fn happened(store: &impl Store) -> Vec<String> {
    let events = store.events(0, usize::MAX).await.unwrap();
    events.into_iter().map(|event| words((event.key, event.kind, event.version, event.attempt, event.cause))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_story_is_answered_alike_by_the_store_in_memory() {
    for seed in 0..4 {
        let (redis, memory) = (fresh().await.0, MemoryStore::default());
        let mut attempts = Vec::new();
        for number in 0..500 {
            let [mut teller, mut again] = [(); 2].map(|()| Teller::of(seed * 1000 + number, &attempts));
            let expected = turn(&memory, &mut teller).await;
            assert_eq!(turn(&*redis, &mut again).await, expected, "turn {number} of story {seed}");
            if teller.below(3) == 0 {
                let by = teller.time();
                memory.advance(by);
                advance(&redis, by).await;
                // The memory forgets logins when it is given another.
                let (key, lookup) = (teller.key(), Lookup::from_bytes([9; 32]));
                let sealed = teller.entry().sealed;
                memory.put_pending(&key, &lookup, &sealed, Sharing::Shared, UNIT).await.unwrap();
                redis.put_pending(&key, &lookup, &sealed, Sharing::Shared, UNIT).await.unwrap();
            }
            attempts = teller.attempts;
            if number % 50 == 0 {
                assert_eq!(listed(&*redis).await, listed(&memory).await, "at turn {number} of story {seed}");
            }
        }
        assert_eq!(listed(&*redis).await, listed(&memory).await);
        assert_eq!(happened(&*redis).await, happened(&memory).await);
    }
}
