//! What is said of a table on the command line.

use std::str::FromStr;

use super::super::fields::Field;
use crate::exit::{Exit, Stop};

/// As long as any database has them.
const LONGEST: usize = 128;

/// Which column a field is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ColumnOf {
    pub(super) field: Field,
    pub(super) column: String,
}

/// How an account is taken from the old code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HandOver {
    /// Its refresh token is.
    Erase,
    /// A boolean column says so.
    Mark(String),
}

impl FromStr for ColumnOf {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = || {
            // What an export says of its accounts, no table does.
            let fields = Field::ALL.iter().filter(|field| !matches!(field, Field::ClientId | Field::Environment));
            fields.map(|field| field.name()).collect::<Vec<_>>().join(", ")
        };
        let (field, column) = text.split_once('=').ok_or_else(|| "it is FIELD=COLUMN".to_owned())?;
        let field = Field::named(field).filter(|field| names().split(", ").any(|name| name == field.name()));
        let field = field.ok_or_else(|| format!("a field is one of {}", names()))?;
        Ok(Self { field, column: name(column)? })
    }
}

impl FromStr for HandOver {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "erase" => Ok(Self::Erase),
            Some(("mark", column)) => name(column).map(Self::Mark),
            _ => Err("it is `erase` or `mark:COLUMN`".to_owned()),
        }
    }
}

/// The parts of a table's name: of its schema, if that is named, then its own.
pub(super) fn table(text: &str) -> Result<Vec<String>, Stop> {
    let parts: Result<Vec<_>, _> = text.split('.').map(name).collect();
    parts
        .ok()
        .filter(|parts| parts.len() <= 2)
        .ok_or_else(|| Stop::new(Exit::Usage, "--table: a table is NAME or SCHEMA.NAME, as the database spells them"))
}

/// A name that can be quoted.
fn name(text: &str) -> Result<String, String> {
    let is_name = (1..=LONGEST).contains(&text.len()) && !text.chars().any(|char| char.is_control() || char == '"');
    if is_name { Ok(text.to_owned()) } else { Err("that is no name of a column".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names() {
        let read = |text: &str| text.parse::<ColumnOf>();
        let good = read("refresh_token=Refresh Token").unwrap();
        assert_eq!((good.field, &*good.column), (Field::RefreshToken, "Refresh Token"));
        for bad in
            ["refresh_token", "token=t", "refresh_token=", "refresh_token=a\"b", "refresh_token=a\0", "client_id=c"]
        {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert_eq!("mark:moved".parse(), Ok(HandOver::Mark("moved".to_owned())));
        assert_eq!("erase".parse(), Ok(HandOver::Erase));
        for bad in ["", "mark", "mark:", "erase:x", "mark:a\"b"] {
            assert!(bad.parse::<HandOver>().is_err(), "{bad}");
        }
        assert_eq!(table("app.accounts").unwrap(), ["app", "accounts"]);
        assert!(table("a.b.c").is_err() && table("a\"").is_err() && table("").is_err());
    }
}
