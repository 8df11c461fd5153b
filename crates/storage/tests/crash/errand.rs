//! A child: this program again, in the same test, to do what that test kills it in.

use std::{
    env,
    io::{self, BufRead, BufReader, Read, Write},
    process::{self, Child, ChildStderr, Command, Stdio},
    thread,
};

use mailgrant_storage::AccountKey;

use crate::place::{Kind, Place};

const PLACE: &str = "MAILGRANT_CRASH_PLACE";
const ACCOUNT: &str = "MAILGRANT_CRASH_ACCOUNT";
const READY: &str = "ready\n";
const DONE: &str = "done\n";

pub(crate) fn key(account: &str) -> AccountKey {
    AccountKey::new("tenant", "getresponse", account).unwrap()
}

/// What a child is to do.
pub(crate) struct Errand {
    pub(crate) place: Place,
    pub(crate) key: AccountKey,
}

impl Errand {
    /// None where the test itself runs.
    pub(crate) fn of_this_process(kind: Kind) -> Option<Self> {
        let place = Place::at(kind, env::var(PLACE).ok()?);
        Some(Self { place, key: key(&env::var(ACCOUNT).unwrap()) })
    }

    /// From here on its steps count.
    pub(crate) fn wait_for_leave() {
        io::stderr().write_all(READY.as_bytes()).unwrap();
        let mut leave = [0];
        if io::stdin().read(&mut leave).unwrap() == 0 {
            process::exit(1);
        }
    }

    /// Whoever hears this was promised that it is done. Nothing is put in order: there are no further steps.
    pub(crate) fn done() -> ! {
        io::stderr().write_all(DONE.as_bytes()).unwrap();
        process::exit(0)
    }
}

/// A child as its parent sees it.
pub(crate) struct Running {
    pub(crate) process: Child,
    speaks: BufReader<ChildStderr>,
    said: String,
}

impl Running {
    /// It is ready when this returns.
    pub(crate) fn start(place: &Place, key: &AccountKey) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", "--nocapture", thread::current().name().unwrap()]);
        command.env(PLACE, place.address()).env(ACCOUNT, key.account());
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let speaks = BufReader::new(process.stderr.take().unwrap());
        let mut child = Self { process, speaks, said: String::new() };
        child.hear();
        if child.said != READY {
            child.speaks.read_to_string(&mut child.said).unwrap();
            panic!("the child did not come as far as it should: {}", child.said);
        }
        child.said.clear();
        child
    }

    pub(crate) fn give_leave(&self) {
        self.process.stdin.as_ref().unwrap().write_all(b".").unwrap();
    }

    /// Waits until it says something.
    pub(crate) fn hear(&mut self) {
        self.speaks.read_line(&mut self.said).unwrap();
    }

    /// As `kill -9` does it.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
    }

    /// Once it has ended: whether it had said that it is done.
    pub(crate) fn was_done(mut self, killed: bool) -> bool {
        self.speaks.read_to_string(&mut self.said).unwrap();
        assert!(self.said == DONE || killed && self.said.is_empty(), "{}", self.said);
        self.said == DONE
    }
}
