//! What was found, as a table for a person with a verdict for a script.

#![expect(clippy::print_stdout, reason = "the table is what the program is for")]

use std::process::ExitCode;

use crate::{needles::Needles, scan::Copied, stage::Over};

/// Whether every copy that is left is excused; one that is not is told of.
pub(crate) fn judge(left: &[Copied], is_excused: impl Fn(&Copied) -> bool) -> ExitCode {
    let failures: Vec<_> = left.iter().filter(|copied| !is_excused(copied)).collect();
    for copied in &failures {
        println!("must not be there: {}, {:?} {:?}", copied.name, copied.place, copied.context);
    }
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

pub(crate) struct Table {
    names: Vec<&'static str>,
    moments: Vec<Vec<Copied>>,
}

impl Table {
    pub(crate) fn of(needles: &Needles) -> Self {
        Self { names: needles.0.iter().map(|needle| needle.name).collect(), moments: Vec::new() }
    }

    pub(crate) fn add(&mut self, found: Vec<Copied>) {
        self.moments.push(found);
    }

    pub(crate) fn say(&self, over: Over, allocator: &str, head: usize) {
        println!("Copies over {over:?}, on {allocator} (known by all but their first {head} bytes):\n");
        println!("{:<26} {:>6} {:>14} {:>14}   which", "secret", "in use", "session gone", "client gone");
        for name in &self.names {
            let counts = self.moments.iter().map(|found| found.iter().filter(|copied| copied.name == *name).count());
            let counts: Vec<usize> = counts.collect();
            let left = self.moments.last().into_iter().flatten().filter(|copied| copied.name == *name);
            let mut kinds: Vec<String> =
                left.map(|copied| format!("{:?} {:?}", copied.place, copied.context)).collect();
            kinds.sort_unstable();
            println!("{name:<26} {:>6} {:>14} {:>14}   {}", counts[0], counts[1], counts[2], kinds.join(", "));
        }
        println!();
    }
}
