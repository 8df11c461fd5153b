//! The command line, run as it is against an emulator.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod account;
mod adopted;
mod call;
mod callback;
mod client_credentials;
mod codes;
mod emulate;
mod ending;
mod implicit;
mod keeping;
mod login;
mod max;
mod names;
mod resumed;
mod rig;
mod vertical;
mod vertical_callbacks;
mod vertical_endings;
mod verticalresponse;
