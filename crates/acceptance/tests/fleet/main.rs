//! Several processes on one server, against a strict provider: killed, frozen and thawed while thousands of tokens end.
//!
//! ```text
//! cargo xtask with-servers -- cargo test -p mailgrant-acceptance --test fleet                   about a minute
//! FLEET_MINUTES=120 cargo xtask with-servers -- cargo test ... --test fleet -- --nocapture     world after world, for so long
//! FLEET_SEED=1234 cargo xtask with-servers -- cargo test ... --test fleet                      the same choice of disturbances
//! ```
//!
//! The test is the emulator, the customers who consent, and whoever kills and freezes. Each process of a fleet is this
//! program again (`worker`), with the real manager over the real store, and says beforehand which attempts it makes.
//! Three worlds live at once on each server: [`calm`], where nothing happens; [`held`], where processes freeze with a
//! claim in their hands; [`disturbed`], where everything goes.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a fleet that cannot go on says where")]
#![expect(clippy::print_stdout, reason = "the seed and what came of it, for whoever reads a failure")]
#![expect(dead_code, reason = "chance has more in it than is drawn here")]

mod book;
mod caller;
mod calm;
#[path = "../simulation/chance.rs"]
mod chance;
mod crew;
mod desk;
mod disturbed;
mod held;
mod judge;
mod place;
mod process;
mod report;
mod tap;
mod words;
mod worker;
mod world;

use std::{env, time::Duration};

use mailgrant_core::{Host, SystemHost};

use crate::{place::Server, report::Report, words::Post};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fleet_on_postgres() {
    fleet(Server::Postgres, "a_fleet_on_postgres").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fleet_on_redis() {
    fleet(Server::Redis, "a_fleet_on_redis").await;
}

/// `test`: the name by which a worker finds its way back here.
async fn fleet(server: Server, test: &'static str) {
    if let Some(post) = Post::of_this_process() {
        return worker::live(post).await;
    }
    let until = SystemHost.monotonic() + Duration::from_secs(60 * number("FLEET_MINUTES").unwrap_or(0));
    let mut seed = number("FLEET_SEED").unwrap_or_else(draw);
    loop {
        println!("{server:?}: FLEET_SEED={seed}");
        let (calm, held, disturbed) = tokio::join!(
            calm::run(server, test, seed),
            held::run(server, test, seed),
            disturbed::run(server, test, seed)
        );
        Report::expect_good(&[calm, held, disturbed]);
        if SystemHost.monotonic() >= until {
            return;
        }
        seed += 1;
    }
}

fn draw() -> u64 {
    let mut bytes = [0; 4];
    SystemHost.random(&mut bytes);
    u32::from_ne_bytes(bytes).into()
}

/// What the environment says, if it says anything.
fn number(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is no whole number")))
}
