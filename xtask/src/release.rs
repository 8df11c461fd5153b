//! `cargo xtask release`: what is published, each crate after those it needs.

use crate::{failure::Outcome, say, sh::Sh};

/// Compared with the crates' manifests by `cargo xtask check tidy`.
pub(crate) const ORDER: &[&str] = &[
    "mailgrant-emulator",
    "mailgrant-core",
    "mailgrant-getresponse",
    "mailgrant-verticalresponse",
    "mailgrant-storage",
    "mailgrant-manager",
    "mailgrant-cli",
];

pub(crate) fn plan(_: &Sh) -> Outcome {
    for (place, name) in ORDER.iter().enumerate() {
        say::line(format!("{}. {name}", place + 1));
    }
    say::line(format!("\n`cargo xtask release publish` runs `cargo {}`;", arguments(false)));
    say::line(format!("with `--execute` it runs `cargo {}`", arguments(true)));
    Ok(())
}

pub(crate) fn publish(sh: &Sh, execute: bool) -> Outcome {
    sh.cargo(&arguments(execute)).run()
}

/// One call for all: cargo then verifies each crate against the others before any of them is uploaded.
fn arguments(execute: bool) -> String {
    let packages: String = ORDER.iter().map(|name| format!(" -p {name}")).collect();
    format!("publish{}{packages}", if execute { "" } else { " --dry-run" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn publishing_must_be_asked_for() {
        assert!(arguments(false).starts_with("publish --dry-run -p "));
        assert!(!arguments(true).contains("--dry-run"));
    }
}
