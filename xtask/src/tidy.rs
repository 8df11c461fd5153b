//! Rules of the house that no compiler knows.
//!
//! Each rule is a function over text that returns what is wrong, so that a test needs no files. What is
//! excused, with its reason, is in [`exceptions`].

mod boundaries;
mod doors;
mod exceptions;
mod layout;
mod manifest;
mod packages;
mod source;
mod tree;
mod words;

use crate::{
    failure::{Failure, Outcome},
    release, say,
    sh::Sh,
};
use tree::File;

/// What is wrong, one line each.
type Rule = fn(&[File]) -> Vec<String>;

const RULES: &[Rule] = &[layout::check, words::check, source::check, doors::check, boundaries::check, |files| {
    packages::check(files, release::ORDER)
}];

pub(crate) fn run(sh: &Sh) -> Outcome {
    let files = tree::files(sh)?;
    let problems: Vec<String> = RULES.iter().flat_map(|rule| rule(&files)).collect();
    for problem in &problems {
        say::line(problem);
    }
    match problems.len() {
        0 => Ok(()),
        count => Failure::because(format!("tidy: {count} to put right, listed above")),
    }
}
