//! Core as its users see it: flows, rest, the transport against a hostile server, secrets that stay inside.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod flow;
mod hostile;
mod leak;
mod oracle;
mod properties;
mod provider;
mod rest;
mod transport;
