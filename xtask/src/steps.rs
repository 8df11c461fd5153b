//! The steps of `cargo xtask test`, in their order.

use crate::{
    cargo, demo, diagram, docs,
    failure::{Failure, Outcome},
    misuse, neighbours, packages, say, scratch,
    sh::Sh,
    stopwatch,
    summary::{Row, Summary},
    tidy, upgrade,
};

const STEPS: &[Step] = &[
    Step { name: "fmt", about: "the sources are formatted", run: cargo::fmt, tool: None },
    Step { name: "tidy", about: "rules of the house that no compiler knows", run: tidy::run, tool: None },
    Step { name: "clippy", about: "lints, in all targets with all features", run: cargo::clippy, tool: None },
    Step { name: "test", about: "all tests, documentation's examples included", run: cargo::test, tool: None },
    Step { name: "docs", about: "rustdoc without a warning", run: |sh| docs::build(sh, false), tool: None },
    Step { name: "features", about: "each crate alone, with as little as it needs", run: cargo::features, tool: None },
    Step { name: "diagram", about: "the published diagram is the compiled machine", run: diagram::compare, tool: None },
    Step { name: "misuse", about: "the published words are the compiler's", run: misuse::compare, tool: None },
    Step { name: "demo", about: "the demo succeeds, and fails where it must", run: demo::run, tool: None },
    Step { name: "scratch", about: "the README's program, outside of the workspace", run: scratch::run, tool: None },
    Step {
        name: "neighbours",
        about: "backends resolve beside a program's rusqlite",
        run: neighbours::run,
        tool: None,
    },
    Step { name: "upgrade", about: "two builds of the record code on one store", run: upgrade::run, tool: None },
    Step { name: "deny", about: "licences, banned crates, sources", run: cargo::deny, tool: Some("cargo-deny") },
];

struct Step {
    name: &'static str,
    about: &'static str,
    run: fn(&Sh) -> Outcome,
    /// A program that not every machine has. Where it is missing, the step is left out of `test`.
    tool: Option<&'static str>,
}

/// Runs every step up to the first failure.
pub(crate) fn all(sh: &Sh) -> Outcome {
    let mut summary = Summary::default();
    let result = STEPS.iter().try_for_each(|step| {
        if let Some(missing) = step.missing(sh) {
            say::progress(format!("\n== {}: left out: {missing}", step.name));
            summary.add(step.name, Row::LeftOut(missing));
            return Ok(());
        }
        say::progress(format!("\n== {}: {}", step.name, step.about));
        let (result, took) = stopwatch::timed(|| step.run(sh));
        summary.add(step.name, if result.is_ok() { Row::Passed(took) } else { Row::Failed(took) });
        result
    });
    for step in &STEPS[summary.len()..] {
        summary.add(step.name, Row::NotReached);
    }
    say::line(format!("\n{summary}"));
    result
}

/// Runs one step. Asked for by name, it cannot be left out.
pub(crate) fn one(sh: &Sh, name: &str) -> Outcome {
    let Some(step) = STEPS.iter().find(|step| step.name == name) else {
        return Failure::because(format!("there is no step `{name}`; `cargo xtask check` lists them"));
    };
    step.missing(sh).map_or_else(|| step.run(sh), Failure::because)
}

pub(crate) fn list() -> Outcome {
    for step in STEPS {
        say::line(format!("{:<10} {}", step.name, step.about));
    }
    Ok(())
}

impl Step {
    /// Runs it, with what it needs installed.
    fn run(&self, sh: &Sh) -> Outcome {
        packages::provide(sh, self.name)?;
        (self.run)(sh)
    }

    fn missing(&self, sh: &Sh) -> Option<String> {
        let tool = self.tool.filter(|tool| !sh.has(tool))?;
        Some(format!("{tool} is not installed (`cargo install {tool} --locked`)"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servers;

    #[test]
    fn only_deny_may_be_left_out() {
        let names: Vec<&str> = STEPS.iter().filter(|step| step.tool.is_some()).map(|step| step.name).collect();
        assert_eq!(names, ["deny"]);
    }

    #[test]
    fn what_is_needed_is_needed_by_a_step() {
        for need in packages::NEEDS {
            let step = need.step == servers::STEP || STEPS.iter().any(|step| step.name == need.step);
            assert!(step, "{}", need.step);
        }
    }
}
