//! The emulator as a client meets it: over TCP.

#![expect(clippy::unwrap_used, reason = "all of this is tests, helpers included")]

mod api;
mod authorize;
mod client_auth;
mod control;
mod faults;
mod flow;
mod implicit;
mod json;
mod max;
mod refusals;
mod rig;
mod rotation;
mod seen;
mod verticalresponse;
