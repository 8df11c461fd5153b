//! The compiler's words, as far as somebody who made the mistake reads them.

/// Left out are places, line numbers, whatever points into the library's own source. Of the last, what the
/// compiler notes without pointing is kept.
pub(super) fn trim(words: &str) -> String {
    let mut kept = String::new();
    for message in messages(words) {
        let foreign = message.iter().any(|line| place(line).is_some_and(|place| !place.starts_with("tests/ui/")));
        let mut lines: Vec<&str> = if foreign { notes(&message) } else { message };
        while lines.pop_if(|line| line.trim() == "|").is_some() {}
        for line in lines.into_iter().filter(|line| place(line).is_none()) {
            kept += unnumbered(line).trim_end();
            kept += "\n";
        }
    }
    kept
}

/// Each begins at the margin.
fn messages(words: &str) -> Vec<Vec<&str>> {
    let mut messages: Vec<Vec<&str>> = Vec::new();
    for line in words.lines() {
        let begins = line.starts_with(|first: char| first.is_ascii_alphabetic());
        match messages.last_mut() {
            Some(message) if !begins => message.push(line),
            _ => messages.push(vec![line]),
        }
    }
    messages
}

/// Where the compiler points, if this line says it.
fn place(line: &str) -> Option<&str> {
    let line = line.trim_start();
    line.strip_prefix("--> ").or_else(|| line.strip_prefix("::: "))
}

/// The `= note:` lines, with those that go on with them.
fn notes<'a>(message: &[&'a str]) -> Vec<&'a str> {
    let mut inside = false;
    let mut notes = message.to_vec();
    notes.retain(|line| {
        let line = line.trim_start();
        let begins = line.starts_with("= note: ");
        inside = begins || inside && !line.starts_with(['=', '|']);
        inside
    });
    notes
}

/// The program is shown without its first line, so its numbers would mislead.
fn unnumbered(line: &str) -> String {
    let number = line.trim_start().find(|c: char| !c.is_ascii_digit()).unwrap_or_default();
    let indent = line.len() - line.trim_start().len();
    format!("{}{}", " ".repeat(indent + number), &line[indent + number..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mistake_stays_with_its_labels() {
        let words = "error[E0599]: no b\n --> tests/ui/a.rs:6:28\n  |\n6 |     a.b();\n  |       ^ not here\n  |\n  = note: it is for\n          - `C`\n";
        let expected = "error[E0599]: no b\n  |\n  |     a.b();\n  |       ^ not here\n  |\n  = note: it is for\n          - `C`\n";
        assert_eq!(trim(words), expected);
    }

    #[test]
    fn the_library_s_source_is_left_out() {
        let words = "error: no\nnote: required by a bound\n --> $WORKSPACE/crates/core/src/a.rs\n  |\n  |     pub fn b();\n  |            ^ here\n";
        assert_eq!(trim(words), "error: no\n");
        assert_eq!(trim("error: no\nhelp: see\n --> src/lib.rs\n  |\n ::: $WORKSPACE/a.rs\n"), "error: no\n");
    }

    #[test]
    fn a_note_that_points_nowhere_stays() {
        let words = "note: required\n --> $WORKSPACE/a.rs\n  |\n  | b\n  = help: the others:\n            C\n  = note: it is sealed:\n            to all\n  = help: more\n";
        assert_eq!(trim(words), "  = note: it is sealed:\n            to all\n");
    }

    #[test]
    fn a_proposal_stays_without_the_line_below_it() {
        let words = "help: use `let`\n   |\n10 ~     let _ = a;\n   |\n";
        assert_eq!(trim(words), "help: use `let`\n   |\n   ~     let _ = a;\n");
    }
}
