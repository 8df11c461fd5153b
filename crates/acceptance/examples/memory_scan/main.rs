//! What a process still holds of its secrets once it is done with them, on the system's own allocator.
//!
//! `cargo xtask memory-scan` runs it in release, beside `memory_scan_zeroing`.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on says where")]

mod browser;
mod life;
mod needles;
mod relay;
mod scan;
mod stage;
mod table;

use scan::{Context, Copied, Place};
use stage::Over;

fn main() -> std::process::ExitCode {
    stage::run("the system's allocator", |over, copied| {
        // A request's head as it was written: that buffer is hyper's. An answer as it was decrypted: the TLS library's, of
        // which there are two. Whether the one that hyper read it into is wiped, plain HTTP says, where nothing is excused.
        let of_a_library =
            copied.context == Context::RequestHead || over == Over::Tls && copied.context == Context::Answer;
        copied.place == Place::Heap && of_a_library || on_the_ciphers_stack(copied)
    })
}

/// The AES library expands a key where it returns it from, and no allocator wipes a stack.
fn on_the_ciphers_stack(copied: &Copied) -> bool {
    copied.name == "sealing key" && copied.place == Place::Stack
}
