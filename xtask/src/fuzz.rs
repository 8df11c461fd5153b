//! `cargo xtask fuzz`: each fuzz target for a minute, where a nightly toolchain with cargo-fuzz is installed.

use std::fs;

use crate::{
    failure::{Failure, Outcome},
    say,
    sh::Sh,
};

const FOLDER: &str = "crates/fuzz";
/// For each target, in seconds.
const TIME: u32 = 60;
/// Longer inputs find no more, and take longer.
const LONGEST: u32 = 4096;

pub(crate) fn run(sh: &Sh) -> Outcome {
    let nightly = sh.cargo_of("nightly", "--version").read().is_ok();
    if let Some(missing) = missing(nightly, sh.has("cargo-fuzz")) {
        return Failure::because(missing);
    }
    for target in targets(sh)? {
        let corpus = grown(sh, &target)?;
        let corpus = corpus.display();
        say::progress(format!("\n== {target}: {TIME} s"));
        let seeds = format!("{FOLDER}/corpus/{target}");
        let limits = format!("-max_total_time={TIME} -max_len={LONGEST}");
        sh.cargo_of("nightly", &format!("fuzz run --fuzz-dir {FOLDER} {target} {corpus} {seeds} -- {limits}")).run()?;
    }
    Ok(())
}

/// What to install first, if anything.
fn missing(nightly: bool, cargo_fuzz: bool) -> Option<String> {
    let wanted = [
        (nightly, "`rustup toolchain install nightly --profile minimal`"),
        (cargo_fuzz, "`cargo install cargo-fuzz --locked`"),
    ];
    let wanted: Vec<&str> = wanted.into_iter().filter(|(there, _)| !there).map(|(_, command)| command).collect();
    (!wanted.is_empty())
        .then(|| format!("fuzzing needs a nightly toolchain with cargo-fuzz: {}", wanted.join(", then ")))
}

/// The names of the targets, by their files.
fn targets(sh: &Sh) -> Outcome<Vec<String>> {
    let folder = sh.path(FOLDER).join("fuzz_targets");
    let unreadable = || Failure::of(format!("{} cannot be read", folder.display()));
    let entries = fs::read_dir(&folder).map_err(unreadable())?;
    let mut names = Vec::new();
    for entry in entries {
        let path = entry.map_err(unreadable())?.path();
        names.extend(path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

/// Where a run keeps what it finds of interest: the corpus of the checkout holds seeds that somebody chose.
fn grown(sh: &Sh, target: &str) -> Outcome<std::path::PathBuf> {
    let folder = sh.target().join("fuzz-corpus").join(target);
    fs::create_dir_all(&folder).map_err(Failure::of(format!("{} cannot be made", folder.display())))?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_with_its_command() {
        assert_eq!(missing(true, true), None);
        assert!(missing(false, true).is_some_and(|text| text.ends_with("nightly --profile minimal`")));
        assert!(missing(true, false).is_some_and(|text| text.ends_with("`cargo install cargo-fuzz --locked`")));
        assert!(missing(false, false).is_some_and(|text| text.contains("minimal`, then `cargo install")));
    }

    #[test]
    fn every_target_has_seeds() {
        let sh = Sh::in_workspace();
        let targets = targets(&sh).unwrap();
        assert_eq!(targets, ["callback", "fragment", "record", "refusal", "token_answer"]);
        for target in targets {
            let seeds = fs::read_dir(sh.path(FOLDER).join("corpus").join(&target)).unwrap().count();
            assert!((5..=20).contains(&seeds), "{target} has {seeds} seeds");
        }
    }
}
