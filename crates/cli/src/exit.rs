//! Exit codes: how a command ends.

use std::{path::Path, process::ExitCode, time::Duration};

use mailgrant_core::{Error, ErrorKind};

use crate::{provider::ProviderName, say};

/// What `--help` says about them.
pub(crate) const CODES: &str = "\
Exit codes:
  0    it is done
  1    another failure, such as an answer of the API that is no success
  2    usage: the command line is wrong, or names an account that does not exist
  3    the customer must be asked: run `mailgrant connect`, or `mailgrant adopt` with another token
  4    try later: the provider or the store cannot answer now
  5    configuration: id, secret, endpoints, redirect URI, store, key file
  70   a bug of mailgrant's: please report it
  130  interrupted";

/// How a command ends that does not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Failure = 1,
    Usage = 2,
    AskUser = 3,
    TryLater = 4,
    Configuration = 5,
    Bug = 70,
    Interrupted = 130,
}

/// Why a command ends without success, in one sentence that says what to do next.
#[derive(Debug)]
pub(crate) struct Stop {
    exit: Exit,
    /// `None` where nobody listens any more.
    sentence: Option<String>,
    next: Option<String>,
    retry_after: Option<Duration>,
}

impl Stop {
    pub(crate) fn new(exit: Exit, sentence: impl Into<String>) -> Self {
        Self { exit, sentence: Some(sentence.into()), next: None, retry_after: None }
    }

    /// Whoever read our output has gone: there is nobody to tell.
    pub(crate) fn unheard() -> Self {
        Self { exit: Exit::Failure, sentence: None, next: None, retry_after: None }
    }

    /// An error of the account `name`, with the command that sets it right. `provider`: where it is known.
    pub(crate) fn of_account(error: Error, provider: Option<ProviderName>, name: &str) -> Self {
        let mut stop = Self::from(error.clone());
        let connect = connect_command(provider, name);
        stop.next = match (error.kind(), error.code()) {
            (_, "account_mismatch") => Some(format!(
                "run `{connect}` once the browser is logged in to the right one, or name the other one with another --account"
            )),
            (ErrorKind::AskUser, _) => Some(format!("run `{connect}`")),
            (_, "client_misconfigured" | "authorize_refused" | "token_endpoint_redirects") => {
                Some(format!("run `{connect}` with other values"))
            }
            (_, "seal_broken") => Some(format!("run `{connect}` if it cannot be restored")),
            (ErrorKind::TryLater, _) if error.retry_after().is_none() => {
                Some("run the same command again in a moment".to_owned())
            }
            _ => None,
        };
        stop
    }

    /// The same, about a file.
    pub(crate) fn about(mut self, path: &Path) -> Self {
        self.sentence = self.sentence.map(|sentence| format!("{}: {sentence}", path.display()));
        self
    }

    /// The same, with what it came to before why.
    pub(crate) fn coming_to(mut self, what: &str) -> Self {
        self.sentence = self.sentence.map(|sentence| format!("{what}: {sentence}"));
        self
    }

    /// The same, with what to do next.
    pub(crate) fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    /// Says it, on stderr.
    pub(crate) fn say(self) -> ExitCode {
        if let Some(sentence) = self.sentence {
            let mut text = format!("mailgrant: {sentence}");
            if let Some(next) = self.next {
                text.push_str("; ");
                text.push_str(&next);
            }
            if let Some(pause) = self.retry_after {
                text.push_str(&format!("; try again in {} s", pause.as_secs_f64().ceil()));
            }
            say::words(&text);
        }
        self.exit.into()
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        let exit = match (error.code(), error.kind()) {
            ("path_invalid" | "account_key_invalid", _) => Exit::Usage,
            (_, ErrorKind::AskUser) => Exit::AskUser,
            (_, ErrorKind::TryLater) => Exit::TryLater,
            (_, ErrorKind::Configuration) => Exit::Configuration,
            (_, ErrorKind::Bug) => Exit::Bug,
            _ => Exit::Failure,
        };
        let next = (exit == Exit::Bug).then(|| "please report it".to_owned());
        Self { exit, sentence: Some(error.to_string()), next, retry_after: error.retry_after() }
    }
}

/// The command that connects this account, fit for a shell if its provider is known.
pub(crate) fn connect_command(provider: Option<ProviderName>, name: &str) -> String {
    format!("mailgrant connect {} --account {}", provider.map_or("PROVIDER", ProviderName::name), quoted(name))
}

/// The command that gives this account up, fit for a shell.
pub(crate) fn disconnect_command(name: &str) -> String {
    format!("mailgrant disconnect {}", quoted(name))
}

/// The command that gives this account another token, fit for a shell.
pub(crate) fn adopt_command(name: &str) -> String {
    format!("mailgrant adopt {}", quoted(name))
}

pub(crate) fn quoted(name: &str) -> String {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.@+:/".contains(&byte));
    if plain { name.to_owned() } else { format!("'{}'", name.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_its_code() {
        for (kind, code, expected) in [
            (ErrorKind::AskUser, "grant_refused", Exit::AskUser),
            (ErrorKind::TryLater, "busy", Exit::TryLater),
            (ErrorKind::Configuration, "client_unknown", Exit::Configuration),
            (ErrorKind::Configuration, "path_invalid", Exit::Usage),
            (ErrorKind::Bug, "secret_missing", Exit::Bug),
        ] {
            assert_eq!(Stop::from(Error::new(kind, code, "x")).exit, expected, "{code}");
        }
    }

    #[test]
    fn a_name_with_a_space_is_quoted() {
        assert_eq!(
            connect_command(Some(ProviderName::Verticalresponse), "main"),
            "mailgrant connect verticalresponse --account main"
        );
        assert!(adopt_command("it's me").ends_with(r" 'it'\''s me'"));
        assert!(connect_command(None, "it's me").ends_with(r"--account 'it'\''s me'"));
    }
}
