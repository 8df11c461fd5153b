//! The guides hold what they promise: every error code of the library is in the guide to failure, and no other.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The first text literal behind each beginning of an error.
fn codes(source: &str) -> BTreeSet<String> {
    const BEGINNINGS: [&str; 13] = [
        "ask_user(",
        "try_later(",
        "configuration(",
        "malformed(",
        "unusable(",
        "unclear(",
        "ask(",
        "ErrorKind::AskUser,",
        "ErrorKind::TryLater,",
        "ErrorKind::Configuration,",
        "ErrorKind::Bug,",
        "asked,",
        "=> (\"",
    ];
    let source = source.split("#[cfg(test)]").next().unwrap();
    let mut codes = BTreeSet::new();
    for beginning in BEGINNINGS {
        for (at, _) in source.match_indices(beginning) {
            let behind = source[at + beginning.trim_end_matches('"').len()..].trim_start();
            let Some(literal) = behind.strip_prefix('"').and_then(|rest| rest.split('"').next()) else { continue };
            if literal.contains('_') && literal.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
                codes.insert(literal.to_owned());
            }
        }
    }
    codes
}

#[test]
fn every_error_code_is_in_the_guide_to_failure() {
    let mut files = Vec::new();
    for name in ["core", "getresponse", "verticalresponse", "storage", "manager"] {
        sources(&workspace().join("crates").join(name).join("src"), &mut files);
    }
    let mut written: BTreeSet<String> =
        files.iter().flat_map(|file| codes(&fs::read_to_string(file).unwrap())).collect();
    // Of one word, or chosen before the error is made.
    written.extend(["busy", "resting", "environment_mismatch", "client_mismatch"].map(String::from));
    let guide = fs::read_to_string(workspace().join("docs/guides/failure.md")).unwrap();
    let explained: BTreeSet<String> =
        guide.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next().map(String::from)).collect();
    let missing: Vec<_> = written.difference(&explained).collect();
    let stale: Vec<_> = explained.difference(&written).collect();
    assert!(
        missing.is_empty() && stale.is_empty(),
        "not explained: {missing:?}; explained, and in no source: {stale:?}"
    );
}

/// In each row of the page, a file is followed by the tests in it that are meant.
#[test]
fn every_statement_of_the_providers_pages_names_tests_that_exist() {
    let page = fs::read_to_string(workspace().join("docs/provider-pages.md")).unwrap();
    let rows: Vec<_> = page.lines().filter(|line| line.starts_with("| ") && !line.contains("shown by")).collect();
    assert!(rows.len() > 50, "{} statements", rows.len());
    for row in rows {
        let quoted = row.split('`').skip(1).step_by(2);
        let mut file = None;
        let mut shown = row.contains("told in ");
        for quoted in quoted {
            if quoted.starts_with("crates/") && quoted.ends_with(".rs") {
                file =
                    Some(fs::read_to_string(workspace().join(quoted)).unwrap_or_else(|_| panic!("no {quoted}: {row}")));
            } else if let Some(file) = &file
                && quoted.contains('_')
                && quoted.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
            {
                assert!(file.contains(&format!("fn {quoted}(")), "there is no test {quoted}: {row}");
                shown = true;
            }
        }
        assert!(shown, "nothing shows it: {row}");
    }
}
