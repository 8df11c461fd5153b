//! The top level holds what a newcomer must see, nothing more.

use super::tree::File;

const TOP: &[&str] = &[
    ".cargo",
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "clippy.toml",
    "crates",
    "deny.toml",
    "docs",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "xtask",
];

pub(super) fn check(files: &[File]) -> Vec<String> {
    let mut tops: Vec<&str> = files.iter().filter_map(|file| file.path.split('/').next()).collect();
    tops.dedup();
    let stray = tops.into_iter().filter(|top| !TOP.contains(top));
    stray.map(|top| format!("{top}: has no place at the top level; see xtask/src/tidy/layout.rs")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_is_seen_once() {
        let files = [File::of("crates/core/src/lib.rs", ""), File::of("notes/a", ""), File::of("notes/b", "")];
        let problems = check(&files);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].starts_with("notes:"));
    }
}
