//! The only place that prints.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command's words are its product")]

use crate::failure::Failure;

/// What was asked for, on standard output.
pub(crate) fn line(text: impl AsRef<str>) {
    println!("{}", text.as_ref());
}

/// What is being done, on standard error.
pub(crate) fn progress(text: impl AsRef<str>) {
    eprintln!("{}", text.as_ref());
}

pub(crate) fn failure(failure: &Failure) {
    eprintln!("xtask: {failure}");
}
