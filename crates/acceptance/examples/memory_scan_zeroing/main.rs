//! What a process still holds of its secrets once it is done with them, where all that is freed is wiped.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on says where")]

use std::{alloc::System, process::ExitCode};

use zeroizing_alloc::ZeroAlloc;

#[path = "../memory_scan/browser.rs"]
mod browser;
#[path = "../memory_scan/life.rs"]
mod life;
#[path = "../memory_scan/needles.rs"]
mod needles;
#[path = "../memory_scan/relay.rs"]
mod relay;
#[path = "../memory_scan/scan.rs"]
mod scan;
#[path = "../memory_scan/stage.rs"]
mod stage;
#[path = "../memory_scan/table.rs"]
mod table;

use scan::{Copied, Place};

/// As in the binary `mailgrant`.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    stage::run("a zeroing allocator", |_, copied| on_the_ciphers_stack(copied))
}

/// The AES library expands a key where it returns it from, and no allocator wipes a stack.
fn on_the_ciphers_stack(copied: &Copied) -> bool {
    copied.name == "sealing key" && copied.place == Place::Stack
}
