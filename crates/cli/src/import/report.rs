//! The report: what became of each account, then of all.

use std::collections::BTreeMap;

use serde::Serialize;

use super::flaw::Flaw;
use crate::{
    exit::{Exit, Stop},
    say,
};

/// What became of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// It is one here, and nobody else's.
    Imported,
    /// It was one here before, with the same tokens.
    Here,
    /// Another one goes by its name here.
    Conflict,
    /// It was left where it is.
    Failed,
    /// The old code has let go of it, and its tokens lie aside here.
    Aside,
}

/// An account with its outcome.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Of the input, where it has lines.
    pub(super) number: Option<usize>,
    /// `None` where that could not be read.
    pub(super) account: Option<String>,
    pub(super) outcome: Outcome,
    pub(super) flaw: Option<Flaw>,
}

/// The lines that were said.
#[derive(Debug)]
pub(super) struct Report {
    json: bool,
    dry: bool,
    counts: BTreeMap<Outcome, u64>,
}

/// A line, as a script reads it.
#[derive(Serialize)]
struct Written<'a> {
    line: Option<usize>,
    account: Option<&'a str>,
    outcome: Outcome,
    code: Option<&'static str>,
    why: Option<&'a str>,
}

impl Line {
    pub(super) fn good(account: &str, outcome: Outcome) -> Self {
        Self { number: None, account: Some(account.to_owned()), outcome, flaw: None }
    }

    pub(super) fn bad(account: &str, outcome: Outcome, flaw: Flaw) -> Self {
        Self { flaw: Some(flaw), ..Self::good(account, outcome) }
    }
}

impl Outcome {
    const ALL: [Self; 5] = [Self::Imported, Self::Here, Self::Conflict, Self::Failed, Self::Aside];

    const fn name(self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::Here => "here",
            Self::Conflict => "conflict",
            Self::Failed => "failed",
            Self::Aside => "aside",
        }
    }
}

impl Report {
    pub(super) fn new(json: bool, dry: bool) -> Self {
        Self { json, dry, counts: BTreeMap::new() }
    }

    /// Says what became of an account, at once: whoever handed it over may be waiting for it.
    pub(super) fn say(&mut self, line: &Line) -> Result<(), Stop> {
        *self.counts.entry(line.outcome).or_default() += 1;
        say::line(&if self.json { object(line)? } else { text(line) })
    }

    /// Says what became of all; a stop if any was left.
    pub(super) fn end(&self) -> Result<(), Stop> {
        let counts: Vec<_> = Outcome::ALL
            .into_iter()
            .filter(|outcome| self.count(*outcome) > 0)
            .map(|outcome| format!("{} {}", self.count(outcome), outcome.name()))
            .collect();
        let counts = if counts.is_empty() { "no accounts".to_owned() } else { counts.join(", ") };
        let dry = if self.dry { "dry run, nothing was changed: " } else { "" };
        say::words(&format!("{dry}{counts}."));
        let aside = self.count(Outcome::Aside);
        let left = self.count(Outcome::Conflict) + self.count(Outcome::Failed) + aside;
        if left == 0 {
            return Ok(());
        }
        let what = if left == 1 { "1 account was".to_owned() } else { format!("{left} accounts were") };
        let kept = match aside {
            0 => "",
            _ => {
                "; of what is `aside` the old code has let go, and its tokens lie here, sealed, where nothing renews them"
            }
        };
        Err(Stop::new(Exit::Failure, format!("{what} not taken over{kept}"))
            .next("set right what is said of each, and run the same command again"))
    }

    /// How many became that.
    pub(super) fn count(&self, outcome: Outcome) -> u64 {
        self.counts.get(&outcome).copied().unwrap_or_default()
    }
}

/// One line, whatever is in it.
fn text(line: &Line) -> String {
    let number = line.number.map_or_else(String::new, |number| format!("line {number}: "));
    let why = line.flaw.as_ref().map(|flaw| format!("  {number}{} [{}]", flaw.why, flaw.code)).unwrap_or_default();
    let account = line.account.as_deref().unwrap_or("-");
    say::plain(&format!("{:8}  {account}{why}", line.outcome.name())).replace(['\n', '\t'], "\u{fffd}")
}

fn object(line: &Line) -> Result<String, Stop> {
    let written = Written {
        line: line.number,
        account: line.account.as_deref(),
        outcome: line.outcome,
        code: line.flaw.as_ref().map(|flaw| flaw.code),
        why: line.flaw.as_ref().map(|flaw| &*flaw.why),
    };
    serde_json::to_string(&written).map_err(|error| Stop::new(Exit::Bug, format!("a line cannot be written: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_one_line() {
        let line = Line::bad("ma\u{1b}in\n", Outcome::Failed, Flaw::new("a_code", "why"));
        let line = Line { number: Some(7), ..line };
        assert_eq!(text(&line), "failed    ma\u{fffd}in\u{fffd}  line 7: why [a_code]");
        assert_eq!(
            object(&line).unwrap(),
            r#"{"line":7,"account":"ma\u001bin\n","outcome":"failed","code":"a_code","why":"why"}"#
        );
        assert_eq!(text(&Line::good("main", Outcome::Imported)), "imported  main");
    }

    #[test]
    fn what_was_left_is_no_success() {
        let mut report = Report::new(true, false);
        report.end().unwrap();
        for (outcome, good) in [(Outcome::Imported, true), (Outcome::Here, true), (Outcome::Conflict, false)] {
            report.counts.insert(outcome, 1);
            assert_eq!(report.end().is_ok(), good, "{outcome:?}");
        }
        let mut aside = Report::new(true, false);
        aside.counts.insert(Outcome::Aside, 1);
        assert!(format!("{:?}", aside.end().unwrap_err()).contains("the old code has let go"));
    }
}
