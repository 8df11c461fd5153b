//! The oracle: what is true of every account, told from what was stored, sent and answered.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use mailgrant_storage::AttemptId;

use crate::{
    executor::{Node, TaskId},
    provider::Token,
};

/// As the manager claims it.
pub(crate) const LEASE: Duration = Duration::from_secs(30);

/// What the oracle knows. It watches, and changes nothing.
#[derive(Default)]
pub(crate) struct Oracle {
    pub(crate) accounts: Vec<Account>,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) posts: Vec<Post>,
    /// Calls of a host, by the number of the call: whose, and since when.
    pub(crate) calls: BTreeMap<u64, Call>,
    /// The version that a task saw first of an account, for those that connect one.
    pub(crate) first_seen: HashMap<(TaskId, usize), Option<u64>>,
    /// When a host last had trouble with the store.
    pub(crate) trouble: HashMap<Node, Duration>,
    pub(crate) last_event: u64,
    pub(crate) violation: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Standing {
    #[default]
    Unknown,
    Active,
    Refused,
    Disconnected,
}

/// One account, as its row and the provider's answers say.
#[derive(Default)]
pub(crate) struct Account {
    pub(crate) version: u64,
    pub(crate) standing: Standing,
    /// The refresh token in the row.
    pub(crate) stored: Option<Token>,
    pub(crate) open: Option<AttemptId>,
    /// Versions whose refresh token the provider refused.
    pub(crate) refused: BTreeSet<u64>,
    /// Versions whose access token a caller rejected.
    pub(crate) rejected: BTreeSet<u64>,
    /// Who renewed into each version.
    pub(crate) makers: BTreeMap<u64, Node>,
    /// How long the write of each version was on its way to the store, which counts its life from its arrival.
    pub(crate) late: BTreeMap<u64, Duration>,
    pub(crate) bad: bool,
    /// When it was last true that the customer has to be asked.
    pub(crate) last_bad: Option<Duration>,
}

/// A claim that was granted.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) id: AttemptId,
    pub(crate) account: usize,
    pub(crate) version: u64,
    pub(crate) node: Node,
    pub(crate) life: u32,
    pub(crate) task: Option<TaskId>,
    pub(crate) at: Duration,
    /// The attempt that it took over.
    pub(crate) replays: Option<AttemptId>,
    /// When its host asked for it, to send at once. What upkeep claims page by page is not judged by that.
    pub(crate) asked_at: Option<Duration>,
    /// Whether it came as far as the network.
    pub(crate) tried: bool,
    pub(crate) post: Option<usize>,
}

/// A refresh token that left a host.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    pub(crate) account: usize,
    pub(crate) token: Token,
    pub(crate) family: usize,
    pub(crate) version: u64,
    pub(crate) node: Node,
    pub(crate) life: u32,
    pub(crate) sent_at: Duration,
    /// How long its host had been frozen by then.
    pub(crate) frozen: Duration,
    pub(crate) replays: bool,
    pub(crate) lease_until: Duration,
    /// Whether its host knows that it is over.
    pub(crate) over: bool,
    /// Whether the provider spent the token for it.
    pub(crate) issued: Option<Token>,
    pub(crate) heard: Option<Heard>,
}

/// What a host makes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Renewed,
    Untouched,
    Refused,
    Unclear,
}

/// A caller who waits.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) what: &'static str,
    pub(crate) node: Node,
    pub(crate) since: Duration,
    pub(crate) frozen: Duration,
    pub(crate) patience: Duration,
}

impl Oracle {
    pub(crate) fn new(accounts: usize) -> Self {
        Self { accounts: (0..accounts).map(|_| Account::default()).collect(), ..Self::default() }
    }

    /// The first violation is the one that is told.
    pub(crate) fn violate(&mut self, now: Duration, what: impl FnOnce() -> String) {
        if self.violation.is_none() {
            self.violation = Some(format!("at {now:?}: {}", what()));
        }
    }

    /// Works out anew whether the customer has to be asked.
    pub(crate) fn weigh(&mut self, account: usize, now: Duration) {
        let account = &mut self.accounts[account];
        let before = account.bad;
        account.bad = account.standing != Standing::Active || account.refused.contains(&account.version);
        if before || account.bad {
            account.last_bad = Some(now);
        }
    }

    /// The attempt that a process sends for: its own task's, else the last one that it has not sent for.
    pub(crate) fn sender(
        &mut self,
        node: Node,
        life: u32,
        task: Option<TaskId>,
        account: usize,
    ) -> Option<&mut Attempt> {
        let of = |attempt: &&mut Attempt| {
            (attempt.node, attempt.life, attempt.account, attempt.post) == (node, life, account, None)
        };
        self.attempts.iter_mut().filter(of).max_by_key(|attempt| (attempt.task == task, attempt.at))
    }
}
