//! `cargo xtask check upgrade`: two builds of the record code on one store, as a fleet has them while it is updated.
//!
//! The other build is this checkout as it will be one day: copied, with a higher version and a second record format.

use std::{fs, path::Path};

use crate::{
    failure::{Failure, Outcome},
    folder::Folder,
    sh::{self, Sh},
};

const PROGRAM: &str = include_str!("upgrade/program.rs");

/// What the next build has that this one has not: the file, what stands there, what will.
const CHANGES: &[(&str, &str, &str)] = &[
    ("Cargo.toml", "version = \"0.1.0\"\nedition", "version = \"0.2.0\"\nedition"),
    (
        "crates/core/src/at_rest.rs",
        "    V1 = 1,\n",
        "    V1 = 1,\n    /// What builds read from 0.2 on.\n    V2 = 2,\n",
    ),
    ("crates/core/src/at_rest.rs", "NEWEST: Self = Self::V1;", "NEWEST: Self = Self::V2;"),
];

pub(crate) fn run(sh: &Sh) -> Outcome {
    let folder = Folder::outside_of(sh.root(), "upgrade")?;
    let next = folder.path().join("next");
    copy(&sh.path("crates"), &next.join("crates"))?;
    copy(&sh.path("xtask"), &next.join("xtask"))?;
    sh::write(&next.join("Cargo.toml"), &sh::read(&sh.path("Cargo.toml"))?)?;
    for (file, from, to) in CHANGES {
        change(&next.join(file), from, to)?;
    }
    unpin(&next.join("Cargo.toml"))?;
    let replicas = folder.path().join("replicas");
    sh::write(&replicas.join("src/main.rs"), PROGRAM)?;
    sh::write(&replicas.join("Cargo.toml"), &manifest(sh.root(), &next))?;
    sh::write(&replicas.join("Cargo.lock"), &sh::read(&sh.path("Cargo.lock"))?)?;
    let target = sh.target().join("scratch");
    let run = sh.cargo("run --quiet --offline --").within(&replicas).env("CARGO_TARGET_DIR", &target);
    run.env("MAILGRANT_UPGRADE", folder.path()).run()
}

/// The crates of the next build name one another by its version.
fn unpin(manifest: &Path) -> Outcome {
    let text = sh::read(manifest)?;
    let line = |line: &str| {
        if line.starts_with("mailgrant-") { line.replace("\"0.1.0\"", "\"0.2.0\"") } else { line.to_owned() }
    };
    sh::write(manifest, &text.lines().map(|text| line(text) + "\n").collect::<String>())
}

fn change(path: &Path, from: &str, to: &str) -> Outcome {
    let text = sh::read(path)?;
    if text.matches(from).count() != 1 {
        return Failure::because(format!("{} has `{}` not once: change upgrade.rs", path.display(), from.trim()));
    }
    sh::write(path, &text.replace(from, to))
}

fn copy(from: &Path, to: &Path) -> Outcome {
    let failed = |path: &Path| Failure::of(format!("{} cannot be copied", path.display()));
    fs::create_dir_all(to).map_err(failed(to))?;
    for entry in fs::read_dir(from).map_err(failed(from))? {
        let entry = entry.map_err(failed(from))?;
        let (here, there) = (entry.path(), to.join(entry.file_name()));
        if here.is_dir() {
            copy(&here, &there)?;
        } else {
            fs::copy(&here, &there).map_err(failed(&here))?;
        }
    }
    Ok(())
}

fn manifest(now: &Path, next: &Path) -> String {
    let (now, next) = (now.display(), next.display());
    format!(
        r#"[package]
name = "replicas"
version = "0.0.0"
edition = "2024"

[dependencies]
now_core = {{ package = "mailgrant-core", path = "{now}/crates/core", default-features = false }}
now_storage = {{ package = "mailgrant-storage", path = "{now}/crates/storage", features = ["sqlite"] }}
next_core = {{ package = "mailgrant-core", path = "{next}/crates/core", default-features = false }}
next_storage = {{ package = "mailgrant-storage", path = "{next}/crates/storage", features = ["sqlite"] }}
tokio = {{ version = "1", features = ["rt", "macros"] }}

[workspace]
"#
    )
}
