//! A process that asks for the account's token.

use std::{
    io::Read,
    process::{Command, Stdio},
};

use crate::{process::Process, rig::Done};

/// Killed when dropped.
pub(crate) struct Asker {
    pub(crate) process: Process,
}

impl Asker {
    pub(crate) fn start(mut command: Command) -> Self {
        Self { process: Process(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()) }
    }

    pub(crate) fn kill(mut self) {
        self.process.kill();
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.process.0.try_wait().unwrap().is_some()
    }

    /// Waits until it ends by itself.
    pub(crate) fn end(mut self) -> Done {
        let child = &mut self.process.0;
        let (mut stdout, mut stderr) = (String::new(), String::new());
        child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        Done { code: child.wait().unwrap().code().unwrap(), stdout, stderr }
    }
}
