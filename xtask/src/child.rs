//! A program to talk with, line by line, that does not outlive us.

use std::{
    io::{BufRead, BufReader, Write},
    process::{self, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::Duration,
};

use crate::failure::{Failure, Outcome};

/// How long one line may take.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Child {
    name: &'static str,
    process: process::Child,
    lines: Receiver<String>,
}

impl Child {
    pub(crate) fn start(name: &'static str, mut command: Command) -> Outcome<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().map_err(Failure::of(format!("{name} did not start")))?;
        let (sender, lines) = channel();
        if let Some(output) = process.stdout.take() {
            thread::spawn(move || {
                BufReader::new(output).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
            });
        }
        Ok(Self { name, process, lines })
    }

    /// The next line that it prints.
    pub(crate) fn line(&mut self) -> Outcome<String> {
        self.next()?.map_or_else(|| Failure::because(format!("{} ended before its time", self.name)), Ok)
    }

    pub(crate) fn say(&mut self, line: &str) -> Outcome {
        let Some(input) = &mut self.process.stdin else {
            return Failure::because(format!("{} hears nothing", self.name));
        };
        writeln!(input, "{line}").map_err(Failure::of(format!("{} did not listen", self.name)))
    }

    /// Everything else that it prints; it must end well.
    pub(crate) fn finish(mut self) -> Outcome<Vec<String>> {
        drop(self.process.stdin.take());
        let mut rest = Vec::new();
        while let Some(line) = self.next()? {
            rest.push(line);
        }
        let status = self.process.wait().map_err(Failure::of(format!("{} was lost", self.name)))?;
        if status.success() { Ok(rest) } else { Failure::because(format!("{} ended with {status}", self.name)) }
    }

    fn next(&self) -> Outcome<Option<String>> {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => Ok(Some(line)),
            Err(RecvTimeoutError::Disconnected) => Ok(None),
            Err(RecvTimeoutError::Timeout) => {
                Failure::because(format!("{} said nothing for {} s", self.name, PATIENCE.as_secs()))
            }
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_answers() {
        let mut cat = Child::start("cat", Command::new("cat")).unwrap();
        cat.say("hello").unwrap();
        assert_eq!(cat.line().unwrap(), "hello");
        cat.say("rest").unwrap();
        assert_eq!(cat.finish().unwrap(), ["rest"]);
    }

    #[test]
    fn an_early_end_is_a_failure() {
        assert!(Child::start("true", Command::new("true")).unwrap().line().is_err());
        assert!(Child::start("false", Command::new("false")).unwrap().finish().is_err());
    }
}
