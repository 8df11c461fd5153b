//! One run of a world, from the first consent to the rest at the end.

use std::time::Duration;

use mailgrant_core::ErrorKind;

use crate::{
    caller::Errand,
    chance::Chance,
    executor::Node,
    oracle::Standing,
    plan::{self, Action},
    sabotage::Sabotage,
    scenario::Scenario,
    tally::Tally,
    world::World,
};

/// What came of a run.
pub(crate) struct Ran {
    pub(crate) violation: Option<String>,
    pub(crate) tally: Tally,
    pub(crate) trace: Vec<String>,
}

/// The world of a seed.
pub(crate) fn run(seed: u64, sabotage: Sabotage, traced: bool) -> Ran {
    run_where(seed, sabotage, traced, |scenario| scenario)
}

/// The world of a seed, bent.
pub(crate) fn run_where(seed: u64, sabotage: Sabotage, traced: bool, bend: fn(Scenario) -> Scenario) -> Ran {
    let mut chance = Chance::of(seed, 5);
    let scenario = Scenario { narrow: Chance::of(seed, 6).hits(250), ..Scenario::draw(&mut chance) };
    let scenario = bend(scenario);
    let plan = plan::draw(&scenario, &mut chance);
    let world = World::new(seed, scenario, sabotage, traced);
    world.note(|| format!("{:?}", world.scenario));
    let mut run = Run::begin(world, chance);
    run.live(plan);
    run.come_to_rest();
    run.end()
}

/// A world that is being run.
pub(crate) struct Run {
    pub(crate) world: World,
    chance: Chance,
    /// Restarts to come.
    restarts: Vec<(Duration, Node)>,
}

impl Run {
    /// Every account is connected, and nothing has gone wrong.
    pub(crate) fn begin(world: World, chance: Chance) -> Self {
        (1..=world.scenario.hosts).for_each(|node| world.start(node));
        let mut run = Self { world, chance, restarts: Vec::new() };
        for account in 0..run.world.scenario.accounts {
            run.world.come(1, account, Errand::Connect);
        }
        run.until(Duration::from_secs(60));
        let connected = run.world.book().oracle.accounts.iter().all(|account| account.standing == Standing::Active);
        assert!(connected || run.is_lost(), "all are connected");
        run
    }

    /// Lets time pass; hosts that die meanwhile come back after a while.
    pub(crate) fn until(&mut self, moment: Duration) {
        loop {
            let next = self.restarts.iter().map(|(at, _)| *at).min().filter(|at| *at <= moment);
            let busy = self.world.executor.step(next.unwrap_or(moment));
            for node in self.world.executor.bury() {
                self.world.bury(node);
                let after = self.chance.millis(20..=60_000);
                self.restarts.push((self.world.executor.now() + after, node));
            }
            let now = self.world.executor.now();
            let (due, later) = std::mem::take(&mut self.restarts).into_iter().partition(|(at, _)| *at <= now);
            self.restarts = later;
            let due: Vec<(Duration, Node)> = due;
            for (_, node) in &due {
                self.world.start(*node);
                if self.world.scenario.upkeep
                    && let Some(process) = self.world.process(*node)
                {
                    process.manager.start_upkeep();
                }
            }
            if (!busy && due.is_empty() && now >= moment) || self.is_lost() {
                return;
            }
        }
    }

    pub(crate) fn for_another(&mut self, duration: Duration) {
        self.until(self.world.executor.now() + duration);
    }

    fn is_lost(&self) -> bool {
        self.world.book().oracle.violation.is_some()
    }

    /// Everything that the plan says, with everything that goes wrong.
    pub(crate) fn live(&mut self, plan: Vec<(Duration, Action)>) {
        self.world.book().well = false;
        let began = self.world.executor.now();
        if self.world.scenario.upkeep {
            let processes = (1..=self.world.scenario.hosts).filter_map(|node| self.world.process(node));
            processes.for_each(|process| process.manager.start_upkeep());
        }
        for (at, action) in plan {
            self.until(began + at);
            if self.is_lost() {
                return;
            }
            self.act(action);
        }
        self.until(began + self.world.scenario.length);
    }

    pub(crate) fn act(&mut self, action: Action) {
        let world = &self.world;
        match action {
            Action::Call(node, account, errand) => world.come(node, account, errand),
            Action::Freeze(node, lasts) => {
                world.executor.freeze(node, lasts);
                let mut book = world.book();
                book.tally.count("freeze at any moment");
                if lasts > crate::oracle::LEASE {
                    book.tally.count("freeze past the lease");
                }
            }
            Action::Crash(node) => {
                if world.process(node).is_some() {
                    world.executor.crash(node);
                    world.book().tally.count("crash at any moment");
                }
            }
            Action::StepClock(node, skew) => {
                world.executor.set_skew(node, skew);
                world.book().tally.count("clock stepped");
            }
            Action::Outage(lasts) => world.book().outage_until = world.executor.now() + lasts,
            Action::TakeBack(account) => {
                let now = world.executor.now();
                let mut book = world.book();
                book.provider.forget_customer(account);
                book.tally.count("family revoked by its customer");
                book.oracle.weigh(account, now);
            }
        }
        world.note(|| format!("{action:?}"));
    }

    /// Nothing goes wrong any more. Whoever lives is served in the end.
    pub(crate) fn come_to_rest(&mut self) {
        {
            let mut book = self.world.book();
            (book.well, book.outage_until) = (true, Duration::ZERO);
            book.provider.cheer_up();
            book.note(&self.world.executor, || "all is well from here on".to_owned());
        }
        // Time enough for every pause that was in force, and for every token to be renewed at least once.
        let quiet = Duration::from_secs(600) + self.world.scenario.life.mul_f64(1.3);
        const ROUNDS: u32 = 12;
        for _ in 0..ROUNDS {
            self.for_another(quiet / ROUNDS);
            if self.is_lost() {
                return;
            }
            for account in 0..self.world.scenario.accounts {
                let node = 1 + self.chance.below(self.world.scenario.hosts);
                self.world.come(node, account, Errand::Use { after: Duration::from_secs(1) });
            }
        }
        self.for_another(Duration::from_secs(100));
        self.world.look_for_the_hanging();
        if self.is_lost() {
            return;
        }
        for account in 0..self.world.scenario.accounts {
            self.expect_truth(account);
            for node in 1..=self.world.scenario.hosts {
                let world = self.world.clone();
                let task = async move { world.expect_served(node, account).await };
                self.world.executor.spawn(node, Box::pin(task));
            }
        }
        self.for_another(Duration::from_secs(100));
        self.world.look_for_the_hanging();
    }

    /// What is stored of an account that lives is what the provider would take.
    fn expect_truth(&self, account: usize) {
        let mut book = self.world.book();
        let now = self.world.executor.now();
        let known = &book.oracle.accounts[account];
        // Upkeep does not rest.
        let in_flight = book.oracle.posts.iter().any(|post| post.account == account && !post.over);
        if known.standing != Standing::Active || (self.world.scenario.upkeep && in_flight) {
            return;
        }
        let stored = known.stored;
        if !stored.is_some_and(|token| book.provider.is_current(token)) {
            book.oracle.violate(now, || format!("I2: account {account} rests with r{stored:?}, which is not current"));
        }
    }

    pub(crate) fn end(self) -> Ran {
        self.world.end();
        let mut book = self.world.book();
        let (violation, tally, trace) =
            (book.oracle.violation.take(), std::mem::take(&mut book.tally), book.take_trace());
        drop(book);
        Ran { violation, tally, trace }
    }
}

impl World {
    /// An account that lives has a token that the API takes; one that does not says so.
    async fn expect_served(&self, node: Node, account: usize) {
        let standing = self.book().oracle.accounts[account].standing;
        let answer = self.ask(node, account).await;
        let now = self.executor.now();
        let wrong = match (standing, &answer) {
            (Standing::Active, Ok(bearer)) => {
                (!self.call_api(node, account, bearer).await).then(|| "is served nothing that works".to_owned())
            }
            (Standing::Active, Err(error)) => Some(format!("lives, and its caller hears {}", error.code())),
            (_, Err(error)) if error.kind() == ErrorKind::AskUser => None,
            (_, Err(error)) => Some(format!("does not live, and its caller hears {}", error.code())),
            (_, Ok(_)) => Some("does not live, and is served".to_owned()),
        };
        if let Some(wrong) = wrong {
            self.book().oracle.violate(now, || format!("I6: account {account} ({standing:?}) {wrong} on host {node}"));
        }
    }
}
