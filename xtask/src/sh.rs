//! Programs, started so that a person sees what runs.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
};

use crate::{
    failure::{Failure, Outcome},
    say, stopwatch,
};

/// Starts programs in the workspace.
pub(crate) struct Sh {
    root: PathBuf,
}

impl Sh {
    pub(crate) fn in_workspace() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self { root: here.parent().unwrap_or(here).to_owned() }
    }

    /// The top of the checkout.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A path below the top of the checkout.
    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.root.join(below)
    }

    /// Where cargo puts what it builds.
    pub(crate) fn target(&self) -> PathBuf {
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.path("target"), |folder| self.root.join(folder))
    }

    /// The cargo that started us, with arguments parted at spaces.
    pub(crate) fn cargo(&self, arguments: &str) -> Program {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        self.program(&cargo, &format!("cargo {arguments}"), arguments)
    }

    /// The cargo of another toolchain, which rustup knows.
    pub(crate) fn cargo_of(&self, toolchain: &str, arguments: &str) -> Program {
        let arguments = format!("run {toolchain} cargo {arguments}");
        let program = self.program(OsStr::new("rustup"), &format!("rustup {arguments}"), &arguments);
        // Ours is not its.
        program.without("RUSTUP_TOOLCHAIN").without("CARGO")
    }

    pub(crate) fn git(&self, arguments: &str) -> Program {
        self.program(OsStr::new("git"), &format!("git {arguments}"), arguments)
    }

    /// Debian's installer, which asks nobody.
    pub(crate) fn apt_get(&self, arguments: &str) -> Program {
        let program = self.program(OsStr::new("apt-get"), &format!("apt-get {arguments}"), arguments);
        program.env("DEBIAN_FRONTEND", "noninteractive")
    }

    /// May we install something?
    pub(crate) fn is_root(&self) -> bool {
        self.program(OsStr::new("id"), "id -u", "-u").read().is_ok_and(|id| id.trim() == "0")
    }

    /// Is there a program of this name?
    pub(crate) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The program of this name: in the folders of `PATH`, then where Debian puts its servers.
    pub(crate) fn find(&self, name: &str) -> Option<PathBuf> {
        let path = env::var_os("PATH").unwrap_or_default();
        let servers = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let mut servers: Vec<PathBuf> = servers.map(|version| version.path().join("bin")).collect();
        // The newest first, as far as names tell.
        servers.sort();
        servers.reverse();
        servers.push("/usr/sbin".into());
        env::split_paths(&path).chain(servers).map(|folder| folder.join(name)).find(|program| program.is_file())
    }

    /// Any program, with its arguments as they are.
    pub(crate) fn command(&self, name: &str, arguments: &[&str]) -> Program {
        let mut command = Command::new(name);
        command.args(arguments).current_dir(&self.root);
        Program { line: [&[name], arguments].concat().join(" "), command }
    }

    fn program(&self, name: &OsStr, line: &str, arguments: &str) -> Program {
        let mut command = Command::new(name);
        command.args(arguments.split_whitespace()).current_dir(&self.root);
        Program { line: line.to_owned(), command }
    }
}

/// A program about to start.
pub(crate) struct Program {
    line: String,
    command: Command,
}

impl Program {
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.line = format!("{name}={} {}", value.as_ref().display(), self.line);
        self.command.env(name, value);
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    pub(crate) fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Runs it; anything but success is a failure.
    pub(crate) fn run(self) -> Outcome {
        let line = self.line.clone();
        let status = self.status()?;
        if status.success() { Ok(()) } else { Failure::because(format!("`{line}` ended with {status}")) }
    }

    /// Runs it; how it ended is the caller's to judge.
    pub(crate) fn status(mut self) -> Outcome<ExitStatus> {
        say::progress(format!("$ {}", self.line));
        let (status, took) = stopwatch::timed(|| self.command.status());
        say::progress(format!("  {:.1} s", took.as_secs_f64()));
        status.map_err(Failure::of(format!("`{}` did not start", self.line)))
    }

    /// Runs it quietly for what it prints on standard output.
    pub(crate) fn read(mut self) -> Outcome<String> {
        let output = self
            .command
            .stderr(Stdio::inherit())
            .output()
            .map_err(Failure::of(format!("`{}` did not start", self.line)))?;
        if !output.status.success() {
            return Failure::because(format!("`{}` ended with {}", self.line, output.status));
        }
        String::from_utf8(output.stdout).map_err(Failure::of(format!("`{}` printed no UTF-8", self.line)))
    }
}

/// Reads a text file of the workspace.
pub(crate) fn read(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(Failure::of(format!("{} cannot be read", path.display())))
}

/// Writes a text file, its folders included.
pub(crate) fn write(path: &Path, text: &str) -> Outcome {
    let failed = || Failure::of(format!("{} cannot be written", path.display()));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed())?;
    }
    fs::write(path, text).map_err(failed())
}
