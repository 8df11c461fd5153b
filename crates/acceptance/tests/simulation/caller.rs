//! Callers: they ask for tokens, use them, and say when one was rejected.

use std::time::Duration;

use mailgrant_core::{AuthorizationCode, Bearer, Binding, Callback, Error, ErrorKind};

use crate::{
    executor::Node,
    misfortune::STALE,
    sabotage::Sabotage,
    server::number,
    waiting::{Leaving, OTHER, REJECT, TOKEN},
    world::World,
};

/// What a caller is up to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Errand {
    /// Asks for a token.
    Ask,
    /// Asks for a token and uses it so long afterwards, with another one if it is rejected.
    Use { after: Duration },
    /// Gives the account up.
    Disconnect,
    /// Consents again.
    Connect,
}

impl World {
    /// Somebody comes to a host.
    pub(crate) fn come(&self, node: Node, account: usize, errand: Errand) {
        if self.process(node).is_none() {
            return;
        }
        let world = self.clone();
        let task = Box::pin(async move { world.run_errand(node, account, errand).await });
        let polls = {
            let mut book = self.book();
            let leaves = !book.well && book.chance.hits(self.scenario.rates.leaves);
            if leaves {
                book.tally.count("caller left");
            }
            leaves.then(|| 1 + book.chance.below(5))
        };
        match polls {
            Some(polls) => self.executor.spawn(node, Box::pin(Leaving { errand: Some(task), polls })),
            None => self.executor.spawn(node, task),
        }
    }

    async fn run_errand(&self, node: Node, account: usize, errand: Errand) {
        match errand {
            Errand::Ask => drop(self.ask(node, account).await),
            Errand::Use { after } => {
                if let Ok(bearer) = self.ask(node, account).await {
                    self.executor.sleep(after).await;
                    self.call_api(node, account, &bearer).await;
                }
            }
            Errand::Disconnect => {
                let Some(process) = self.process(node) else { return };
                let key = &self.keys[account];
                let done = self.wait(node, OTHER, process.manager.disconnect(key)).await;
                if done.is_ok() {
                    self.book().tally.count("disconnected");
                }
            }
            Errand::Connect => drop(self.connect(node, account).await),
        }
    }

    pub(crate) async fn ask(&self, node: Node, account: usize) -> Result<Bearer, Error> {
        let Some(process) = self.process(node) else { unreachable!("a task of a host that is gone") };
        let handle = process.manager.account(&self.keys[account]);
        let since = self.executor.now();
        let answer = self.wait(node, TOKEN, handle.token()).await;
        self.answered(node, account, since, &answer);
        answer
    }

    /// Whether the API takes the token, or the one that takes its place.
    pub(crate) async fn call_api(&self, node: Node, account: usize, bearer: &Bearer) -> bool {
        if self.uses(bearer) {
            return true;
        }
        let Some(process) = self.process(node) else { unreachable!("a task of a host that is gone") };
        let handle = process.manager.account(&self.keys[account]);
        let version = bearer.version().expect("it comes from a manager");
        {
            let mut book = self.book();
            let known = &mut book.oracle.accounts[account];
            known.rejected.insert(version);
            if known.version != version {
                book.tally.count("old bearer rejected");
            }
        }
        self.note(|| format!("host {node}: version {version} of account {account} is rejected"));
        let since = self.executor.now();
        let answer = match self.sabotage {
            Sabotage::CallersRefreshInsteadOfRejecting => self.wait(node, REJECT, handle.refresh()).await,
            _ => self.wait(node, REJECT, handle.reject(bearer)).await,
        };
        self.answered(node, account, since, &answer);
        answer.is_ok_and(|bearer| self.uses(&bearer))
    }

    fn uses(&self, bearer: &Bearer) -> bool {
        let token = access_token(bearer);
        let mut book = self.book();
        let taken = book.provider.uses(token, self.executor.now());
        book.tally.count(if taken { "token used" } else { "token rejected" });
        taken
    }

    /// What a caller was told, held against the truth.
    fn answered(&self, node: Node, account: usize, since: Duration, answer: &Result<Bearer, Error>) {
        let mut book = self.book();
        let now = self.executor.now();
        match answer {
            Ok(bearer) => {
                let (token, version) = (access_token(bearer), bearer.version().expect("it comes from a manager"));
                let (whose, ends) = (book.provider.account_of_access(token), book.provider.ends(token));
                book.note(&self.executor, || format!("host {node}: account {account} is served version {version}"));
                if whose != account {
                    book.oracle.violate(now, || format!("a token of account {whose} is served for account {account}"));
                }
                let over = now.saturating_sub(ends);
                let late = book.oracle.accounts[account].late.get(&version).copied().unwrap_or_default();
                if !over.is_zero() && over <= late {
                    // The store counts a life from the moment at which the write arrives.
                    book.tally.count("served past its end, by a slow write");
                } else if ends <= now {
                    book.oracle.violate(now, || {
                        format!("host {node} serves version {version} of account {account}, over for {over:?}")
                    });
                }
                book.tally.count("caller served");
                let maker = book.oracle.accounts[account].makers.get(&version);
                if maker.is_some_and(|maker| *maker != node) {
                    book.tally.count("token adopted from another host");
                }
            }
            Err(error) => {
                book.note(&self.executor, || format!("host {node}: account {account}: {}", error.code()));
                book.tally.count(match error.kind() {
                    ErrorKind::AskUser => "caller told to ask",
                    ErrorKind::TryLater => "caller told to wait",
                    _ => "caller told of a misconfiguration",
                });
                let known = &book.oracle.accounts[account];
                let justified = known.bad || known.last_bad.is_some_and(|at| at + SLACK + STALE >= since);
                if error.kind() == ErrorKind::AskUser && !justified {
                    book.oracle.violate(now, || {
                        format!("I4: a caller hears {} of account {account}, which lives", error.code())
                    });
                }
                if error.kind() == ErrorKind::Bug {
                    book.oracle.violate(now, || format!("a caller hears of a bug: {error}"));
                }
            }
        }
    }

    /// A customer goes through the consent page. Whether the account is connected then, as far as was said.
    pub(crate) async fn connect(&self, node: Node, account: usize) -> Result<(), Error> {
        let Some(process) = self.process(node) else { unreachable!("a task of a host that is gone") };
        let binding = Binding::browser(format!("cookie of customer {account}"))?;
        let begun =
            process.manager.begin(&self.keys[account], &process.client, AuthorizationCode::registered(), &binding);
        let url = self.wait(node, OTHER, begun).await?;
        let (_, state) = url.as_str().split_once("state=").expect("a state");
        let state = state.split('&').next().expect("a state").to_owned();
        // People take time.
        let (pause, code) = {
            let mut book = self.book();
            (book.chance.millis(500..=20_000), book.provider.consent(account))
        };
        self.executor.sleep(pause).await;
        let callback = Callback::parse(&format!("code=c{code}&state={state}"))?;
        let done = self.wait(node, OTHER, process.manager.complete(callback, &binding)).await;
        self.note(|| format!("host {node}: a consent for account {account}: {:?}", done.as_ref().map_err(Error::code)));
        done.map(drop)
    }
}

/// How long ago the truth may have been another one than what is heard of it: what is told to a caller was found
/// out by a renewal that may have begun before the caller came.
const SLACK: Duration = Duration::from_secs(10);

fn access_token(bearer: &Bearer) -> usize {
    number(bearer.header().to_str().expect("a token").strip_prefix("Bearer ").expect("a bearer"))
}
