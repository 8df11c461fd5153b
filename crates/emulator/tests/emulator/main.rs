//! The emulator as a client meets it: over TCP.

#![expect(clippy::unwrap_used, reason = "all of this is tests, helpers included")]

mod api;
mod authorize;
mod client_auth;
mod control;
mod faults;
mod flow;
mod refusals;
mod rig;
mod rotation;
