//! Saying: data on stdout, words on stderr, no control character on a terminal.

use std::io::{self, ErrorKind, IsTerminal, Write};

use crate::exit::{Exit, Stop};

/// Writes data as it is.
pub(crate) fn data(bytes: &[u8]) -> Result<(), Stop> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Stop::unheard()),
        Err(error) => Err(Stop::new(Exit::Failure, format!("stdout cannot be written: {error}"))),
    }
}

/// Writes text, which ends with a line's end then; what a person sees is [`plain`].
pub(crate) fn line(text: &str) -> Result<(), Stop> {
    let text = if stdout_is_terminal() { plain(text) } else { text.to_owned() };
    data(format!("{text}\n").as_bytes())
}

/// Writes words for a person. That nobody reads them is no reason to stop.
pub(crate) fn words(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = writeln!(stderr, "{}", plain(text));
}

/// The text without what could move a terminal's cursor, change its colours or turn its text around.
pub(crate) fn plain(text: &str) -> String {
    text.chars()
        .map(|char| match char {
            '\n' | '\t' => char,
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
            char if char.is_control() => char::REPLACEMENT_CHARACTER,
            char => char,
        })
        .collect()
}

/// The text with what stands before the host in its addresses left out: a name there, and perhaps a password.
pub(crate) fn without_passwords(text: &str) -> String {
    let mut parts = text.split("://");
    let mut said = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|char: char| char.is_whitespace() || char == '\'').unwrap_or(part.len());
        said.push_str("://");
        match part[..end].rfind('@') {
            Some(host) => said.extend(["…", &part[host..]]),
            None => said.push_str(part),
        }
    }
    said
}

/// Whether a person looks at our data.
pub(crate) fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Whether a person can be asked.
pub(crate) fn stdin_is_terminal() -> bool {
    io::stdin().is_terminal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_said_without_its_password() {
        let text = without_passwords("no 'postgres://u:p@a@h/db' here, nor redis://:p@h, but https://h/a and a@b");
        assert_eq!(text, "no 'postgres://…@h/db' here, nor redis://…@h, but https://h/a and a@b");
    }

    #[test]
    fn escapes_do_not_reach_a_terminal() {
        assert_eq!(plain("a\u{1b}[31mb\r\nc\t\u{9b}\u{202e}ä"), "a\u{fffd}[31mb\u{fffd}\nc\t\u{fffd}\u{fffd}ä");
    }
}
