//! `cargo xtask docs`: rustdoc of the workspace, where a warning is an error.

use crate::{failure::Outcome, sh::Sh};

pub(crate) fn build(sh: &Sh, open: bool) -> Outcome {
    let open = if open { " --open" } else { "" };
    sh.cargo(&format!("doc --workspace --no-deps --all-features{open}")).env("RUSTDOCFLAGS", "-Dwarnings").run()
}
