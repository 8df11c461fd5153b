//! `cargo xtask soak`: many refreshes a second, for a while, on a PostgreSQL that forgets nothing.
//!
//! The program is an example of crates/manager. It prints what the store took, and fails if the pace was not kept.

use crate::{
    failure::{Failure, Outcome},
    servers::Servers,
    sh::Sh,
};

pub(crate) fn run(sh: &Sh, minutes: Option<&str>) -> Outcome {
    let minutes = minutes.unwrap_or("10");
    if minutes.parse::<u64>().is_err() {
        return Failure::because(format!("`{minutes}` is no number of minutes"));
    }
    let servers = Servers::start_durable(sh)?;
    let soak = "run --quiet -p mailgrant-manager --features metrics --example soak --";
    servers.lend(sh.cargo(&format!("{soak} {minutes}"))).run()
}
