//! As whom a server runs: neither PostgreSQL nor PgBouncer runs as root.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use crate::{
    failure::{Failure, Outcome},
    sh::Sh,
};

/// The user that Debian's package makes.
const USER: &str = "postgres";

pub(super) struct Account {
    /// What stands before a command to run it as that user; nothing where we are somebody else than root.
    before: &'static [&'static str],
    ids: Option<(u32, u32)>,
}

impl Account {
    pub(super) fn of(sh: &Sh) -> Outcome<Self> {
        if !sh.is_root() {
            return Ok(Self { before: &[], ids: None });
        }
        let id = |which| -> Outcome<u32> {
            let id = sh.command("id", &[which, USER]).read()?;
            id.trim().parse().map_err(Failure::of(format!("`{id}` is no number of a user")))
        };
        let before = &["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"];
        Ok(Self { before, ids: Some((id("-u")?, id("-g")?)) })
    }

    /// A folder that is this user's alone.
    pub(super) fn folder(&self, path: &Path) -> Outcome {
        std::fs::create_dir(path).map_err(Failure::of(format!("{} cannot be made", path.display())))?;
        #[cfg(unix)]
        if let Some((user, group)) = self.ids {
            std::os::unix::fs::chown(path, Some(user), Some(group))
                .map_err(Failure::of(format!("{} cannot be given away", path.display())))?;
        }
        Ok(())
    }

    /// The program as this user would run it, from a folder that it may enter.
    pub(super) fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = match self.before.split_first() {
            None => Command::new(program),
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(program);
                command
            }
        };
        command.current_dir(folder).stdin(Stdio::null());
        command
    }

    /// The same as words of a shell.
    pub(super) fn line(&self) -> String {
        self.before.join(" ")
    }
}
