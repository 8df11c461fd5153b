//! The manager against the emulator: logins, renewals, rejections, outages.

mod login;
mod outage;
mod rejection;
mod renewal;
mod world;
