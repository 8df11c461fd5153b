//! A terminal for the binary, lent by util-linux's `script`.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdout, Command, Stdio},
};

/// The binary on a terminal of its own.
pub(crate) struct Terminal {
    script: Child,
    screen: BufReader<ChildStdout>,
}

impl Terminal {
    pub(crate) fn start(command: &Command) -> Self {
        let quoted = |text: &std::ffi::OsStr| format!("'{}'", text.to_str().unwrap().replace('\'', r"'\''"));
        let words: Vec<String> = [command.get_program()].into_iter().chain(command.get_args()).map(quoted).collect();
        let mut script = Command::new("script");
        // `exec`, so that it is the program that has the terminal.
        script.args(["--quiet", "--return", "--command", &format!("exec {}", words.join(" ")), "/dev/null"]);
        script.env_clear().env("SHELL", "/bin/sh").env("PATH", "/usr/bin:/bin");
        script.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let mut script = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let screen = BufReader::new(script.stdout.take().unwrap());
        Self { script, screen }
    }

    /// Reads a line that has `text` in it.
    pub(crate) fn line(&mut self, text: &str) -> String {
        loop {
            let mut line = String::new();
            assert!(self.screen.read_line(&mut line).unwrap() > 0, "it ended before it said `{text}`");
            if line.contains(text) {
                return line.trim_end().to_owned();
            }
        }
    }

    /// Waits until the terminal shows nothing of what is typed.
    pub(crate) fn wait_until_blind(&self) {
        let pid = self.script.id();
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
        let terminal = fs::read_link(format!("/proc/{}/fd/0", children.trim())).unwrap();
        for _ in 0..10_000 {
            let settings = Command::new("stty").arg("--file").arg(&terminal).arg("--all").output().unwrap();
            if String::from_utf8_lossy(&settings.stdout).split_whitespace().any(|word| word == "-echo") {
                return;
            }
        }
        panic!("what is typed is shown");
    }

    pub(crate) fn write(&mut self, text: &str) {
        self.script.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// What is on the screen from here on, until the program ends; whether it succeeded.
    pub(crate) fn end(mut self) -> (String, bool) {
        let mut screen = String::new();
        self.screen.read_to_string(&mut screen).unwrap();
        (screen, self.script.wait().unwrap().success())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.script.kill();
        let _ = self.script.wait();
    }
}

/// All that a command shows on a terminal.
pub(crate) fn show(command: &Command) -> String {
    Terminal::start(command).end().0
}
