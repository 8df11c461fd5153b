//! The manager against the emulator: logins, renewals, rejections, outages.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod backend;
mod failures;
mod follow;
mod gate;
mod import;
mod login;
mod meanwhile;
mod outage;
mod rejection;
mod renewal;
mod upkeep;
mod world;
