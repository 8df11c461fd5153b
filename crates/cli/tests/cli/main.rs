//! The command line, run as it is against an emulator.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "tests")]

mod account;
mod call;
mod callback;
mod codes;
mod emulate;
mod keeping;
mod login;
mod resumed;
mod rig;
