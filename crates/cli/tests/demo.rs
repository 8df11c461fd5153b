//! `mailgrant demo`: exits 0 when every promise is kept, names the broken one when the emulator misbehaves.

use std::process::{Command, Output};

use mailgrant_emulator::{Fault, Target};

const STEPS: [&str; 13] = [
    "begin",
    "consent",
    "callback",
    "exchange",
    "sealed save",
    "API call",
    "expiry",
    "refresh",
    "rejection",
    "refusal",
    "consent again",
    "disconnect",
    "events",
];

#[test]
fn the_whole_story_is_played() {
    let played = demo(&[]);
    let (told, complaints) = (stdout(&played), stderr(&played));
    assert_eq!(played.status.code(), Some(0), "{told}{complaints}");
    assert_eq!(complaints, "");
    let (story, summary) = told.split_once("what was promised").unwrap();
    for (index, step) in STEPS.iter().enumerate() {
        let begins = format!("{:2}  {step} ", index + 1);
        assert!(story.contains(&begins), "the story does not tell of `{step}`");
        let row = summary.lines().find(|line| line.starts_with(&begins)).unwrap();
        assert!(row.ends_with(" ok"), "{row}");
    }
    for change in ["Unauthorized -> CodeReceived", "CodeReceived -> Authorized", "Authorized -> Expired"] {
        assert!(story.contains(change), "{change}");
    }
}

#[test]
fn every_fault_breaks_a_promise_that_is_named() {
    for fault in Fault::ALL {
        let name = spelled(*fault);
        let broken = broken(&name);
        let step = match fault {
            Fault::WrongState => "step 3, callback",
            Fault::ExpiredAccepted => "step 7, expiry",
            Fault::NoRotation | Fault::RefreshRefused => "step 8, refresh",
            _ => "step 4, exchange",
        };
        assert!(broken.contains(step), "{name}: {broken}");
    }
}

#[test]
fn accidents_are_noticed_wherever_they_happen() {
    for target in [Target::Api, Target::Authorize] {
        for fault in Fault::ALL.iter().filter(|fault| fault.strikes(Target::Token) && fault.strikes(target)) {
            // A redirect has no body that could be slow.
            if (*fault, target) != (Fault::SlowBody, Target::Authorize) {
                broken(&format!("{}@{target}", spelled(*fault)));
            }
        }
    }
}

#[test]
fn a_fault_that_is_none_is_a_usage_error() {
    for (wrong, told) in
        [("html-503", "html-502-after-commit"), ("html-502@moon", "authorize"), ("wrong-state@api", "wrong-state")]
    {
        let played = demo(&["--fault", wrong]);
        assert_eq!(played.status.code(), Some(2), "{wrong}");
        assert!(stderr(&played).contains(told), "{wrong}");
        assert_eq!(stdout(&played), "", "{wrong}");
    }
}

/// What the demo says on stderr when the emulator misbehaves like this.
fn broken(fault: &str) -> String {
    let played = demo(&["--fault", fault]);
    let (told, complaints) = (stdout(&played), stderr(&played));
    assert_eq!(played.status.code(), Some(1), "{fault}: {told}{complaints}");
    assert!(complaints.starts_with("mailgrant: broken promise in step "), "{fault}: {complaints}");
    assert!(told.lines().any(|line| line.ends_with(" BROKEN")), "{fault}: {told}");
    complaints
}

/// A delay that is no longer than it has to be.
fn spelled(fault: Fault) -> String {
    match fault {
        Fault::Delay(_) => "delay:4".to_owned(),
        fault => fault.to_string(),
    }
}

fn demo(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailgrant"));
    let played = command.args(["demo", "--headless"]).args(arguments).output().expect("the binary can be run");
    // Tokens, codes, states, client secrets: each is 40 characters or more without a space.
    let said = stdout(&played) + &stderr(&played);
    let secret = said.split(|char: char| !char.is_ascii_alphanumeric() && !"-_".contains(char)).find(|w| w.len() >= 40);
    assert_eq!(secret, None, "{arguments:?}");
    played
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
