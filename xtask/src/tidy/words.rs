//! Words that no file may contain.

use super::tree::File;

/// Each in two halves, so that this file does not contain it.
const ANYWHERE: &[(&str, &str)] = &[
    (concat!("/ro", "ot/"), "a path of somebody's machine"),
    (concat!("/ho", "me/"), "a path of somebody's machine"),
    (concat!("/wo", "rk/"), "a path of somebody's machine"),
    (concat!("index.", "crates.io"), "a registry's host: cargo knows it"),
    (concat!("static.", "crates.io"), "a registry's host: cargo knows it"),
    (concat!("registry.", "npmjs.org"), "a registry's host"),
    (concat!("TO", "DO"), "unfinished work belongs into an issue"),
    (concat!("FIX", "ME"), "unfinished work belongs into an issue"),
];

const IN_RUST: &[(&str, &str)] = &[
    (concat!("to", "do!("), "unfinished"),
    (concat!("d", "bg!("), "left over from a search"),
    (concat!("#[ig", "nore"), "a test that does not run proves nothing"),
];

pub(super) fn check(files: &[File]) -> Vec<String> {
    files
        .iter()
        .flat_map(|file| {
            let in_rust = if file.path.ends_with(".rs") { IN_RUST } else { &[] };
            file.text.lines().zip(1..).flat_map(move |(line, number)| {
                let found = ANYWHERE.iter().chain(in_rust).filter(move |(word, _)| line.contains(word));
                found.map(move |(word, why)| format!("{}:{number}: `{word}`: {why}", file.path))
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_with_its_line() {
        let text = format!("fine\nsee {}me/notes\n", ANYWHERE[0].0);
        let problems = check(&[File::of("docs/a.md", &text)]);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].starts_with("docs/a.md:2:"));
    }

    #[test]
    fn some_words_are_only_wrong_in_rust() {
        let text = IN_RUST[2].0;
        assert!(check(&[File::of("docs/a.md", text)]).is_empty());
        assert_eq!(check(&[File::of("crates/core/tests/a.rs", text)]).len(), 1);
    }
}
