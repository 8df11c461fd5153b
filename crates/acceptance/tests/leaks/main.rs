//! No secret is in anything that can be read: not in what is printed, logged, panicked, sent along, or stored.
//!
//! Every secret holds marks that are drawn anew for each run ([`canary`]); everything that can be heard is listened to
//! at TRACE ([`ear`]); a server on loopback remembers all that reaches it ([`server`]).

#![expect(clippy::unwrap_used, reason = "a story that cannot go on says where")]

mod answers;
mod canary;
mod ear;
mod encodings;
mod failures;
mod flows;
mod host;
mod hostile;
mod managed;
mod operations;
mod panics;
mod rows;
mod server;
mod shop;
#[path = "../tables/mod.rs"]
mod tables;
mod troubled;
