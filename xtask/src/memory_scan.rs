//! `cargo xtask memory-scan`: how many copies of its secrets a process keeps once it is done with them.
//!
//! The programs are examples of crates/acceptance, built in release. Each searches its own memory, prints its table, and
//! fails if a copy is left that is not excused there.

use crate::{failure::Outcome, sh::Sh};

/// On the system's allocator, then on one that wipes what is freed, as the binary `mailgrant` has it.
const PROGRAMS: [&str; 2] = ["memory_scan", "memory_scan_zeroing"];

pub(crate) fn run(sh: &Sh) -> Outcome {
    let run = |program| sh.cargo(&format!("run --quiet --release -p mailgrant-acceptance --example {program}")).run();
    // Both tables are worth reading, whatever the first one says.
    let [first, second] = PROGRAMS.map(run);
    first.and(second)
}
