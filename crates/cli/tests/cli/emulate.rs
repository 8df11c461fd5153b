//! The emulator as a program.

use std::process::Command;

use crate::rig::{Login, Rig, get};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn it_says_where_it_is_first_and_stops_when_told() {
    for signal in ["INT", "TERM"] {
        let rig = Rig::new().await;
        // Its one line on stdout is told as a login's is.
        let mut emulator = Login::start(rig.command(["emulate", "--port", "0", "--set", "access_lifetime=77"]));
        let url = emulator.url.strip_prefix("READY ").unwrap().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{url}");
        for endpoint in [
            "/oauth2_authorize.html",
            "/v3/token",
            "/vr1/api/v1/oauth/access_token",
            "/vr2/api/v1/oauth/revoke",
            "/_emulator/",
        ] {
            emulator.hear(&format!("{url}{endpoint}"));
        }
        let settings = get(&format!("{url}/_emulator/settings"));
        assert!(settings.body.contains("\"access_lifetime\":77") && settings.body.contains("\"any_client\":true"));
        assert!(settings.body.contains("\"consent\":\"auto\""), "a program started it: {settings:?}");
        emulator.hear("Ctrl-C");
        emulator.signal(signal);
        assert_eq!(emulator.end().code, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn it_knows_one_app_and_misbehaves() {
    let rig = Rig::new().await;
    let secret = rig.write("secret", "s:e c\n");
    let args = ["emulate", "--consent", "deny", "--fault", "html-502@apix1", "--client-id", "one"];
    let mut command = rig.command(args);
    command.args(["--client-secret-file", &secret, "--redirect-uri", "http://127.0.0.1:1/cb"]);
    let emulator = Login::start(command);
    let url = emulator.url.strip_prefix("READY ").unwrap();
    let denied = get(&format!("{url}/oauth2_authorize.html?response_type=code&client_id=one&state=s"));
    assert!(denied.head.contains("location: http://127.0.0.1:1/cb?error=access_denied"), "{denied:?}");
    let stranger = get(&format!("{url}/oauth2_authorize.html?response_type=code&client_id=two&state=s"));
    assert_eq!(stranger.status, 400, "{stranger:?}");
    assert_eq!(get(&format!("{url}/v3/accounts")).status, 502);
    assert_eq!(get(&format!("{url}/v3/accounts")).status, 401);
}

#[test]
fn its_help_has_every_knob() {
    let help = Command::new(env!("CARGO_BIN_EXE_mailgrant")).args(["emulate", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for knob in [
        "refreshed_lifetime",
        "rotation",
        "drop-after-commit",
        "hold the answer",
        "verticalresponse.extras",
        "delegated.revoke",
        "api, authorize, revoke",
    ] {
        assert!(help.contains(knob), "{knob}: {help}");
    }
}
