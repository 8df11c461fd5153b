//! `cargo xtask with-servers`: throwaway PostgreSQL, PgBouncer, Redis for whatever runs beside them.
//!
//! A second process of ours, the [`keeper`], holds them, and ends them when its input ends: that happens whichever way we
//! end. It has a process group of its own, so that a Ctrl-C is for the tests, which can still say what they think of it.

mod account;
mod keeper;
mod postgres;

use std::process::Command;

use crate::{
    child::Child,
    failure::{Failure, Outcome},
    packages, say,
    sh::{Program, Sh},
    stopwatch,
};
pub(crate) use keeper::keep;

/// What the packages are installed for, as a step is.
pub(crate) const STEP: &str = "servers";
/// The switch for servers that do not forget.
pub(crate) const DURABLE: &str = "--durable";
/// After the addresses, `NAME=ADDRESS`, one a line.
const READY: &str = "READY";

/// Runs a command with the addresses of the servers in its environment.
pub(crate) fn with(sh: &Sh, words: &[&str]) -> Outcome {
    let Some((program, arguments)) = words.split_first() else {
        return Failure::because("say which command to run: `cargo xtask with-servers -- COMMAND`");
    };
    let servers = Servers::start(sh)?;
    servers.lend(sh.command(program, arguments)).run()
}

/// Ended when dropped.
pub(crate) struct Servers {
    keeper: Option<Child>,
    addresses: Vec<(String, String)>,
}

impl Servers {
    pub(crate) fn start(sh: &Sh) -> Outcome<Self> {
        Self::kept(sh, &["servers"])
    }

    /// What PostgreSQL answered for has reached the disk.
    pub(crate) fn start_durable(sh: &Sh) -> Outcome<Self> {
        Self::kept(sh, &["servers", DURABLE])
    }

    fn kept(sh: &Sh, words: &[&str]) -> Outcome<Self> {
        packages::provide(sh, STEP)?;
        let itself = std::env::current_exe().map_err(Failure::of("this program cannot find itself"))?;
        let mut command = Command::new(itself);
        command.args(words);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut servers =
            Self { keeper: Some(Child::start("what keeps the servers", command)?), addresses: Vec::new() };
        let (read, took) = stopwatch::timed(|| servers.read());
        read?;
        say::progress(format!("PostgreSQL, PgBouncer, Redis started in {:.1} s", took.as_secs_f64()));
        Ok(servers)
    }

    /// The program with the addresses in its environment.
    pub(crate) fn lend(&self, program: Program) -> Program {
        self.addresses.iter().fold(program, |program, (name, address)| program.env(name, address))
    }

    fn read(&mut self) -> Outcome {
        while let Some(keeper) = &mut self.keeper {
            let line = keeper.line()?;
            if line == READY {
                break;
            }
            let Some((name, address)) = line.split_once('=') else {
                return Failure::because(format!("`{line}` is no address"));
            };
            self.addresses.push((name.to_owned(), address.to_owned()));
        }
        Ok(())
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        // It hears that we are done, and takes the time that it needs. If it cannot, it has said so itself.
        let _ = self.keeper.take().map(Child::finish);
    }
}
