//! An app on somebody's own machine, and what exists nowhere: RFC 8252, RFC 9700 §2.4.

use std::{
    fs,
    net::IpAddr,
    path::{Path, PathBuf},
};

use mailgrant_core::http::Uri;

/// The sources of every crate that is published, with their paths.
pub(crate) fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let source = fs::read_to_string(&path).unwrap();
                found.push((path, source));
            }
        }
    }
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for name in ["core", "getresponse", "verticalresponse", "storage", "manager", "emulator", "cli"] {
        walk(&crates.join(name).join("src"), &mut found);
    }
    assert!(found.len() > 150, "{} sources", found.len());
    found
}

#[test]
fn rfc8252_7_3_and_8_3_the_default_redirect_is_a_literal_of_loopback() {
    let sources = sources();
    let defaults: Vec<Uri> = sources
        .iter()
        .filter_map(|(_, source)| source.split("const REDIRECT_URI: &str = \"").nth(1)?.split('"').next()?.parse().ok())
        .collect();
    let [uri] = &*defaults else { panic!("{defaults:?}") };
    let host: IpAddr = uri.host().unwrap().parse().unwrap();
    assert!(host.is_loopback() && uri.scheme_str() == Some("http") && uri.port().is_some(), "{uri}");
    // And it is what the help says.
    let said = format!("[default: {uri}]");
    assert!(sources.iter().any(|(path, source)| path.ends_with("args/connecting.rs") && source.contains(&said)));
}

#[test]
fn rfc9700_2_4_there_is_no_password_grant() {
    for (path, source) in sources() {
        let is_of_grants = path.components().any(|part| part.as_os_str() == "core");
        assert!(!is_of_grants || !source.contains("Password"), "{}: a grant of that name", path.display());
        for line in source.lines() {
            let line: String = line.chars().filter(|char| !char.is_whitespace()).collect();
            for grant in ["grant_type=password", "\"grant_type\",\"password\"", "\"grant_type\":\"password\""] {
                assert!(!line.contains(grant), "{}: {line}", path.display());
            }
        }
    }
}
