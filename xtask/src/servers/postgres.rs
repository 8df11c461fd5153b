//! PostgreSQL: a cluster, with a script that starts or stops it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::account::Account;
use crate::{
    failure::{Failure, Outcome},
    sh::Sh,
};

const SETTINGS: &str = "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=400";
/// Nothing of it outlives the machine's next start, so nothing has to reach a disk.
const FORGETFUL: &str = "-c fsync=off -c full_page_writes=off";

/// An empty cluster, for servers to be made of.
pub(super) fn make(sh: &Sh, account: &Account, folder: &Path) -> Outcome<PathBuf> {
    let data = folder.join("data");
    account.folder(&data)?;
    let mut command = account.command(&found(sh, "initdb")?, folder);
    command.args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions", "-D"]);
    run(command.arg(&data), "initdb")?;
    Ok(data)
}

/// Another one that is the same.
pub(super) fn copy(account: &Account, data: &Path, name: &str) -> Outcome<PathBuf> {
    let copy = data.with_file_name(name);
    account.folder(&copy)?;
    let mut command = account.command(Path::new("cp"), Path::new("/"));
    run(command.arg("-a").arg(data.join(".")).arg(&copy), "cp")?;
    Ok(copy)
}

/// A server, stopped at once when dropped.
pub(super) struct Server {
    pub(super) address: String,
    /// It takes `start`, `stop` or `restart`; a stop is as sudden as one by a failing machine.
    pub(super) control: PathBuf,
}

impl Server {
    /// `durable`: what it answered for has reached the disk, as in a fleet.
    pub(super) fn start(sh: &Sh, account: &Account, data: &Path, port: u16, durable: bool) -> Outcome<Self> {
        let control = data.with_extension("control");
        let speed = if durable { "" } else { FORGETFUL };
        let (before, program, data) = (account.line(), found(sh, "pg_ctl")?, data.display());
        let script = format!(
            "#!/bin/sh\ncd / && exec {before} '{}' -D '{data}' -l '{data}/log' -m immediate -w -t 30 -s \
             -o '-p {port} {SETTINGS} {speed}' \"$1\"\n",
            program.display()
        );
        let unwritable = || Failure::of(format!("{} cannot be written", control.display()));
        fs::write(&control, script).map_err(unwritable())?;
        #[cfg(unix)]
        fs::set_permissions(&control, std::os::unix::fs::PermissionsExt::from_mode(0o755)).map_err(unwritable())?;
        let server = Self { address: format!("postgres://postgres@127.0.0.1:{port}/postgres"), control };
        server.control("start").map(|()| server)
    }

    fn control(&self, what: &str) -> Outcome {
        run(Command::new(&self.control).arg(what), "pg_ctl")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A test may have stopped it, and then there is nothing to do.
        let _ = self.control("stop");
    }
}

pub(super) fn found(sh: &Sh, program: &str) -> Outcome<PathBuf> {
    sh.find(program).map_or_else(|| Failure::because(format!("{program} is not installed")), Ok)
}

/// Runs it quietly; what it says is for a failure.
fn run(command: &mut Command, name: &str) -> Outcome {
    // Into files and not pipes: what it starts in the background would hold a pipe open.
    let output = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let status = output.map_err(Failure::of(format!("{name} did not start")))?;
    if status.success() { Ok(()) } else { Failure::because(format!("{name} ended with {status}")) }
}
