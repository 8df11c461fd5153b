//! The knobs of the emulator, as its help tells them.

mod settings;

use clap::Command;
use mailgrant_emulator::{Fault, Settings, Target};
use serde_json::Value;

use self::settings::SECTIONS;

/// The longest line that help shows as it is.
const LINE: usize = 99;

/// The command, with its knobs in the help.
pub(crate) fn with_knobs(command: Command) -> Command {
    command.after_help(help())
}

fn help() -> String {
    let defaults = serde_json::to_value(Settings::default()).unwrap_or_default();
    let mut help = String::new();
    for section in &SECTIONS {
        help.push_str(&format!("{} (--set NAME=VALUE):\n", section.title));
        let longest = section.settings.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        let width = section.prefix.len() + longest + 2;
        for (name, summary) in section.settings {
            let default = defaults.pointer(&pointer(section.prefix, name)).map_or_else(String::new, Value::to_string);
            let text = format!("{summary} [{}]", default.trim_matches('"'));
            help.push_str(&entry(&format!("{}{name}", section.prefix), width, &text));
        }
        help.push('\n');
    }
    let targets: Vec<_> = Target::ALL.iter().map(ToString::to_string).collect();
    help.push_str(&format!("Faults (--fault NAME[@TARGET][xN], TARGET: {}):\n", targets.join(", ")));
    for fault in Fault::ALL {
        help.push_str(&entry(fault.name(), 24, fault.summary()));
    }
    help
}

/// A name with what it does beside it, which stays in its column.
fn entry(name: &str, width: usize, text: &str) -> String {
    let (mut entry, mut line) = (String::new(), format!("  {name:<width$}"));
    for word in text.split(' ') {
        if line.len() + word.len() > LINE {
            entry.push_str(&format!("{}\n", line.trim_end()));
            line = " ".repeat(width + 2);
        }
        line.push_str(&format!("{word} "));
    }
    format!("{entry}{}\n", line.trim_end())
}

/// Where the setting is among those of an emulator, written as JSON.
fn pointer(prefix: &str, name: &str) -> String {
    format!("/{}{name}", prefix.replace('.', "/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_setting_is_left_out() {
        fn names(prefix: &str, value: &Value, into: &mut Vec<String>) {
            for (name, value) in value.as_object().unwrap() {
                match value {
                    Value::Object(_) => names(&format!("{prefix}{name}."), value, into),
                    _ => into.push(format!("{prefix}{name}")),
                }
            }
        }
        let mut known = Vec::new();
        names("", &serde_json::to_value(Settings::default()).unwrap(), &mut known);
        let own = |section: &settings::Section| {
            section.settings.iter().map(|(name, _)| format!("{}{name}", section.prefix)).collect::<Vec<_>>()
        };
        let mut described: Vec<_> = SECTIONS.iter().flat_map(own).collect();
        known.sort_unstable();
        described.sort_unstable();
        assert_eq!(described, known);
    }

    #[test]
    fn every_setting_has_its_default_beside_it() {
        let help = help();
        assert!(help.lines().all(|line| line.len() <= LINE), "{help}");
        for (name, default) in [
            ("access_lifetime", "3600"),
            ("refreshed_lifetime", "null"),
            ("verticalresponse.redirect_uri", "none"),
            ("verticalresponse.exchange_status", "400"),
            ("delegated.rotation", "lenient"),
        ] {
            let (_, entry) = help.split_once(&format!("\n  {name} ")).unwrap();
            let shown = entry.split(['[', ']']).nth(1);
            assert_eq!(shown, Some(default), "{name}");
        }
        assert!(!help.contains("[]"), "{help}");
    }

    #[test]
    fn no_fault_is_left_out() {
        let help = help();
        assert!(Fault::ALL.iter().all(|fault| help.contains(fault.name()) && help.contains(fault.summary())));
        assert!(Target::ALL.iter().all(|target| help.contains(&target.to_string())));
    }
}
