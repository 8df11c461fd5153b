//! The knobs of the emulator, as its help tells them.

use clap::Command;
use mailgrant_emulator::{Fault, Settings};

/// The settings in the emulator's own order, with what they do.
const SETTINGS: [(&str, &str); 20] = [
    ("access_lifetime", "life of an access token from a code, in seconds"),
    ("refreshed_lifetime", "life of one from a refresh; null: the same"),
    ("client_credentials_lifetime", "life of one from client credentials"),
    ("code_lifetime", "life of an authorization code"),
    ("refresh_lifetime", "life of a refresh token; null: without end"),
    ("rotation", "what a refresh answers as refresh token: strict (a new one), same, none"),
    ("errors", "refusals at the token endpoint: rfc6749, envelope"),
    ("envelope_status", "HTTP status of an envelope there that refuses an app or a grant"),
    ("consent", "the consent page: ask, auto, deny"),
    ("redirect_uri", "a redirect URI that is sent: optional, ignored, refused"),
    ("pkce", "a proof key that is sent: ignored, honoured, refused"),
    ("state_returned", "whether the callback carries the state"),
    ("implicit_order", "the implicit grant's fragment: documented, bshaffer"),
    ("implicit_errors_in_fragment", "whether the implicit grant sends errors in the fragment, not the query"),
    ("scope_accepted", "whether a scope may be asked for"),
    ("uuid_present", "whether an envelope has its uuid"),
    ("context_as_list", "whether an envelope's empty context is a list"),
    ("www_authenticate", "whether the API's 401 has WWW-Authenticate"),
    ("account", "address of the account that consents; null: a new one each time"),
    ("any_client", "accept every client id, sent back to loopback only"),
];

/// The command, with its knobs in the help.
pub(crate) fn with_knobs(command: Command) -> Command {
    command.after_help(help())
}

fn help() -> String {
    let defaults = serde_json::to_value(Settings::default()).unwrap_or_default();
    let mut help = "Settings (--set NAME=VALUE):\n".to_owned();
    for (name, summary) in SETTINGS {
        let default = defaults[name].to_string();
        help.push_str(&format!("  {name:<28}{summary} [{}]\n", default.trim_matches('"')));
    }
    help.push_str("\nFaults (--fault NAME[@TARGET][xN], TARGET: token, api, authorize):\n");
    for fault in Fault::ALL {
        help.push_str(&format!("  {:<28}{}\n", fault.name(), fault.summary()));
    }
    help
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_setting_is_left_out() {
        let json = serde_json::to_value(Settings::default()).unwrap();
        let mut known: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
        let mut described: Vec<_> = SETTINGS.map(|(name, _)| name).to_vec();
        known.sort_unstable();
        described.sort_unstable();
        assert_eq!(described, known);
    }

    #[test]
    fn no_fault_is_left_out() {
        let help = help();
        assert!(Fault::ALL.iter().all(|fault| help.contains(fault.name()) && help.contains(fault.summary())));
    }
}
