//! `mailgrant demo`: exits 0 when every promise is kept, names the broken one when the emulator misbehaves.

use std::{
    process::{Command, Output},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use mailgrant_emulator::{Fault, Target};

const STEPS: [&str; 33] = [
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
    "form body",
    "obtained again",
    "JSON body",
    "obtained again",
    "fragment",
    "no renewal",
    "adopted",
    "adopted again",
    "X-Domain",
    "apart",
    "consent",
    "GET exchange",
    "no end",
    "revoked",
    "wrong account",
    "reauthorized",
    "POST exchange",
    "rotation",
    "given back",
    "one store",
];

const CHAPTERS: [&str; 9] = [
    "GetResponse: authorization code",
    "GetResponse: client credentials (form)",
    "GetResponse: client credentials (JSON)",
    "GetResponse: implicit",
    "GetResponse: adopted token",
    "GetResponse MAX: authorization code",
    "VerticalResponse 1: authorization code",
    "VerticalResponse 2: authorization code",
    "All of them in one manager, one store",
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
    for part in [story, summary] {
        let titles: Vec<_> = part.lines().filter(|line| CHAPTERS.contains(line)).collect();
        assert_eq!(titles, CHAPTERS);
    }
    for change in [
        "Unauthorized -> CodeReceived",
        "CodeReceived -> Authorized",
        "Authorized -> Expired",
        "Expired -> Authorized",
        "Authorized -> Unauthorized",
    ] {
        assert!(story.contains(change), "{change}");
    }
}

#[test]
fn every_fault_breaks_a_promise_that_is_named() {
    at_once(Fault::ALL, |fault| {
        let name = spelled(*fault);
        let broken = broken(std::slice::from_ref(&name));
        let step = match fault {
            Fault::WrongState => "step 3, callback",
            Fault::ExpiredAccepted => "step 7, expiry",
            Fault::NoRotation | Fault::RefreshRefused => "step 8, refresh",
            _ => "step 4, exchange",
        };
        assert!(broken.contains(step), "{name}: {broken}");
    });
}

#[test]
fn accidents_are_noticed_wherever_they_happen() {
    let mut accidents = Vec::new();
    for target in [Target::Api, Target::Authorize, Target::Revoke] {
        let faults = Fault::ALL.iter().filter(|fault| fault.strikes(Target::Token) && fault.strikes(target));
        accidents.extend(faults.filter(|fault| !is_harmless(**fault, target)).map(|fault| (*fault, target)));
    }
    at_once(&accidents, |(fault, target)| drop(broken(&[format!("{}@{target}", spelled(*fault))])));
}

/// One accident in each chapter behind the first, of which none stops another chapter.
#[test]
fn accidents_are_noticed_in_every_chapter() {
    const PLACES: [(Target, &[usize]); 6] = [
        (Target::Token, &[14, 16, 20, 22, 25, 30]),
        (Target::Token, &[15, 17, 21, 23, 28, 31]),
        (Target::Token, &[29, 32]),
        (Target::Api, &[14, 16, 18, 20, 22, 25, 30]),
        (Target::Api, &[15, 17, 19, 21, 26, 31]),
        (Target::Authorize, &[18, 22, 24, 30]),
    ];
    let mut accidents = Vec::new();
    for (target, steps) in PLACES {
        let faults = Fault::ALL.iter().filter(|fault| fault.strikes(Target::Revoke) && fault.strikes(target));
        accidents.extend(faults.filter(|fault| !is_harmless(**fault, target)).map(|fault| (*fault, target, steps)));
    }
    at_once(&accidents, |(fault, target, steps)| {
        let last = steps.len() - 1;
        let steps = if is_slow(*fault) { &steps[last..] } else { steps };
        let faults: Vec<_> = steps.iter().map(|step| format!("{}@{target}@{step}", spelled(*fault))).collect();
        let broken = broken(&faults);
        for step in steps {
            assert!(broken.contains(&format!("step {step}, ")), "{fault}@{target}, step {step}: {broken}");
        }
    });
}

#[test]
fn broken_promises_are_noticed_in_every_chapter() {
    const PROMISES: [(Fault, Target, &[usize]); 6] = [
        (Fault::NoRotation, Target::Token, &[31]),
        (Fault::RefreshRefused, Target::Token, &[31]),
        (Fault::CodeAcceptedTwice, Target::Token, &[30]),
        (Fault::TokenTypeMac, Target::Token, &[14, 16, 20, 22, 25, 30]),
        (Fault::WrongState, Target::Authorize, &[18, 22, 25, 30]),
        (Fault::ExpiredAccepted, Target::Api, &[15, 17, 19, 21, 31]),
    ];
    at_once(&PROMISES, |(fault, target, steps)| {
        let broken = broken(&[format!("{fault}@{target}@14")]);
        for step in *steps {
            assert!(broken.contains(&format!("step {step}, ")), "{fault}, step {step}: {broken}");
        }
    });
}

#[test]
fn a_fault_that_is_none_is_a_usage_error() {
    for (wrong, told) in [
        ("html-503", "html-502-after-commit"),
        ("html-502@moon", "authorize"),
        ("wrong-state@api", "wrong-state"),
        ("html-502@api@34", "1 to 33"),
    ] {
        let played = demo(&["--fault", wrong]);
        assert_eq!(played.status.code(), Some(2), "{wrong}");
        assert!(stderr(&played).contains(told), "{wrong}");
        assert_eq!(stdout(&played), "", "{wrong}");
    }
}

/// A redirect has no body that could be slow. A revocation is done by its status, whatever body comes with it.
fn is_harmless(fault: Fault, target: Target) -> bool {
    matches!((fault, target), (Fault::SlowBody, Target::Authorize) | (Fault::Empty200, Target::Revoke))
}

fn is_slow(fault: Fault) -> bool {
    matches!(fault, Fault::Delay(_) | Fault::SlowBody)
}

/// Four at a time: whoever waits for a slow answer leaves the machine to the others.
fn at_once<T: Sync>(cases: &[T], check: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    check(case);
                }
            });
        }
    });
}

/// What the demo says on stderr when the emulator misbehaves like this.
fn broken(faults: &[String]) -> String {
    let arguments: Vec<_> = faults.iter().flat_map(|fault| ["--fault", fault]).collect();
    let played = demo(&arguments);
    let (told, complaints) = (stdout(&played), stderr(&played));
    assert_eq!(played.status.code(), Some(1), "{faults:?}: {told}{complaints}");
    assert!(complaints.starts_with("mailgrant: broken promise in step "), "{faults:?}: {complaints}");
    assert!(told.lines().any(|line| line.ends_with(" BROKEN")), "{faults:?}: {told}");
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
