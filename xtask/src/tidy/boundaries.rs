//! What a crate must not contain, so that it stays what it is.

use super::{manifest::Manifest, tree::File};

/// Declarations: no I/O, no waiting, no state.
const PROVIDERS: &[&str] = &["crates/getresponse/src/", "crates/verticalresponse/src/"];
const NOT_IN_PROVIDERS: &[&str] = &["async", ".await", "tokio", "std::net", "static mut", "Mutex", "RwLock"];

const MACRO: &str = concat!("typestate", "::");
const MACHINE: &str = "crates/core/src/machine.rs";

pub(super) fn check(files: &[File]) -> Vec<String> {
    files.iter().flat_map(|file| [providers(file), typestate(file), foundations(file)].into_iter().flatten()).collect()
}

fn providers(file: &File) -> Vec<String> {
    if !PROVIDERS.iter().any(|folder| file.path.starts_with(folder)) {
        return Vec::new();
    }
    let words = |line| NOT_IN_PROVIDERS.iter().filter(move |word| str::contains(line, *word));
    let found = file.code().flat_map(|(number, line)| words(line).map(move |word| (number, word)));
    found.map(|(number, word)| format!("{}:{number}: `{word}`: a provider is a declaration", file.path)).collect()
}

fn typestate(file: &File) -> Vec<String> {
    let named = file.path.ends_with(".rs") && file.path != MACHINE && file.code().any(|(_, line)| line.contains(MACRO));
    if named { vec![format!("{}: names the typestate macro, which only {MACHINE} may", file.path)] } else { Vec::new() }
}

/// The crates that must not know the others.
fn foundations(file: &File) -> Vec<String> {
    let manifest = Manifest::read(&file.text);
    let of_ours = manifest.dependencies.iter().filter(|dependency| dependency.is_ours());
    let banned: Vec<&str> = match file.path.as_str() {
        "crates/core/Cargo.toml" => {
            of_ours.filter(|dependency| !dependency.dev).map(|found| found.name.as_str()).collect()
        }
        "crates/emulator/Cargo.toml" | "xtask/Cargo.toml" => of_ours.map(|found| found.name.as_str()).collect(),
        _ => Vec::new(),
    };
    banned.into_iter().map(|name| format!("{}: must not depend on {name}", file.path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(path: &str, text: &str) -> usize {
        check(&[File::of(path, text)]).len()
    }

    #[test]
    fn a_provider_does_nothing() {
        assert_eq!(problems("crates/getresponse/src/lib.rs", "//! No async here.\nasync fn f() {}\n"), 1);
        assert_eq!(problems("crates/getresponse/tests/wire.rs", "async fn f() {}\n"), 0);
        assert_eq!(problems("crates/core/src/session.rs", "async fn f() {}\n"), 0);
    }

    #[test]
    fn one_file_names_the_macro() {
        let text = format!("#[{MACRO}typestate]\n");
        assert_eq!(problems(MACHINE, &text), 0);
        assert_eq!(problems("crates/core/src/other.rs", &text), 1);
    }

    #[test]
    fn foundations_know_no_other_crate() {
        let dev = "[dev-dependencies]\nmailgrant-emulator.workspace = true\n";
        let normal = "[dependencies]\nmailgrant-storage = { workspace = true }\n";
        assert_eq!(problems("crates/core/Cargo.toml", dev), 0);
        assert_eq!(problems("crates/core/Cargo.toml", normal), 1);
        assert_eq!(problems("crates/emulator/Cargo.toml", &dev.replace("emulator", "core")), 1);
        assert_eq!(problems("crates/manager/Cargo.toml", normal), 0);
    }
}
