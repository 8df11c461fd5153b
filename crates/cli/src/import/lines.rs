//! JSON lines: an object in each, of one account.

use std::{
    fmt, fs,
    io::{self, BufRead, BufReader, Cursor, Read},
    path::Path,
};

use mailgrant_core::{
    SecretBytes,
    secrecy::{ExposeSecret, SecretString},
};
use serde::{
    Deserialize,
    de::{Deserializer, MapAccess, Visitor},
};
use serde_json::Value;

use super::{
    fields::{Field, Fields},
    flaw::Flaw,
};
use crate::exit::{Exit, Stop};

/// No account needs more.
const LONGEST: u64 = 1024 * 1024;

/// Lines, as they come.
pub(super) struct Lines {
    /// `None` while a line is waited for.
    reader: Option<Box<dyn BufRead + Send>>,
    number: usize,
}

impl Lines {
    /// Of a file, or of stdin if it is `-`.
    pub(super) fn open(path: &Path) -> Result<Self, Stop> {
        if path.as_os_str() == "-" {
            return Ok(Self::of(BufReader::new(io::stdin())));
        }
        let file = fs::File::open(path).map_err(|error| unreadable(&error).about(path))?;
        Ok(Self::of(BufReader::new(file)))
    }

    #[expect(clippy::disallowed_methods, reason = "door: what was opened, to be read line by line")]
    pub(super) fn opened(bytes: &SecretBytes) -> Self {
        Self::of(Cursor::new(bytes.expose_secret().clone()))
    }

    fn of(reader: impl BufRead + Send + 'static) -> Self {
        Self { reader: Some(Box::new(reader)), number: 0 }
    }

    /// The next line that is not empty, with its number. It may be waited for as long as its writer likes.
    pub(super) async fn next(&mut self) -> Result<Option<(usize, Result<Fields, Flaw>)>, Stop> {
        loop {
            let Some(mut reader) = self.reader.take() else { return Ok(None) };
            let read = tokio::task::spawn_blocking(move || {
                let mut line = Vec::with_capacity(16 * 1024);
                let read = (&mut reader).take(LONGEST).read_until(b'\n', &mut line);
                (reader, read.map(|_| line))
            });
            let Ok((reader, line)) = read.await else {
                return Err(Stop::new(Exit::Bug, "reading a line ended without an answer"));
            };
            self.reader = Some(reader);
            let line = line.map_err(|error| unreadable(&error))?;
            if line.is_empty() {
                return Ok(None);
            }
            self.number += 1;
            if line.len() as u64 == LONGEST && !line.ends_with(b"\n") {
                return Err(Stop::new(
                    Exit::Usage,
                    format!("line {} is longer than any account: this is no file of JSON lines", self.number),
                ));
            }
            if !line.trim_ascii().is_empty() {
                return Ok(Some((self.number, parse(&line))));
            }
        }
    }
}

/// What is wrong with a line is said without a word of it.
fn parse(line: &[u8]) -> Result<Fields, Flaw> {
    match serde_json::from_slice::<Object>(line) {
        Ok(Object(fields)) => fields,
        Err(error) if error.is_data() => Err(Flaw::new("line_unreadable", "it is no JSON object")),
        Err(error) => {
            Err(Flaw::new("line_unreadable", format!("it is no JSON object: look at its column {}", error.column())))
        }
    }
}

struct Object(Result<Fields, Flaw>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Object;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Object, A::Error> {
        let (mut fields, mut seen, mut flaw) = (Fields::default(), Vec::new(), None);
        // All of it is read: what comes behind a flaw could be no JSON.
        while let Some((name, value)) = members.next_entry::<String, Value>()? {
            let read = member(&name, value, &mut seen);
            match read {
                Ok((field, value)) => fields.set(field, value),
                Err(found) => flaw = flaw.or(Some(found)),
            }
        }
        Ok(Object(flaw.map_or(Ok(fields), Err)))
    }
}

fn member(name: &str, value: Value, seen: &mut Vec<Field>) -> Result<(Field, Option<SecretString>), Flaw> {
    let Some(field) = Field::named(name) else { return Err(unknown(name)) };
    if seen.contains(&field) {
        return Err(Flaw::new("field_twice", format!("it has the field `{}` twice", field.name())));
    }
    seen.push(field);
    match value {
        Value::Null => Ok((field, None)),
        Value::String(text) => Ok((field, Some(text.into()))),
        Value::Number(number) if matches!(field, Field::ExpiresAt | Field::ExpiresIn | Field::ObtainedAt) => {
            Ok((field, Some(number.to_string().into())))
        }
        _ => Err(Flaw::new("field_unreadable", format!("its field `{}` is no text", field.name()))),
    }
}

/// The name is said if it looks like one: who knows what stands there.
fn unknown(name: &str) -> Flaw {
    let is_name = name.len() <= 24 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let named = if is_name { format!(" `{name}`") } else { String::new() };
    let known: Vec<_> = Field::ALL.iter().map(|field| field.name()).collect();
    Flaw::new("field_unknown", format!("it has a field{named} that is none of {}", known.join(", ")))
}

fn unreadable(error: &io::Error) -> Stop {
    Stop::new(Exit::Configuration, format!("the accounts cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(line: &str) -> &'static str {
        let flaw = parse(line.as_bytes()).unwrap_err();
        assert!(!flaw.why.contains("hush"), "{flaw:?}");
        flaw.code
    }

    #[test]
    fn a_line_is_an_account() {
        let line = r#"{"account":"a","access_token":null,"refresh_token":"r","expires_at":60,"obtained_at":"40.5"}"#;
        let fields = parse(line.as_bytes()).unwrap();
        let texts =
            [Field::Account, Field::RefreshToken, Field::ExpiresAt, Field::ObtainedAt].map(|field| fields.text(field));
        assert_eq!(texts, [Some("a"), Some("r"), Some("60"), Some("40.5")]);
        assert!(!fields.has(Field::AccessToken) && !fields.has(Field::Scope));
    }

    #[test]
    fn a_bad_line_is_not_quoted() {
        for line in ["", "hush", r#""hush""#, r#"["hush"]"#, "7", r#"{"account":"hush""#, r#"{"account" "hush"}"#] {
            assert_eq!(code(line), "line_unreadable", "{line}");
        }
        assert_eq!(code("{\"account\":\"a\"} hush"), "line_unreadable");
        assert_eq!(code("{\"account\":\"\u{1}\"}"), "line_unreadable");
        assert_eq!(code(r#"{"account":"a","HUSH":"hush"}"#), "field_unknown");
        assert_eq!(code(r#"{"account":"hush","account":"hush"}"#), "field_twice");
        for value in ["true", "{}", r#"["hush"]"#, "7"] {
            assert_eq!(code(&format!(r#"{{"access_token":{value}}}"#)), "field_unreadable");
        }
        let unknown = parse(br#"{"token":"hush"}"#).unwrap_err();
        assert!(unknown.why.contains("`token`") && unknown.why.contains("refresh_token"), "{unknown:?}");
        let odd = parse(br#"{"eyJhbGciOiJub25lIn0":1}"#).unwrap_err();
        assert!(!odd.why.contains("eyJ"), "{odd:?}");
    }

    #[tokio::test]
    async fn lines_are_counted_as_an_editor_does() {
        let mut lines = Lines::of(Cursor::new(b"\n{\"account\":\"a\"}\r\n \nx\n{\"account\":\"b\"}".to_vec()));
        let mut read = Vec::new();
        while let Some((number, fields)) = lines.next().await.unwrap() {
            read.push((number, fields.ok().and_then(|fields| fields.text(Field::Account).map(str::to_owned))));
        }
        assert_eq!(read, [(2, Some("a".to_owned())), (4, None), (5, Some("b".to_owned()))]);
    }
}
