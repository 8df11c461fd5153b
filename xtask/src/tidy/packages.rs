//! Each crate's manifest is complete, in agreement with the order of publishing.

use super::{manifest::Manifest, tree::File};

pub(super) fn check(files: &[File], order: &[&str]) -> Vec<String> {
    let manifests: Vec<(&str, Manifest)> = files
        .iter()
        .filter(|file| file.is_manifest())
        .map(|file| (file.path.as_str(), Manifest::read(&file.text)))
        .collect();
    let mut problems = Vec::new();
    for (path, manifest) in &manifests {
        problems.extend(
            complete(manifest).into_iter().chain(ordered(manifest, order)).map(|what| format!("{path}: {what}")),
        );
    }
    let exists = |name: &&&str| manifests.iter().any(|(_, manifest)| manifest.published && manifest.name == **name);
    let gone = order.iter().filter(|name| !exists(name));
    problems
        .extend(gone.map(|name| format!("xtask/src/release.rs: {name} is in the order, but is no published crate")));
    problems
}

fn complete(manifest: &Manifest) -> Vec<String> {
    let described = manifest.description.as_deref().is_some_and(|text| !text.is_empty() && text != "placeholder");
    let wanted = [
        (described, "has no `description`"),
        (manifest.inherits_license, "lacks `license.workspace = true`"),
        (manifest.inherits_lints, "lacks `[lints] workspace = true`"),
    ];
    wanted.into_iter().filter(|(fulfilled, _)| !fulfilled).map(|(_, what)| what.to_owned()).collect()
}

fn ordered(manifest: &Manifest, order: &[&str]) -> Vec<String> {
    if !manifest.published {
        return Vec::new();
    }
    let place = |name: &str| order.iter().position(|other| *other == name);
    let Some(own) = place(&manifest.name) else {
        return vec![
            "is published, but not in the order of xtask/src/release.rs (or lacks `publish = false`)".to_owned(),
        ];
    };
    let needed = manifest.dependencies.iter().filter(|dependency| dependency.is_ours() && dependency.versioned);
    needed
        .filter(|dependency| place(&dependency.name).is_none_or(|other| other >= own))
        .map(|dependency| format!("needs {} published before it; see xtask/src/release.rs", dependency.name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(name: &str, dependency: &str) -> File {
        let text = format!(
            "[package]\nname = \"mailgrant-{name}\"\ndescription = \"It.\"\nlicense.workspace = true\n\
             [dependencies]\n{dependency}\n[lints]\nworkspace = true\n"
        );
        File::of(&format!("crates/{name}/Cargo.toml"), &text)
    }

    #[test]
    fn the_order_follows_the_dependencies() {
        let files = [manifest("a", ""), manifest("b", "mailgrant-a.workspace = true")];
        assert!(check(&files, &["mailgrant-a", "mailgrant-b"]).is_empty());
        assert_eq!(check(&files, &["mailgrant-b", "mailgrant-a"]).len(), 1);
        assert_eq!(check(&files, &["mailgrant-a"]).len(), 1);
        assert_eq!(check(&files, &["mailgrant-a", "mailgrant-b", "mailgrant-c"]).len(), 1);
    }

    #[test]
    fn a_manifest_is_complete() {
        let problems = check(&[File::of("crates/a/Cargo.toml", "[package]\nname = \"a\"\npublish = false\n")], &[]);
        assert_eq!(problems.len(), 3);
    }
}
