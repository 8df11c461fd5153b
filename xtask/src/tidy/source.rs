//! Each source has one purpose, said in its first line.

use super::{
    exceptions::{self, Excused},
    tree::File,
};

/// Lines, tests included.
pub(super) const LONGEST: usize = 400;

pub(super) fn check(files: &[File]) -> Vec<String> {
    check_with(files, exceptions::LONG, exceptions::AND)
}

fn check_with(files: &[File], long: &[Excused], and: &[Excused]) -> Vec<String> {
    let sources = || files.iter().filter(|file| file.is_source());
    let mut problems: Vec<String> = sources().filter_map(purpose).collect();
    problems.extend(excuse(sources(), has_and, and, "its first line has an \"and\": look for the second file in it"));
    let too_long = format!("longer than {LONGEST} lines: look for the second file in it");
    problems.extend(excuse(sources(), |file| file.text.lines().count() > LONGEST, long, &too_long));
    problems
}

/// Applies a rule with its exceptions, of which each must be needed.
fn excuse<'a>(
    files: impl Iterator<Item = &'a File>,
    breaks: impl Fn(&File) -> bool,
    excused: &[Excused],
    rule: &str,
) -> Vec<String> {
    let broken: Vec<&str> = files.filter(|file| breaks(file)).map(|file| file.path.as_str()).collect();
    let is_excused = |path: &&&str| excused.iter().any(|(excused, _)| excused == *path);
    let problems = broken.iter().filter(|path| !is_excused(path)).map(|path| format!("{path}: {rule}"));
    let idle = excused.iter().filter(|(path, _)| !broken.contains(path));
    problems.chain(idle.map(|(path, _)| format!("{path}: needs no exception any more ({rule})"))).collect()
}

fn purpose(file: &File) -> Option<String> {
    let first = file.text.lines().next().unwrap_or_default();
    let path = &file.path;
    let Some(sentence) = first.strip_prefix("//! ") else {
        return Some(format!("{path}: begins with no `//!` line that says what it is for"));
    };
    (!sentence.ends_with('.')).then(|| format!("{path}: its first line is not one sentence: `{sentence}`"))
}

/// A crate's root speaks for the whole crate.
fn has_and(file: &File) -> bool {
    !file.path.ends_with("/lib.rs") && file.text.lines().next().is_some_and(|first| first.contains(" and "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "crates/core/src/a.rs";

    fn problems(text: &str) -> usize {
        check_with(&[File::of(PATH, text)], &[], &[]).len()
    }

    #[test]
    fn the_first_line_is_a_sentence_without_and() {
        assert_eq!(problems("//! What a is for.\n"), 0);
        assert_eq!(problems("use b;\n"), 1);
        assert_eq!(problems("//! What a is for\n"), 1);
        assert_eq!(problems("//! What a does and b.\n"), 1);
        assert_eq!(problems(""), 1);
    }

    #[test]
    fn the_root_of_a_crate_speaks_for_all_of_it() {
        assert!(check_with(&[File::of("crates/core/src/lib.rs", "//! This and that.\n")], &[], &[]).is_empty());
    }

    #[test]
    fn a_source_has_an_end() {
        assert_eq!(problems(&("//! A.\n".to_owned() + &"//\n".repeat(LONGEST - 1))), 0);
        assert_eq!(problems(&("//! A.\n".to_owned() + &"//\n".repeat(LONGEST))), 1);
    }

    #[test]
    fn an_exception_must_be_needed() {
        let with_and = [File::of(PATH, "//! This and that.\n")];
        let without = [File::of(PATH, "//! This.\n")];
        assert_eq!(check_with(&with_and, &[], &[(PATH, "because")]).len(), 0);
        assert_eq!(check_with(&without, &[], &[(PATH, "because")]).len(), 1);
    }
}
