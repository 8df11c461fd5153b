//! What the oracle makes of refresh tokens that are sent: no second time, no two at once, not too late.

use std::{cmp::Ordering, time::Duration};

use crate::{
    book::Book,
    executor::{Executor, Node},
    oracle::{Heard, LEASE, Post},
    provider::{Spent, Token},
};

impl Book {
    /// A refresh token is on its way out of a host.
    pub(crate) fn tried(&mut self, executor: &Executor, node: Node, token: Token) {
        let account = self.provider.account_of(token);
        if let Some(attempt) = self.oracle.sender(node, executor.life(node), executor.task(), account) {
            attempt.tried = true;
        }
    }

    /// A refresh token leaves a host: the number of the request.
    pub(crate) fn sent(&mut self, executor: &Executor, node: Node, token: Token) -> usize {
        let (now, life, task) = (executor.now(), executor.life(node), executor.task());
        let account = self.provider.account_of(token);
        let family = self.provider.family(token);
        let number = self.oracle.posts.len();
        let attempt = self.oracle.sender(node, life, task, account).map(|attempt| {
            attempt.post = Some(number);
            attempt.clone()
        });
        let Some(attempt) = attempt else {
            self.oracle.violate(now, || format!("I1: host {node} sends for account {account} without a claim"));
            return self.record(Post::unclaimed(account, token, family, node, life, now));
        };
        let post = Post {
            version: attempt.version,
            frozen: executor.frozen(node),
            replays: attempt.replays.is_some(),
            lease_until: attempt.at + LEASE,
            ..Post::unclaimed(account, token, family, node, life, now)
        };
        if now >= post.lease_until {
            self.oracle.violate(now, || format!("I5: host {node} sends for account {account} after its lease"));
        }
        let earlier = self.oracle.posts.iter().filter(|earlier| earlier.account == account);
        let twice = earlier
            .clone()
            .any(|earlier| earlier.version == post.version && earlier.heard != Some(Heard::Untouched) && !post.replays);
        // A replay that its predecessor overtakes, by coming back to life, cannot be called back.
        let overtaken = |earlier: &Post| match earlier.version.cmp(&post.version) {
            Ordering::Less => earlier.replays,
            Ordering::Equal => false,
            Ordering::Greater => post.replays,
        };
        let together =
            earlier.clone().any(|earlier| earlier.family == family && earlier.is_in_flight(now) && !overtaken(earlier));
        if twice {
            self.oracle.violate(now, || format!("I1: version {} of account {account} is sent twice", post.version));
        }
        if together {
            self.oracle.violate(now, || format!("I5: two requests for account {account} are in flight"));
        }
        self.record(post)
    }

    fn record(&mut self, post: Post) -> usize {
        self.oracle.posts.push(post);
        self.oracle.posts.len() - 1
    }

    /// The provider has made up its mind about a request.
    pub(crate) fn decided(&mut self, executor: &Executor, number: usize, spent: Spent) {
        let now = executor.now();
        let (account, version) = (self.oracle.posts[number].account, self.oracle.posts[number].version);
        match spent {
            Spent::Issued { refresh, again, .. } => {
                self.oracle.posts[number].issued = Some(refresh);
                if again {
                    self.tally.count("answered again within the grace");
                }
            }
            Spent::Refused | Spent::Reused => {
                self.oracle.accounts[account].refused.insert(version);
                self.oracle.weigh(account, now);
            }
        }
        if spent == Spent::Reused {
            self.tally.count("family revoked for reuse");
            self.excuse_reuse(executor, number);
        }
    }

    /// A family may only be lost by an audited replay, after an attempt that came to grief on its way.
    fn excuse_reuse(&mut self, executor: &Executor, number: usize) {
        let (now, token) = (executor.now(), self.oracle.posts[number].token);
        let posts: Vec<&Post> = self.oracle.posts.iter().filter(|post| post.token == token).collect();
        let account = posts[0].account;
        let audited = posts.iter().any(|post| post.replays);
        // The last one is the replay itself.
        let excuse = posts[..posts.len() - 1].iter().find_map(|post| {
            let trouble = self.oracle.trouble.get(&post.node).is_some_and(|at| *at >= post.sent_at);
            if post.heard == Some(Heard::Unclear) {
                Some("reuse after a lost answer")
            } else if executor.life(post.node) != post.life {
                Some("reuse after a crash")
            } else if executor.frozen(post.node) > post.frozen {
                Some("reuse after a freeze")
            } else {
                trouble.then_some("reuse after a save that was held up")
            }
        });
        match excuse {
            Some(excuse) if audited => self.tally.count(excuse),
            _ => self.oracle.violate(now, || {
                format!("I1: the family of account {account} is revoked, and nothing had happened (audited: {audited})")
            }),
        }
    }

    /// The host has an answer, or has given up waiting for one.
    pub(crate) fn heard(&mut self, number: usize, heard: Heard) {
        let post = &mut self.oracle.posts[number];
        (post.over, post.heard) = (true, Some(heard));
    }
}

impl Post {
    fn unclaimed(account: usize, token: Token, family: usize, node: Node, life: u32, now: Duration) -> Self {
        Self {
            account,
            token,
            family,
            version: 0,
            node,
            life,
            sent_at: now,
            frozen: Duration::ZERO,
            replays: false,
            lease_until: now,
            over: false,
            issued: None,
            heard: None,
        }
    }

    /// A host that froze or died after sending does not count once its lease is over: nobody can know.
    fn is_in_flight(&self, now: Duration) -> bool {
        !self.over && now < self.lease_until
    }
}
