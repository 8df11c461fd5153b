//! The page that shows each program above the compiler's words.

use std::collections::BTreeSet;

use super::program::Program;
use crate::failure::{Failure, Outcome};

const HEAD: &str = "\
# Programs that do not compile

Each program here makes one mistake, and below it is what rustc says to whoever makes it.
Places and line numbers are left out, and so is what points into the library's own source.

The programs are `crates/misuse/tests/ui/*.rs`; a test there compares every word.
This page is written by `cargo xtask misuse --bless`.
";

pub(super) struct Entry {
    pub(super) program: Program,
    pub(super) words: String,
}

pub(super) fn render(entries: &[Entry]) -> String {
    let mut page = HEAD.to_owned();
    for Entry { program: Program { rule, text }, words } in entries {
        page += &format!("\n## {rule}\n\n```rust,compile_fail\n{text}\n```\n\n```text\n{words}```\n");
    }
    page
}

/// The programs among a folder's files, each of which has its words beside it.
pub(super) fn pairs(names: &[String]) -> Outcome<BTreeSet<&str>> {
    let with = |ending| names.iter().filter_map(|name| name.strip_suffix(ending)).collect();
    let (programs, words): (BTreeSet<&str>, BTreeSet<&str>) = (with(".rs"), with(".stderr"));
    if let Some(name) = programs.difference(&words).next() {
        return Failure::because(format!(
            "{name}.rs has no words beside it; `TRYBUILD=overwrite cargo test -p mailgrant-misuse` writes them"
        ));
    }
    if let Some(name) = words.difference(&programs).next() {
        return Failure::because(format!("{name}.stderr is the answer to no program; remove it"));
    }
    Ok(programs)
}

/// The number of the first line in which two pages differ.
pub(super) fn first_difference(one: &str, other: &str) -> Option<usize> {
    if one == other {
        return None;
    }
    let same = one.split('\n').zip(other.split('\n')).take_while(|(one, other)| one == other).count();
    Some(same + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_stand_below_the_program() {
        let program = Program { rule: "A is no b".into(), text: "b();".into() };
        let page = render(&[Entry { program, words: "error: no b\n".into() }]);
        let expected = "\n## A is no b\n\n```rust,compile_fail\nb();\n```\n\n```text\nerror: no b\n```\n";
        assert_eq!(page.strip_prefix(HEAD), Some(expected));
    }

    #[test]
    fn nothing_stands_alone() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(pairs(&names(&["b.stderr", "b.rs", "a.rs", "a.stderr"])).unwrap(), BTreeSet::from(["a", "b"]));
        assert!(pairs(&names(&["a.rs"])).is_err());
        assert!(pairs(&names(&["a.stderr"])).is_err());
    }

    #[test]
    fn a_difference_has_a_line() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some(2));
        assert_eq!(first_difference("a\n", "a\nb\n"), Some(2));
        assert_eq!(first_difference("a\n", "a"), Some(2));
    }
}
