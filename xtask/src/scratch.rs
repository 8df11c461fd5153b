//! `cargo xtask scratch`: the README's program, as a stranger would compile it.
//!
//! The crate lies outside of the checkout, so no workspace, lint or feature of ours reaches it. It runs
//! against the emulator, whose consent page says yes by itself.

mod http;
mod program;

use std::{path::Path, process::Command};

use crate::{
    child::Child,
    demo,
    failure::{Failure, Outcome},
    folder::Folder,
    say,
    sh::{self, Sh},
};

const ID: &str = "scratch";
const SECRET: &str = "scratch-secret";
/// Nobody listens there: the address is what the person pastes.
const CALLBACK: &str = "http://127.0.0.1:1/callback";

pub(crate) fn run(sh: &Sh) -> Outcome {
    let Ok(readme) = sh::read(&sh.path("README.md")) else {
        return Failure::because("README.md is missing, so there is no program to try");
    };
    let program = program::of(&readme)?;
    demo::require_cli(sh)?;
    sh.cargo("build --quiet -p mailgrant-cli").run()?;
    let (_emulator, address) = emulate(&sh.target().join("debug/mailgrant"))?;
    let folder = Folder::outside_of(sh.root(), "scratch")?;
    sh::write(&folder.path().join("src/main.rs"), &program::at(&program, &address)?)?;
    sh::write(&folder.path().join("Cargo.toml"), &manifest(sh.root()))?;
    sh::write(&folder.path().join("Cargo.lock"), &sh::read(&sh.path("Cargo.lock"))?)?;
    let target = sh.target().join("scratch");
    sh.cargo("build --quiet --offline").within(folder.path()).env("CARGO_TARGET_DIR", &target).run()?;
    log_in(&target.join("debug/scratch"), &address)
}

fn manifest(root: &Path) -> String {
    let crates = root.join("crates");
    let crates = crates.display();
    format!(
        r#"[package]
name = "scratch"
version = "0.0.0"
edition = "2024"

[dependencies]
mailgrant-core = {{ path = "{crates}/core" }}
mailgrant-getresponse = {{ path = "{crates}/getresponse" }}
tokio = {{ version = "1", features = ["rt", "macros"] }}

[workspace]
"#
    )
}

fn emulate(binary: &Path) -> Outcome<(Child, String)> {
    let mut command = Command::new(binary);
    command.args(["emulate", "--port", "0"]);
    let mut emulator = Child::start("the emulator", command)?;
    let first = emulator.line()?;
    let Some(address) = first.strip_prefix("READY ") else {
        return Failure::because(format!("the emulator's first line is `{first}`, not `READY http://…`"));
    };
    let address = address.trim().to_owned();
    let app = format!(r#"{{"client_id":"{ID}","client_secret":"{SECRET}","redirect_uri":"{CALLBACK}"}}"#);
    http::post(&format!("{address}/_emulator/apps"), &app)?;
    Ok((emulator, address))
}

/// Plays the person: opens the printed address, pastes the callback, reads the answer.
fn log_in(binary: &Path, address: &str) -> Outcome {
    let mut command = Command::new(binary);
    command.env("MAILGRANT_CLIENT_ID", ID).env("MAILGRANT_CLIENT_SECRET", SECRET);
    let mut program = Child::start("the README's program", command)?;
    let url = loop {
        if let Some(url) = program::url_in(&program.line()?, address) {
            break url;
        }
    };
    program.say(&http::redirect_of(&url)?)?;
    let rest = program.finish()?;
    if !rest.iter().any(|line| line.split_whitespace().any(|word| word == "200")) {
        return Failure::because(format!("the README's program printed no 200 but `{}`", rest.join("` `")));
    }
    say::progress("the README's program logged in at the emulator, called the API, read 200");
    Ok(())
}
