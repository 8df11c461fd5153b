//! The workspace's own commands, as plain Rust that needs nothing but the standard library.
//!
//! `cargo xtask test` is everything CI does; `cargo xtask help` lists the rest. The command surface is
//! [`flags`], the steps in their order are [`steps`], and each remaining file does one of them. Programs
//! are started through [`sh`], words are printed through [`say`], and whatever goes wrong arrives here
//! as one sentence, a [`failure::Failure`].

mod cargo;
mod child;
mod demo;
mod diagram;
mod docs;
mod failure;
mod flags;
mod folder;
mod fuzz;
mod memory_scan;
mod misuse;
mod neighbours;
mod packages;
mod release;
mod say;
mod scratch;
mod servers;
mod sh;
mod soak;
mod steps;
mod stopwatch;
mod summary;
mod tidy;
mod upgrade;

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let result = flags::parse(&words).and_then(|(command, given)| (command.run)(&sh::Sh::in_workspace(), &given));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say::failure(&failure);
            ExitCode::FAILURE
        }
    }
}
