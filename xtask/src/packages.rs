//! What a step needs installed, as Debian's packages.

use std::path::Path;

use crate::{
    failure::{Failure, Outcome},
    say,
    sh::Sh,
};

/// Every program that a step starts, or its tests do, beside the toolchain's.
pub(crate) const NEEDS: &[Need] = &[
    Need { step: "test", program: "chromium", package: "chromium" },
    Need { step: "test", program: "chromedriver", package: "chromium-driver" },
];

/// A program with the package that it comes in.
pub(crate) struct Need {
    pub(crate) step: &'static str,
    program: &'static str,
    package: &'static str,
}

/// Makes sure that a step finds its programs: root on Debian installs them, anybody else is told what to install.
pub(crate) fn provide(sh: &Sh, step: &str) -> Outcome {
    let Some(missing) = Missing::of(step, |program| sh.has(program)) else {
        return Ok(());
    };
    if !sh.is_root() || !Path::new("/etc/debian_version").exists() || !sh.has("apt-get") {
        return missing.failure();
    }
    say::progress(format!("{} missing, so {} will be installed", missing.programs, missing.packages));
    let install = format!("install -qq -y --no-install-recommends -o=Dpkg::Use-Pty=0 {}", missing.packages);
    sh.apt_get("update -qq").run()?;
    sh.apt_get(&install).run()?;
    Missing::of(step, |program| sh.has(program)).map_or(Ok(()), |missing| missing.failure())
}

/// What is not there, each list parted at spaces.
#[derive(Debug, PartialEq, Eq)]
struct Missing {
    step: String,
    programs: String,
    packages: String,
}

impl Missing {
    fn of(step: &str, has: impl Fn(&str) -> bool) -> Option<Self> {
        let missing: Vec<&Need> =
            NEEDS.iter().filter(|need| need.step == step).filter(|need| !has(need.program)).collect();
        let list = |name: fn(&Need) -> &'static str| {
            let mut names: Vec<&str> = missing.iter().map(|need| name(need)).collect();
            names.dedup();
            names.join(" ")
        };
        let found =
            Self { step: step.to_owned(), programs: list(|need| need.program), packages: list(|need| need.package) };
        (!missing.is_empty()).then_some(found)
    }

    fn failure(&self) -> Outcome {
        let Self { step, programs, packages } = self;
        Failure::because(format!(
            "the step `{step}` needs {programs}, not installed here: on Debian, `apt-get install {packages}` as root"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_not_installed() {
        assert_eq!(Missing::of("test", |_| true), None);
        assert_eq!(Missing::of("fmt", |_| false), None);
    }

    #[test]
    fn what_is_not_there_is_named_with_its_package() {
        let missing = Missing::of("test", |program| program != "chromedriver").unwrap();
        assert_eq!((missing.programs.as_str(), missing.packages.as_str()), ("chromedriver", "chromium-driver"));
        let told = missing.failure().unwrap_err().to_string();
        assert!(told.contains("`test` needs chromedriver") && told.contains("install chromium-driver`"), "{told}");
    }
}
