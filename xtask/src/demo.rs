//! The demo without a browser: once well, once with a fault that it must notice.

use crate::{
    failure::{Failure, Outcome},
    sh::Sh,
};

const DEMO: &str = "run --quiet -p mailgrant-cli -- demo --headless";
const FAULT: &str = "refresh-refused";

pub(crate) fn run(sh: &Sh) -> Outcome {
    require_cli(sh)?;
    sh.cargo(DEMO).run()?;
    match sh.cargo(&format!("{DEMO} --fault {FAULT}")).status()?.code() {
        Some(0) => Failure::because(format!("the demo did not notice the fault {FAULT}: it ended with 0")),
        Some(2) => {
            Failure::because(format!("the demo does not know `--fault {FAULT}`: it ended with 2, a usage error"))
        }
        Some(101) => Failure::because(format!("the demo panicked at the fault {FAULT} instead of reporting it")),
        Some(_) => Ok(()),
        None => Failure::because(format!("the demo with the fault {FAULT} was killed by a signal")),
    }
}

/// The binary's source, without which cargo's message names no cause.
pub(crate) fn require_cli(sh: &Sh) -> Outcome {
    if sh.path("crates/cli/src/main.rs").is_file() {
        return Ok(());
    }
    Failure::because("crates/cli/src/main.rs, the binary `mailgrant`, is missing")
}
