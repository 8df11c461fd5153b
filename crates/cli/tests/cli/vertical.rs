//! VerticalResponse beside the rig's GetResponse: the same app, at either generation.

use std::process::Command;

use crate::rig::{Done, ID, Login, Rig, SECRET, callback, get};

/// The endpoints of a generation, as options.
pub(crate) fn endpoints(rig: &Rig, generation: u8) -> Vec<String> {
    let at = match generation {
        1 => rig.emulator.verticalresponse(),
        _ => rig.emulator.verticalresponse_delegated(),
    };
    let urls = [("--authorize-url", at.authorize_url), ("--token-url", at.token_url), ("--api-url", at.api_url)];
    let revoke = at.revoke_url.map(|url| ("--revoke-url", url));
    urls.into_iter().chain(revoke).flat_map(|(option, url)| [option.to_owned(), url]).collect()
}

/// A `connect` of the app that the emulator knows.
pub(crate) fn connect(rig: &Rig, generation: u8, args: &[&str]) -> Command {
    let mut command = reconnect(rig, args);
    command.args(endpoints(rig, generation)).args(["--generation", &generation.to_string()]);
    command.args(["--client-id", ID, "--redirect-uri", &rig.redirect]).env("MAILGRANT_CLIENT_SECRET", SECRET);
    command
}

/// A `connect` with nothing but what is remembered.
pub(crate) fn reconnect(rig: &Rig, args: &[&str]) -> Command {
    let mut command = rig.command(["connect", "verticalresponse", "--no-browser"]);
    command.args(args);
    command
}

/// The customer consents, and the browser comes back.
pub(crate) fn finish(command: Command) -> Done {
    let login = Login::start(command);
    assert_eq!(get(&callback(&login.url)).status, 200, "{}", login.url);
    let done = login.end();
    assert_eq!(done.code, 0, "{done:?}");
    done
}

/// The account `main`, connected.
pub(crate) fn connected(rig: &Rig, generation: u8) -> Done {
    finish(connect(rig, generation, &[]))
}

/// What a usage error says, nothing being sent or kept.
pub(crate) fn refused(rig: &Rig, mut command: Command) -> String {
    let done: Done = command.args(["--timeout", "0"]).output().unwrap().into();
    assert_eq!((done.code, &*done.stdout), (2, ""), "{done:?}");
    assert_eq!(rig.token_requests(), 0);
    done.stderr
}
