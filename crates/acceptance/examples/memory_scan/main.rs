//! What a process still holds of its secrets once it is done with them, on the system's own allocator.
//!
//! `cargo xtask memory-scan` runs it in release, beside `memory_scan_zeroing`.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on says where")]

mod browser;
mod life;
mod needles;
mod scan;
mod stage;
mod table;

use scan::{Context, Copied, Place};

fn main() -> std::process::ExitCode {
    // A request's head as it was written: that buffer is hyper's.
    stage::run("the system's allocator", |copied| {
        copied.place == Place::Heap && copied.context == Context::RequestHead || on_the_ciphers_stack(copied)
    })
}

/// The AES library expands a key where it returns it from, and no allocator wipes a stack.
fn on_the_ciphers_stack(copied: &Copied) -> bool {
    copied.name == "sealing key" && copied.place == Place::Stack
}
