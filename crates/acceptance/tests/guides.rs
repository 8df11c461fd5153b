//! The documents hold what they promise: what they name exists, nothing that they list is missing.

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

/// In each row of a page, a file is followed by the tests in it that are meant, unless the row says that `excused`. The
/// tests, by their names.
fn tests_named_in(page: &str, excused: Option<&str>) -> BTreeSet<String> {
    let page = fs::read_to_string(workspace().join(page)).unwrap();
    let rows: Vec<_> = page.lines().filter(|line| line.starts_with("| ") && !line.contains("shown by")).collect();
    assert!(rows.len() > 50, "{} statements", rows.len());
    let mut named = BTreeSet::new();
    for row in rows {
        let quoted = row.split('`').skip(1).step_by(2);
        let mut file = None;
        let mut shown = excused.is_some_and(|excused| row.contains(excused));
        for quoted in quoted {
            if quoted.starts_with("crates/") && quoted.ends_with(".rs") {
                file =
                    Some(fs::read_to_string(workspace().join(quoted)).unwrap_or_else(|_| panic!("no {quoted}: {row}")));
            } else if let Some(file) = &file
                && quoted.contains('_')
                && quoted.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
            {
                assert!(file.contains(&format!("fn {quoted}(")), "there is no test {quoted}: {row}");
                named.insert(quoted.to_owned());
                shown = true;
            }
        }
        assert!(shown, "nothing shows it: {row}");
    }
    named
}

#[test]
fn every_statement_of_the_providers_pages_names_tests_that_exist() {
    tests_named_in("docs/provider-pages.md", Some("told in "));
}

#[test]
fn every_requirement_of_the_standards_names_tests_that_exist() {
    let named = tests_named_in("docs/conformance.md", None);
    let mut files = Vec::new();
    sources(&workspace().join("crates/acceptance/tests/standards"), &mut files);
    let written = files.iter().flat_map(|file| {
        let source = fs::read_to_string(file).unwrap();
        let names = source.split("fn rfc").skip(1).map(|rest| format!("rfc{}", rest.split('(').next().unwrap()));
        names.collect::<Vec<_>>()
    });
    let written: BTreeSet<String> = written.collect();
    let unnamed: Vec<_> = written.difference(&named).collect();
    assert!(written.len() > 50 && unnamed.is_empty(), "of {} tests the page does not name {unnamed:?}", written.len());
}

/// The name of a function at the beginning of a text, if it is of a failure: `f`, two digits, what it says.
fn of_a_failure(text: &str) -> Option<&str> {
    let name = text.split(|character: char| !(character.is_ascii_alphanumeric() || character == '_')).next()?;
    let digits = name.strip_prefix('f')?.split_once('_')?.0;
    (digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(name)
}

#[test]
fn every_failure_mode_names_tests_that_exist_and_none_is_missing() {
    let page = fs::read_to_string(workspace().join("docs/failure-modes.md")).unwrap();
    let rows: Vec<_> = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| #")).collect();
    let mut named = BTreeSet::new();
    for (at, row) in rows.iter().enumerate() {
        let number = at + 1;
        let cells: Vec<_> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [counted, failure, defence, shown] = cells[..] else { panic!("not four cells: {row}") };
        assert_eq!(counted, number.to_string(), "{row}");
        assert!(failure.len() > 20 && defence.contains('`'), "{row}");
        for path in defence.split('`').skip(1).step_by(2).filter(|quoted| quoted.contains('/')) {
            assert!(workspace().join(path).exists(), "there is no {path}: {row}");
        }
        let (mut source, mut tests) = (String::new(), 0);
        for quoted in shown.split('`').skip(1).step_by(2) {
            if quoted.ends_with(".rs") {
                source = fs::read_to_string(workspace().join(quoted)).unwrap_or_else(|_| panic!("no {quoted}: {row}"));
                continue;
            }
            assert!(quoted.starts_with(&format!("f{number:02}_")), "{quoted} is not of this row: {row}");
            let test = source.split(&format!("fn {quoted}(")).next().filter(|before| before.len() < source.len());
            let before = test.unwrap_or_else(|| panic!("there is no test {quoted}: {row}"));
            let above = before.trim_end().lines().rev().map(str::trim);
            let mut above = above.take_while(|line| line.starts_with(['#', '/']) || *line == "async");
            assert!(above.any(|line| line.contains("test")), "{quoted} is no test: {row}");
            named.insert(quoted.to_owned());
            tests += 1;
        }
        assert!(tests > 0, "nothing shows it: {row}");
    }
    assert_eq!(rows.len(), 26);
    let mut files = Vec::new();
    sources(&workspace().join("crates"), &mut files);
    let mut written = BTreeSet::new();
    for file in files {
        let source = fs::read_to_string(&file).unwrap();
        written.extend(source.split("fn ").skip(1).filter_map(of_a_failure).map(String::from));
    }
    let unnamed: Vec<_> = written.difference(&named).collect();
    assert!(unnamed.is_empty(), "the page does not name {unnamed:?}");
}

/// A public function of a source: its name, whether it takes `self`, the comment above it.
struct Documented<'a> {
    name: &'a str,
    method: bool,
    comment: String,
}

fn public_functions(source: &str) -> Vec<Documented<'_>> {
    let lines: Vec<&str> = source.split("\nmod tests {").next().unwrap().lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(line) = line.trim_start().strip_prefix("pub ") else { continue };
        let line = line.trim_start_matches("const ").trim_start_matches("async ");
        let Some(line) = line.strip_prefix("fn ") else { continue };
        let name = line.split(['(', '<']).next().unwrap();
        // The receiver may stand on a line of its own.
        let signature = lines[at..lines.len().min(at + 3)].concat();
        let receiver = signature.split_once('(').map_or("", |(_, rest)| rest.split([',', ')', ':']).next().unwrap());
        let method = receiver.ends_with("self");
        let above = lines[..at].iter().rev().map(|line| line.trim_start());
        let above =
            above.take_while(|line| line.starts_with("///") || !(line.is_empty() || line.ends_with(['{', '}'])));
        let comment = above.filter(|line| line.starts_with("///")).collect();
        found.push(Documented { name, method, comment });
    }
    found
}

#[test]
fn every_verb_has_an_example() {
    /// Every public method in them is one, but for those that are `PLAIN`.
    const OF_VERBS: [&str; 14] = [
        "core/src/bearer.rs",
        "core/src/client.rs",
        "core/src/owner.rs",
        "core/src/revocation.rs",
        "core/src/session.rs",
        "core/src/grant/adopted.rs",
        "core/src/grant/authorization_code.rs",
        "core/src/grant/client_credentials.rs",
        "core/src/grant/consent.rs",
        "core/src/grant/implicit.rs",
        "core/src/grant/refresh.rs",
        "manager/src/account.rs",
        "manager/src/login.rs",
        "manager/src/manager.rs",
    ];
    /// They hand out what is inside, or are the end of a builder.
    const PLAIN: [&str; 11] = [
        "as_str",
        "budget",
        "build",
        "client",
        "expires_at",
        "host",
        "identity",
        "key",
        "profile",
        "provider",
        "version",
    ];
    /// Verbs among functions that are none.
    const OTHERS: [(&str, &[&str]); 11] = [
        ("core/src/binding.rs", &["browser", "and_account", "terminal"]),
        ("core/src/budget.rs", &["new"]),
        ("core/src/callback.rs", &["parse"]),
        ("core/src/client.rs", &["builder"]),
        ("core/src/endpoint.rs", &["parse"]),
        ("core/src/error.rs", &["kind"]),
        ("core/src/pending.rs", &["lookup", "encode", "decode"]),
        ("core/src/record.rs", &["encode", "decode"]),
        ("storage/src/key.rs", &["new"]),
        ("storage/src/key_ring.rs", &["ephemeral", "from_file", "create_file"]),
        ("storage/src/vault.rs", &["new"]),
    ];
    let read = |file: &str| fs::read_to_string(workspace().join("crates").join(file)).unwrap();
    let (mut shown, mut bare, mut excused) = (0, Vec::new(), BTreeSet::new());
    let mut look = |file: &str, function: &Documented<'_>| match function.comment.matches("```").count() {
        0 => bare.push(format!("{file}: {}", function.name)),
        _ => shown += 1,
    };
    for file in OF_VERBS {
        for function in public_functions(&read(file)).iter().filter(|function| function.method) {
            match PLAIN.iter().find(|plain| **plain == function.name) {
                Some(plain) => drop(excused.insert(*plain)),
                None => look(file, function),
            }
        }
    }
    for (file, names) in OTHERS {
        let source = read(file);
        for name in names {
            let functions: Vec<_> = public_functions(&source).into_iter().filter(|found| found.name == *name).collect();
            assert!(!functions.is_empty(), "there is no {name} in {file}");
            functions.iter().for_each(|function| look(file, function));
        }
    }
    assert!(bare.is_empty(), "without an example: {bare:#?}");
    assert!(shown > 55, "{shown} examples");
    assert_eq!(excused, BTreeSet::from(PLAIN), "excused, and not there");
}

#[test]
fn the_page_on_adding_a_store_shows_what_is_compiled() {
    let flat = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    let read = |path: &str| fs::read_to_string(workspace().join(path)).unwrap();
    let example = ["redb_shelf.rs", "main.rs"].map(|file| flat(&read(&format!("crates/storage/tests/fifth/{file}"))));
    let page = read("docs/adding-a-store.md");
    let shown: Vec<_> = page.split("```rust").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(shown.len() > 5, "{shown:?}");
    for block in shown {
        let block = flat(block);
        assert!(
            !block.is_empty() && example.iter().any(|source| source.contains(&block)),
            "nowhere in the example: {block}"
        );
    }
    for (test, _) in page.match_indices("`p0").chain(page.match_indices("`what_was_")) {
        let name = page[test + 1..].split('`').next().unwrap();
        let sources = read("crates/storage/src/conformance.rs") + &example[1];
        assert!(sources.contains(name), "there is no test {name}");
    }
}

#[test]
fn the_page_on_storage_has_every_promise() {
    let suite = fs::read_to_string(workspace().join("crates/storage/src/conformance.rs")).unwrap();
    let page = fs::read_to_string(workspace().join("docs/storage.md")).unwrap();
    let is_promise = |line: &&str| line.starts_with('p') && line.len() > 3 && line[1..3].parse::<u32>().is_ok();
    let lines = suite.lines().map(str::trim).filter(|line| !line.ends_with(','));
    let promised: Vec<&str> = lines.filter(is_promise).collect();
    let told = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    assert!(promised.len() > 20, "{promised:?}");
    assert_eq!(told.filter(is_promise).collect::<Vec<_>>(), promised);
}
