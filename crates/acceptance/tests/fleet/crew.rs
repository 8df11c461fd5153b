//! Crew: the workers of a world, as the test has them.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    process::{ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use mailgrant_core::{Host, SystemHost};
use tokio::sync::mpsc;

use crate::{
    book::Book,
    process::Process,
    words::{Order, POST, Point, Word},
    world::World,
};

pub(crate) struct Crew<'a> {
    world: &'a World,
    test: &'static str,
    seed: u64,
    members: Vec<Member>,
    heard: mpsc::UnboundedReceiver<Heard>,
    ear: mpsc::UnboundedSender<Heard>,
    pub(crate) book: Book,
}

/// A worker; its number is that of its place among all that there ever were.
struct Member {
    process: Process,
    orders: ChildStdin,
    alive: bool,
    frozen: bool,
    held: bool,
}

/// What a worker said when; at its end, what else it had printed.
struct Heard {
    worker: usize,
    at: Duration,
    word: Result<Word, Vec<String>>,
}

/// Nothing that is waited for takes so long, unless it hangs: a lease, and time for a slow machine.
const PATIENCE: Duration = Duration::from_secs(180);

impl<'a> Crew<'a> {
    pub(crate) fn new(world: &'a World, test: &'static str, seed: u64) -> Self {
        let (ear, heard) = mpsc::unbounded_channel();
        Self { world, test, seed, members: Vec::new(), heard, ear, book: Book::default() }
    }

    /// Starts so many workers, who ask from the moment at which all are ready.
    pub(crate) async fn start(&mut self, workers: usize) {
        let first = self.members.len();
        (0..workers).for_each(|_| self.hire());
        let mut left = workers;
        self.until("workers start", |_, word| {
            left -= usize::from(*word == Word::Ready);
            left == 0
        })
        .await;
        (first..self.members.len()).for_each(|worker| self.order(worker, Order::Ask));
    }

    /// In the place of one that was killed, as soon as it is ready.
    pub(crate) fn replace(&mut self) {
        self.hire();
        // It is read when it gets there.
        self.order(self.members.len() - 1, Order::Ask);
    }

    /// Those that run.
    pub(crate) fn awake(&self) -> Vec<usize> {
        (0..self.members.len()).filter(|worker| self.members[*worker].alive && !self.members[*worker].frozen).collect()
    }

    /// Freezes a worker at this point of its next renewal: its attempt, and for which account.
    pub(crate) async fn hold(&mut self, worker: usize, point: Point) -> (String, usize) {
        self.order(worker, Order::Hold(point));
        let mut held = None;
        self.until("a worker is held", |number, word| match word {
            Word::Held(attempt, account) if number == worker => {
                held = Some((attempt.clone(), *account));
                true
            }
            _ => false,
        })
        .await;
        self.members[worker].held = true;
        self.freeze(worker);
        held.expect("it was waited for")
    }

    pub(crate) fn freeze(&mut self, worker: usize) {
        self.book.freezes(worker, SystemHost.monotonic());
        self.members[worker].process.freeze();
        self.members[worker].frozen = true;
    }

    pub(crate) fn thaw(&mut self, worker: usize) {
        let member = &mut self.members[worker];
        member.process.thaw();
        member.frozen = false;
        if std::mem::take(&mut member.held) {
            self.order(worker, Order::Go);
        }
        self.book.thaws(worker, SystemHost.monotonic());
    }

    pub(crate) fn kill(&mut self, worker: usize) {
        self.members[worker].alive = false;
        self.members[worker].process.kill();
        self.book.kills(worker, SystemHost.monotonic());
    }

    /// Lets time pass.
    pub(crate) async fn pass(&mut self, time: Duration) {
        let mut over = SystemHost.sleep(time);
        loop {
            tokio::select! {
                biased;
                () = &mut over => return,
                heard = self.heard.recv() => drop(self.note(heard.expect("there is an ear"))),
            }
        }
    }

    /// Everybody is answered, uses each account once more, and goes home.
    pub(crate) async fn finish(&mut self) {
        let workers = self.awake();
        for (order, what) in
            [(Order::Rest, "callers are answered"), (Order::Round, "accounts are used"), (Order::End, "workers end")]
        {
            workers.iter().for_each(|worker| self.order(*worker, order));
            let mut left = workers.len();
            self.until(what, |_, word| {
                left -= usize::from(matches!(word, Word::Rests(_) | Word::Rounded | Word::Ended(_)));
                left == 0
            })
            .await;
        }
        for worker in workers {
            let status = self.members[worker].process.0.wait().unwrap();
            assert!(status.success(), "worker {worker} ends with {status}");
        }
    }

    async fn until(&mut self, what: &str, mut done: impl FnMut(usize, &Word) -> bool) {
        let mut over = SystemHost.sleep(PATIENCE);
        loop {
            tokio::select! {
                biased;
                heard = self.heard.recv() => {
                    let (worker, word) = self.note(heard.expect("there is an ear"));
                    if word.is_some_and(|word| done(worker, &word)) {
                        return;
                    }
                }
                () = &mut over => panic!("seed {}: it was waited in vain: {what}", self.seed),
            }
        }
    }

    fn note(&mut self, heard: Heard) -> (usize, Option<Word>) {
        let Heard { worker, at, word } = heard;
        match &word {
            Ok(Word::Claims(attempt)) => self.book.claims(worker, attempt.clone(), at),
            Ok(Word::Told(account, told)) => self.book.told(worker, *account, told.clone()),
            Ok(Word::Rests(served)) => self.book.served += served,
            Ok(Word::Ended(whole)) => {
                self.members[worker].alive = false;
                if !whole {
                    self.book.complaints.push(format!("worker {worker}: a renewal hangs"));
                }
            }
            Ok(_) => {}
            Err(printed) => {
                assert!(!self.members[worker].alive, "worker {worker} ended by itself: {}", printed.join("\n"));
            }
        }
        (worker, word.ok())
    }

    fn order(&mut self, worker: usize, order: Order) {
        let line = serde_json::to_string(&order).unwrap();
        writeln!(self.members[worker].orders, "{line}").unwrap();
    }

    fn hire(&mut self) {
        let worker = self.members.len();
        let post = self.world.post(self.seed * 1000 + u64::try_from(worker).unwrap());
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", self.test]).env(POST, serde_json::to_string(&post).unwrap());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (orders, words) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let ear = self.ear.clone();
        std::thread::spawn(move || listen(worker, words, &ear));
        self.members.push(Member { process: Process(child), orders, alive: true, frozen: false, held: false });
    }
}

fn listen(worker: usize, words: ChildStdout, ear: &mpsc::UnboundedSender<Heard>) {
    let mut printed = Vec::new();
    let tell = |word| {
        // Whoever does not listen any more knows enough.
        let _ = ear.send(Heard { worker, at: SystemHost.monotonic(), word });
    };
    for line in BufReader::new(words).lines().map_while(Result::ok) {
        match Word::heard(&line) {
            Some(word) => tell(Ok(word)),
            None => printed.push(line),
        }
    }
    tell(Err(printed));
}
