//! The numbered security requirements, each a test named after its number.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[cfg(unix)]
mod binary;
mod callback;
mod chance;
mod disconnecting;
#[cfg(unix)]
mod hand_over;
mod headers;
mod implicit;
#[cfg(unix)]
mod keys;
#[cfg(unix)]
mod listener;
mod login;
mod loopback;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(unix)]
mod once;
mod place;
mod postbox;
mod reconnecting;
mod server;
mod service;
#[cfg(unix)]
mod telling;
#[cfg(target_os = "linux")]
mod terminal;
mod tokens;
mod travelling;
mod unmarked;
