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
mod events;
mod exporting;
mod implicit;
mod importing;
mod keeping;
mod keys;
mod login;
mod max;
mod migrate;
mod moving;
mod names;
mod resumed;
mod rig;
#[cfg(any(feature = "postgres", feature = "redis"))]
mod servers;
mod stores;
mod tables;
mod vertical;
mod vertical_callbacks;
mod vertical_endings;
mod verticalresponse;
