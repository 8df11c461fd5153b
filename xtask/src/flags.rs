//! The command surface: every command, argument, switch.

use crate::{
    diagram, docs,
    failure::{Failure, Outcome},
    fuzz, misuse, release, say, servers,
    sh::Sh,
    soak, steps,
};

/// The argument of a command that takes another one, however that is written.
const REST: &str = "-- COMMAND";

const COMMANDS: &[Command] = &[
    Command {
        name: "test",
        argument: None,
        switch: None,
        about: "everything CI does, in order, up to the first failure",
        run: |sh, _| steps::all(sh),
    },
    Command {
        name: "check",
        argument: Some("STEP"),
        switch: None,
        about: "one step of it; without a name, the list of steps",
        run: |sh, given| given.argument.map_or_else(steps::list, |name| steps::one(sh, name)),
    },
    Command {
        name: "diagram",
        argument: None,
        switch: Some("--bless"),
        about: "compare the diagram in docs/architecture.md with the compiled machine, or write it",
        run: |sh, given| if given.switch { diagram::bless(sh) } else { diagram::compare(sh) },
    },
    Command {
        name: "misuse",
        argument: None,
        switch: Some("--bless"),
        about: "compare docs/misuse.md with the illegal programs' words, or write it",
        run: |sh, given| if given.switch { misuse::bless(sh) } else { misuse::compare(sh) },
    },
    Command {
        name: "memory-scan",
        argument: None,
        switch: None,
        about: "count the copies of its secrets that a process keeps",
        run: |sh, _| crate::memory_scan::run(sh),
    },
    Command {
        name: "scratch",
        argument: None,
        switch: None,
        about: "run the README's program from a crate outside of the workspace",
        run: |sh, _| crate::scratch::run(sh),
    },
    Command {
        name: "fuzz",
        argument: None,
        switch: None,
        about: "each fuzz target for a minute; needs a nightly toolchain with cargo-fuzz",
        run: |sh, _| fuzz::run(sh),
    },
    Command {
        name: "with-servers",
        argument: Some(REST),
        switch: None,
        about: "run a command beside throwaway PostgreSQL, PgBouncer, Redis, their addresses in its environment",
        run: |sh, given| servers::with(sh, &given.rest),
    },
    Command {
        name: "servers",
        argument: None,
        switch: Some(servers::DURABLE),
        about: "start these servers, print their addresses, end them when the input ends",
        run: |sh, given| servers::keep(sh, given.switch),
    },
    Command {
        name: "soak",
        argument: Some("MINUTES"),
        switch: None,
        about: "43 refreshes a second beside a million accounts in PostgreSQL: ten minutes, if nothing is said",
        run: |sh, given| soak::run(sh, given.argument),
    },
    Command {
        name: "docs",
        argument: None,
        switch: Some("--open"),
        about: "rustdoc of the workspace",
        run: |sh, given| docs::build(sh, given.switch),
    },
    Command {
        name: "release plan",
        argument: None,
        switch: None,
        about: "what would be published, in which order",
        run: |sh, _| release::plan(sh),
    },
    Command {
        name: "release publish",
        argument: None,
        switch: Some("--execute"),
        about: "a dry run of publishing, or the real thing",
        run: |sh, given| release::publish(sh, given.switch),
    },
    Command { name: "help", argument: None, switch: None, about: "this page", run: |_, _| help() },
];

/// One command, as data.
pub(crate) struct Command {
    name: &'static str,
    argument: Option<&'static str>,
    switch: Option<&'static str>,
    about: &'static str,
    pub(crate) run: fn(&Sh, &Given<'_>) -> Outcome,
}

/// What was given beside the command's name.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Given<'a> {
    pub(crate) argument: Option<&'a str>,
    pub(crate) switch: bool,
    /// What stands behind `--`.
    pub(crate) rest: Vec<&'a str>,
}

/// Finds the command. No words at all mean `help`.
pub(crate) fn parse<'a>(words: &[&'a str]) -> Outcome<(&'static Command, Given<'a>)> {
    let words = if matches!(words, [] | ["--help" | "-h"]) { &["help"] } else { words };
    for command in COMMANDS {
        let name: Vec<&str> = command.name.split(' ').collect();
        if let Some(rest) = words.strip_prefix(name.as_slice()) {
            return command.given(rest).map(|given| (command, given));
        }
    }
    Failure::because(format!("there is no command `{}`; `cargo xtask help` lists them", words.join(" ")))
}

fn help() -> Outcome {
    for command in COMMANDS {
        say::line(format!("cargo xtask {:<28} {}", command.usage(), command.about));
    }
    Ok(())
}

impl Command {
    fn usage(&self) -> String {
        let extras = [self.argument, self.switch].into_iter().flatten().map(|extra| format!(" [{extra}]"));
        self.name.to_owned() + &extras.collect::<String>()
    }

    fn given<'a>(&self, words: &[&'a str]) -> Outcome<Given<'a>> {
        let mut given = Given::default();
        for (place, &word) in words.iter().enumerate() {
            if word == "--" && self.argument == Some(REST) {
                given.rest = words[place + 1..].to_vec();
                break;
            }
            if Some(word) == self.switch {
                given.switch = true;
            } else if self.argument.is_some_and(|argument| argument != REST)
                && given.argument.is_none()
                && !word.starts_with('-')
            {
                given.argument = Some(word);
            } else {
                return Failure::because(format!("`{word}` is too much; the usage is `cargo xtask {}`", self.usage()));
            }
        }
        Ok(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed<'a>(words: &[&'a str]) -> (&'static str, Given<'a>) {
        let (command, given) = parse(words).unwrap();
        (command.name, given)
    }

    #[test]
    fn words_become_a_command() {
        assert_eq!(parsed(&[]).0, "help");
        assert_eq!(parsed(&["check"]), ("check", Given::default()));
        assert_eq!(parsed(&["check", "tidy"]).1.argument, Some("tidy"));
        assert_eq!(parsed(&["release", "publish"]), ("release publish", Given::default()));
        assert!(parsed(&["release", "publish", "--execute"]).1.switch);
        assert_eq!(parsed(&["with-servers", "--", "cargo", "test", "--", "-q"]).1.rest, ["cargo", "test", "--", "-q"]);
    }

    #[test]
    fn what_is_unknown_is_refused() {
        for words in [
            &["tset"][..],
            &["test", "fmt"],
            &["check", "a", "b"],
            &["diagram", "--blss"],
            &["release"],
            &["with-servers", "ls"],
        ] {
            assert!(parse(words).is_err(), "{words:?}");
        }
    }
}
