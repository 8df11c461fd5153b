//! Secrets are opened in few files.

use super::{
    exceptions::{DOORS, Excused},
    tree::File,
};

const OPENING: &str = concat!("expose_", "secret");

pub(super) fn check(files: &[File]) -> Vec<String> {
    check_with(files, DOORS)
}

fn check_with(files: &[File], doors: &[Excused]) -> Vec<String> {
    let opens = |file: &&File| !is_test(&file.path) && before_tests(file).any(|line| line.contains(OPENING));
    let rust = files.iter().filter(|file| file.path.ends_with(".rs"));
    let open: Vec<&str> = rust.filter(opens).map(|file| file.path.as_str()).collect();
    let unlisted = open.iter().filter(|path| !doors.iter().any(|(door, _)| door == *path));
    let walled_up = doors.iter().filter(|(door, _)| !open.contains(door));
    unlisted
        .map(|path| format!("{path}: opens a secret; if it must, it needs a reason in xtask/src/tidy/exceptions.rs"))
        .chain(walled_up.map(|(door, _)| format!("{door}: is listed as a door, but opens no secret any more")))
        .collect()
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs")
}

/// Tests come last in a file, so what precedes them is the code.
fn before_tests(file: &File) -> impl Iterator<Item = &str> {
    file.code().map(|(_, line)| line).take_while(|line| line.trim() != "#[cfg(test)]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_door_needs_a_reason() {
        let file = File::of("crates/core/src/a.rs", &format!("token.{OPENING}()"));
        assert_eq!(check_with(&[file], &[]).len(), 1);
    }

    #[test]
    fn tests_may_look() {
        let text = format!("//! A.\n// {OPENING}\n#[cfg(test)]\nmod tests {{ {OPENING} }}");
        let files = [File::of("crates/core/src/a.rs", &text), File::of("crates/core/tests/a.rs", OPENING)];
        assert!(check_with(&files, &[]).is_empty());
    }

    #[test]
    fn a_door_walled_up_leaves_the_list() {
        assert_eq!(check_with(&[], &[("crates/core/src/a.rs", "why")]).len(), 1);
    }
}
