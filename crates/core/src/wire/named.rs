//! The id in one field of a JSON object, whatever else is in it.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor},
};

/// The text or whole number in the field of this name. An id is short, and has no control characters.
pub(crate) fn id(body: &[u8], field: &str) -> Option<String> {
    let mut body = serde_json::Deserializer::from_slice(super::answer::object(body));
    let id = Field(field).deserialize(&mut body).ok()??;
    let plain = (1..=200).contains(&id.len()) && !id.chars().any(char::is_control);
    plain.then_some(id)
}

struct Field<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for Field<'_> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<String>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Field<'_> {
    type Value = Option<String>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Option<String>, A::Error> {
        let mut found = None;
        while let Some(name) = fields.next_key::<Name<'de>>()? {
            if name.0 == self.0 {
                found = match fields.next_value()? {
                    Id::Number(number) => Some(number.to_string()),
                    Id::Text(text) => Some(text),
                    Id::Other(_) => None,
                };
            } else {
                fields.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// A field's name, borrowed where the body has it as it is.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] std::borrow::Cow<'a, str>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Number(u64),
    Text(String),
    Other(IgnoredAny),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_text_or_a_whole_number() {
        for (value, expected) in [
            ("\"u-1\"", Some("u-1")),
            ("\"Jané Doe\"", Some("Jané Doe")),
            ("18446744073709551615", Some("18446744073709551615")),
            ("18446744073709551616", None),
            ("1.5", None),
            ("-1", None),
            ("null", None),
            ("\"\"", None),
            ("\"a\\u0007b\"", None),
            ("[]", None),
            ("{\"user_id\":1}", None),
        ] {
            let body = format!(r#"{{"access_token":"a","user\u005fid":{value},"more":{{"user_id":2}}}}"#);
            assert_eq!(id(body.as_bytes(), "user_id").as_deref(), expected, "{value}");
        }
        for none in ["", "[]", "[{\"user_id\":1}]", "{\"user_id\":1", "{}", "null"] {
            assert_eq!(id(none.as_bytes(), "user_id"), None, "{none}");
        }
    }
}
