//! As much of a Cargo.toml as the rules need, in the way this workspace writes it.

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Manifest {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) published: bool,
    pub(super) inherits_license: bool,
    pub(super) inherits_lints: bool,
    pub(super) dependencies: Vec<Dependency>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) dev: bool,
    /// Published with a version. A path alone, as a dev-dependency, is left out when publishing.
    pub(super) versioned: bool,
}

impl Manifest {
    pub(super) fn read(text: &str) -> Self {
        let mut manifest = Self { published: true, ..Self::default() };
        let mut section = "";
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            if let Some(header) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = header;
            } else if let Some((key, value)) = line.split_once('=') {
                manifest.entry(section, key.trim(), value.trim());
            }
        }
        manifest
    }

    fn entry(&mut self, section: &str, key: &str, value: &str) {
        match (section, key) {
            ("package", "name") => value.trim_matches('"').clone_into(&mut self.name),
            ("package", "description") => self.description = Some(value.trim_matches('"').to_owned()),
            ("package", "publish") => self.published = value != "false",
            ("package", "license.workspace") => self.inherits_license = value == "true",
            ("lints", "workspace") => self.inherits_lints = value == "true",
            (section, key) if section.ends_with("dependencies") => self.dependencies.push(Dependency {
                name: key.split('.').next().unwrap_or(key).to_owned(),
                dev: section.ends_with("dev-dependencies"),
                versioned: !value.contains("path =") || value.contains("version ="),
            }),
            _ => {}
        }
    }
}

impl Dependency {
    pub(super) fn is_ours(&self) -> bool {
        self.name.starts_with("mailgrant-")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_of_ours_is_understood() {
        let manifest = Manifest::read(
            "[package]\nname = \"a\"\nlicense.workspace = true\n# a comment = nothing\ndescription = \"A.\"\n\n\
             [dependencies]\nb.workspace = true\n[dev-dependencies]\nmailgrant-c = { path = \"../c\" }\n\n\
             [lints]\nworkspace = true\n",
        );
        let expected = Manifest {
            name: "a".into(),
            description: Some("A.".into()),
            published: true,
            inherits_license: true,
            inherits_lints: true,
            dependencies: vec![
                Dependency { name: "b".into(), dev: false, versioned: true },
                Dependency { name: "mailgrant-c".into(), dev: true, versioned: false },
            ],
        };
        assert_eq!(manifest, expected);
        assert!(!Manifest::read("[package]\npublish = false\n").published);
    }
}
