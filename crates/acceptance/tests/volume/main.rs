//! Many accounts and many callers, in virtual time: herds, outages, a day of a million accounts.

#![expect(clippy::unwrap_used, reason = "a world that cannot go on says where")]
#![expect(dead_code, reason = "the executor has more in it than these stories need")]

#[path = "../simulation/aviary.rs"]
mod aviary;
#[path = "../simulation/chance.rs"]
mod chance;
#[path = "../simulation/executor.rs"]
mod executor;
#[path = "../simulation/host.rs"]
mod host;

mod alarm;
mod callers;
mod customers;
mod day;
mod depot;
mod herd;
mod idle;
mod outage;
mod provider;
mod slim;
mod world;
