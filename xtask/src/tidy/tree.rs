//! The files that git has, or would take.

use crate::{failure::Outcome, sh::Sh};

/// A text file. Its path begins at the top of the checkout.
pub(super) struct File {
    pub(super) path: String,
    pub(super) text: String,
}

impl File {
    /// A Rust source that is compiled into a crate.
    pub(super) fn is_source(&self) -> bool {
        let mut parts = self.path.split('/').skip_while(|part| *part == "crates").skip(1);
        self.path.ends_with(".rs") && parts.next() == Some("src")
    }

    /// The manifest of a member of the workspace.
    pub(super) fn is_manifest(&self) -> bool {
        let parts: Vec<&str> = self.path.split('/').collect();
        matches!(parts[..], ["crates", _, "Cargo.toml"] | ["xtask", "Cargo.toml"])
    }

    /// Lines with their numbers, comments left out.
    pub(super) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .zip(1..)
            .map(|(line, number)| (number, line))
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    #[cfg(test)]
    pub(super) fn of(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }
}

/// All of them, tracked or new; what is not text, or deleted since, is left out.
pub(super) fn files(sh: &Sh) -> Outcome<Vec<File>> {
    let listed = sh.git("ls-files -z --cached --others --exclude-standard").read()?;
    let mut paths: Vec<&str> = listed.split_terminator('\0').collect();
    paths.sort_unstable();
    paths.dedup();
    let file = |path: &str| {
        let text = std::fs::read_to_string(sh.path(path)).ok()?;
        Some(File { path: path.to_owned(), text })
    };
    Ok(paths.into_iter().filter_map(file).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_below_src() {
        let is_source = |path| File::of(path, "").is_source();
        assert!(is_source("crates/core/src/lib.rs"));
        assert!(is_source("crates/core/src/wire/request.rs"));
        assert!(is_source("xtask/src/main.rs"));
        assert!(!is_source("crates/core/tests/wire.rs"));
        assert!(!is_source("crates/core/src/schema.sql"));
    }
}
