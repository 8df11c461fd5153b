//! `cargo xtask check neighbours`: our backends beside a rusqlite of the program's own.
//!
//! One program links one SQLite: cargo refuses two crates of different versions that link it, before anything is built.
//! The feature `sqlite` links it, so it takes the rusqlite of the same version; the others must not care.

use crate::{
    failure::Outcome,
    folder::Folder,
    say,
    sh::{self, Sh},
};

/// Features of `mailgrant-storage`, with a rusqlite that a program may have beside them.
const PAIRS: &[(&str, &str)] = &[
    (r#""postgres", "postgres-tls", "redis", "redis-tls""#, "0.41"), // the newest
    (r#""sqlite", "postgres", "redis""#, "0.39"),                    // the one of the SQLite that sqlx 0.9 links
];

pub(crate) fn run(sh: &Sh) -> Outcome {
    let folder = Folder::outside_of(sh.root(), "neighbours")?;
    sh::write(&folder.path().join("src/main.rs"), "fn main() {}\n")?;
    for (features, rusqlite) in PAIRS {
        let storage = sh.path("crates/storage");
        sh::write(&folder.path().join("Cargo.toml"), &manifest(&storage.display().to_string(), features, rusqlite))?;
        // As a stranger's cargo would resolve it today: our lock file is not theirs.
        sh.cargo("generate-lockfile --quiet").within(folder.path()).run()?;
        say::progress(format!("[{features}] resolves beside rusqlite {rusqlite}"));
    }
    Ok(())
}

fn manifest(storage: &str, features: &str, rusqlite: &str) -> String {
    format!(
        r#"[package]
name = "neighbours"
version = "0.0.0"
edition = "2024"

[dependencies]
mailgrant-storage = {{ path = "{storage}", features = [{features}] }}
rusqlite = "{rusqlite}"

[workspace]
"#
    )
}
