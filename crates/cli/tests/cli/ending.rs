//! Signals: whoever ends a command loses no renewal.

use std::{process::Stdio, time::Duration};

use mailgrant_emulator::{Fault, Target, Times};

use crate::rig::Rig;

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_renewal_under_way_is_saved_before_the_process_ends() {
    for signal in ["INT", "TERM", "HUP"] {
        let rig = Rig::new().await;
        rig.connected();
        rig.emulator.fault(Fault::Delay(Duration::from_millis(500)), Target::Token, Times::Next(1));
        let mut command = rig.command(["refresh", "main"]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        while rig.emulator.counters().refreshes == 0 {
            tokio::task::yield_now().await;
        }
        let killed = std::process::Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
        assert!(killed.unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{signal}: {output:?}");
        assert!(!rig.token().is_empty(), "{signal}");
        let counters = rig.emulator.counters();
        assert_eq!((counters.refreshes, counters.family_revocations), (1, 0), "{signal}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_lost_key_is_not_replaced_by_a_new_one() {
    let rig = Rig::new().await;
    rig.connected();
    let key = rig.home.path().join("config/mailgrant/sealing-key");
    std::fs::rename(&key, key.with_extension("away")).unwrap();
    let done = rig.run(["token", "main"]);
    assert_eq!(done.code, 5, "{done:?}");
    assert!(done.stderr.contains("sealing-key: the sealing key is missing"), "{done:?}");
    assert!(!key.exists());
    std::fs::rename(key.with_extension("away"), &key).unwrap();
    assert!(!rig.token().is_empty());
}

#[test]
fn what_a_command_line_brings_does_not_move_the_terminal() {
    let done =
        std::process::Command::new(env!("CARGO_BIN_EXE_mailgrant")).arg("tok\u{1b}]0;pwn\u{7}en").output().unwrap();
    assert_eq!(done.status.code(), Some(2));
    assert!(!done.stderr.iter().any(|byte| matches!(byte, 0x1b | 0x07)), "{done:?}");
}
