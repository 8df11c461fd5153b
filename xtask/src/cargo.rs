//! Steps that are calls of cargo.

use crate::{failure::Outcome, servers::Servers, sh::Sh};

/// What somebody who depends on a single crate compiles.
const ALONE: &[&str] = &[
    "-p mailgrant-core --no-default-features",
    "-p mailgrant-core",
    "-p mailgrant-getresponse --no-default-features",
    "-p mailgrant-getresponse",
    "-p mailgrant-verticalresponse --no-default-features",
    "-p mailgrant-verticalresponse",
    "-p mailgrant-storage",
    "-p mailgrant-storage --features sqlite",
    "-p mailgrant-storage --features postgres",
    "-p mailgrant-storage --features postgres-tls",
    "-p mailgrant-manager",
    "-p mailgrant-emulator",
];

pub(crate) fn fmt(sh: &Sh) -> Outcome {
    sh.cargo("fmt --all -- --check").run()
}

pub(crate) fn clippy(sh: &Sh) -> Outcome {
    sh.cargo("clippy --workspace --all-targets --all-features -- -D warnings").run()
}

pub(crate) fn test(sh: &Sh) -> Outcome {
    let servers = Servers::start(sh)?;
    servers.lend(sh.cargo("test --workspace --all-features")).run()
}

pub(crate) fn features(sh: &Sh) -> Outcome {
    ALONE.iter().try_for_each(|alone| sh.cargo(&format!("check {alone}")).run())
}

pub(crate) fn deny(sh: &Sh) -> Outcome {
    // It looks at every platform's crates, and builds have fetched this one's only.
    sh.cargo("fetch --quiet --locked").run()?;
    sh.cargo("deny --offline check bans licenses sources").run()
}
