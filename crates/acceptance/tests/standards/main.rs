//! What the standards ask of a client, each a test named after its section.
//!
//! `docs/conformance.md` says which test is for what.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod answers;
mod bearer;
mod client_auth;
mod code;
mod endpoints;
mod keeping;
mod mix_up;
mod native;
mod pkce;
mod refreshing;
mod revocation;
#[path = "../security/server.rs"]
mod server;
#[path = "../security/service.rs"]
mod service;
mod state;
mod tls;
mod wire;
