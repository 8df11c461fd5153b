//! An illegal program, as a page shows it.

use crate::failure::{Failure, Outcome};

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Program {
    /// The rule that it breaks, without a full stop.
    pub(super) rule: String,
    /// Without the line of the rule, without the `main` that only the compiler needs.
    pub(super) text: String,
}

pub(super) fn read(name: &str, text: &str) -> Outcome<Program> {
    let Some((rule, rest)) = text.split_once('\n').and_then(|(first, rest)| Some((rule(first)?, rest))) else {
        return Failure::because(format!(
            "{name}.rs does not begin with `//!` and one sentence, the rule that it breaks"
        ));
    };
    let text = rest.trim_end().trim_end_matches("fn main() {}").trim_end();
    Ok(Program { rule: rule.to_owned(), text: text.to_owned() })
}

fn rule(first: &str) -> Option<&str> {
    first.strip_prefix("//! ")?.strip_suffix('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_is_left_out() {
        let program = read("a", "//! A is no b.\nuse a;\n\nfn mistake() {\n    b();\n}\n\nfn main() {}\n").unwrap();
        assert_eq!(program.rule, "A is no b");
        assert_eq!(program.text, "use a;\n\nfn mistake() {\n    b();\n}");
    }

    #[test]
    fn a_program_says_its_rule() {
        for text in ["", "fn main() {}\n", "//! No full stop\nfn main() {}\n", "//! Only a rule."] {
            assert!(read("a", text).is_err(), "{text}");
        }
    }
}
