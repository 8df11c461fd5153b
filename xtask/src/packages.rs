//! What a step needs installed, as Debian's packages.

use std::{fs, path::Path};

use crate::{
    failure::{Failure, Outcome},
    say, servers,
    sh::Sh,
};

/// Every program that a step starts, or its tests do, beside the toolchain's.
pub(crate) const NEEDS: &[Need] = &[
    Need { step: "test", program: "chromium", package: "chromium" },
    Need { step: "test", program: "chromedriver", package: "chromium-driver" },
    Need { step: servers::STEP, program: "initdb", package: "postgresql" },
    Need { step: servers::STEP, program: "pg_ctl", package: "postgresql" },
    Need { step: servers::STEP, program: "pgbouncer", package: "pgbouncer" },
    Need { step: servers::STEP, program: "redis-server", package: "redis-server" },
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
    let _quiet = NoServices::while_installing()?;
    sh.apt_get("update -qq").run()?;
    sh.apt_get(&install).run()?;
    Missing::of(step, |program| sh.has(program)).map_or(Ok(()), |missing| missing.failure())
}

/// Debian asks this program whether a service may be started, and a step starts its own.
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// While it lives, an installation starts no service. A machine that has a policy keeps it.
struct NoServices {
    ours: bool,
}

impl NoServices {
    fn while_installing() -> Outcome<Self> {
        let ours = !Path::new(POLICY).exists();
        if ours {
            let unwritable = || Failure::of(format!("{POLICY} cannot be written"));
            fs::write(POLICY, "#!/bin/sh\nexit 101\n").map_err(unwritable())?;
            #[cfg(unix)]
            fs::set_permissions(POLICY, std::os::unix::fs::PermissionsExt::from_mode(0o755)).map_err(unwritable())?;
        }
        Ok(Self { ours })
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        if self.ours {
            // If it stays, services have to be started by hand: worth knowing, but no reason to fail.
            if let Err(error) = fs::remove_file(POLICY) {
                say::progress(format!("{POLICY} cannot be removed: {error}"));
            }
        }
    }
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
